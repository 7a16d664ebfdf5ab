"""Makes the tables and the first superuser: `python -m app.prepare`."""

from sqlmodel import Session, SQLModel

from app.models import User
from app.security import engine, passwords
from app.settings import settings


def main() -> None:
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        hashed = passwords.hash(settings.first_superuser_password)
        session.add(User(email=settings.first_superuser, hashed_password=hashed, is_superuser=True))
        session.commit()


if __name__ == "__main__":
    main()
