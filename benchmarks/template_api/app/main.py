"""The routes: `fastapi run --workers N app/main.py`."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import OAuth2PasswordRequestForm
from sqlmodel import col, func, select

from app.models import Item, ItemCreate, ItemPublic, ItemsPublic, Token, User
from app.security import CurrentUser, SessionDep, new_token, passwords
from app.settings import settings

router = APIRouter(prefix="/api/v1")


@router.post("/login/access-token")
def login(session: SessionDep, form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> Token:
    user = session.exec(select(User).where(User.email == form.username)).first()
    if user is None or not passwords.verify(form.password, user.hashed_password):
        raise HTTPException(400, "Incorrect email or password")
    return Token(access_token=new_token(user))


@router.get("/items/", response_model=ItemsPublic)
def read_items(session: SessionDep, user: CurrentUser, skip: int = 0, limit: int = 100) -> object:
    """Newest first; a superuser sees all items, everybody else their own."""
    count, page = select(func.count()).select_from(Item), select(Item)
    if not user.is_superuser:
        count, page = count.where(Item.owner_id == user.id), page.where(Item.owner_id == user.id)
    newest = page.order_by(col(Item.created_at).desc()).offset(skip).limit(limit)
    return {"data": session.exec(newest).all(), "count": session.exec(count).one()}


@router.post("/items/", response_model=ItemPublic)
def create_item(session: SessionDep, user: CurrentUser, draft: ItemCreate) -> Item:
    item = Item.model_validate(draft, update={"owner_id": user.id})
    session.add(item)
    session.commit()
    session.refresh(item)
    return item


app = FastAPI(title="Template", openapi_url="/api/v1/openapi.json")
app.add_middleware(
    CORSMiddleware,
    allow_origins=settings.backend_cors_origins,
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
app.include_router(router)
