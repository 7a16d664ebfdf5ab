"""The database."""

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.config import settings

engine = create_engine(settings.database_url)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    email: Mapped[str] = mapped_column(primary_key=True)
