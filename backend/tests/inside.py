"""Parts of the back end in the tests' own process, on the same servers: for what requests cannot show exactly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.aws import Aws
from app.credentials import CredentialStore
from app.database import Database
from app.settings import Settings
from tests.backend import environment
from tests.cloud import Cloud
from tests.tls import TlsFront


def settings_of(database: TlsFront, cloud: Cloud, **changes: str) -> Settings:
    """The settings that `Settings.load` would return in the process."""
    given: dict[str, Any] = {name.lower(): value for name, value in environment(database, cloud, **changes).items()}
    return Settings(**{name: value for name, value in given.items() if name in Settings.model_fields})


@asynccontextmanager
async def opened(settings: Settings, clients: Aws) -> AsyncIterator[Database]:
    database = Database(settings, CredentialStore(clients, settings.database_secret_arn))
    await database.open()
    try:
        yield database
    finally:
        await database.close()
