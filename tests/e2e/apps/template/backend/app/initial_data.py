"""The first user."""

from sqlalchemy.orm import Session

from app.core.config import settings
from app.core.db import User, engine

with Session(engine) as session:
    session.merge(User(email=settings.FIRST_SUPERUSER))
    session.commit()
print("first user:", settings.FIRST_SUPERUSER)
