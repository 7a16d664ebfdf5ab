"""The API."""

import hmac
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.config import settings
from app.core.db import User, engine
from app.utils import send_email

API = "/api/v1"
app = FastAPI(title=settings.PROJECT_NAME, openapi_url=f"{API}/openapi.json")
origins = [origin for origin in settings.BACKEND_CORS_ORIGINS.split(",") if origin]
app.add_middleware(CORSMiddleware, allow_origins=[*origins, settings.FRONTEND_HOST])
bearer = OAuth2PasswordBearer(tokenUrl=f"{API}/login/access-token")


def token_of(user: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), user.encode(), "sha256").hexdigest()


def signed_in(token: Annotated[str, Depends(bearer)]) -> None:
    if not hmac.compare_digest(token, token_of(settings.FIRST_SUPERUSER)):
        raise HTTPException(401)


@app.get(f"{API}/utils/health-check/")
def health_check() -> bool:
    return True


@app.post(f"{API}/login/access-token")
def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    with Session(engine) as session:
        known = session.get(User, form.username)
    if not known or not hmac.compare_digest(form.password, settings.FIRST_SUPERUSER_PASSWORD):
        raise HTTPException(400)
    return {"access_token": token_of(form.username)}


@app.get(f"{API}/users/", dependencies=[Depends(signed_in)])
def users() -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(User.email)))


@app.post(f"{API}/utils/test-email/", dependencies=[Depends(signed_in)], status_code=201)
def test_email(email_to: str) -> dict[str, str]:
    send_email(email_to, f"{settings.PROJECT_NAME} - Test email", f"<p>From {settings.FRONTEND_HOST}</p>")
    return {"message": "Test email sent"}
