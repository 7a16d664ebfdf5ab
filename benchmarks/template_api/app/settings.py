"""The environment, by the names that the template's deployment documentation gives."""

from pydantic import PostgresDsn
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_key: str
    first_superuser: str
    first_superuser_password: str
    postgres_server: str
    postgres_port: int = 5432
    postgres_user: str
    postgres_password: str
    postgres_db: str = "app"
    backend_cors_origins: list[str] = ["http://localhost:5173"]

    @property
    def database_url(self) -> str:
        return str(
            PostgresDsn.build(
                scheme="postgresql+psycopg",
                username=self.postgres_user,
                password=self.postgres_password,
                host=self.postgres_server,
                port=self.postgres_port,
                path=self.postgres_db,
            )
        )


settings = Settings()  # the required fields come from the environment, which the pydantic plugin of mypy knows
