"""The session and the user of a request."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import jwt
from fastapi import Depends, HTTPException, status
from fastapi.security import OAuth2PasswordBearer
from pwdlib import PasswordHash
from sqlmodel import Session, create_engine

from app.models import User, now
from app.settings import settings

ALGORITHM = "HS256"
TOKEN_LIFE = timedelta(days=8)

engine = create_engine(settings.database_url)
passwords = PasswordHash.recommended()
bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/login/access-token")


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


SessionDep = Annotated[Session, Depends(session)]
TokenDep = Annotated[str, Depends(bearer)]


def new_token(user: User) -> str:
    return jwt.encode({"sub": str(user.id), "exp": now() + TOKEN_LIFE}, settings.secret_key, ALGORITHM)


def current_user(session: SessionDep, token: TokenDep) -> User:
    try:
        user_id = UUID(jwt.decode(token, settings.secret_key, algorithms=[ALGORITHM])["sub"])
    except (jwt.InvalidTokenError, KeyError, ValueError):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "Could not validate credentials") from None
    user = session.get(User, user_id)
    if user is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "User not found")
    if not user.is_active:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "Inactive user")
    return user


CurrentUser = Annotated[User, Depends(current_user)]
