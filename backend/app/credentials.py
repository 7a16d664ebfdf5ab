"""The database's user and password: from Secrets Manager, at run time, because RDS rotates them every seven days."""

import asyncio
import logging
from dataclasses import dataclass, field

from app import secrets
from app.aws import Aws

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    username: str
    password: str = field(repr=False)


class CredentialStore:
    """Keeps the credentials in memory alone, and reads them anew when the database has refused them."""

    def __init__(self, clients: Aws, secret_arn: str) -> None:
        self._clients = clients
        self._secret_arn = secret_arn
        self._lock = asyncio.Lock()
        self._known: Credentials | None = None

    async def get(self, refused: Credentials | None = None) -> Credentials:
        """The credentials; other ones than `refused` if the secret has changed.

        When many connections are refused at one time, the first of them reads the secret for all.
        Raises Unavailable when the secret cannot be read or is not what RDS writes.
        """
        # Whoever loses patience does not end the reading for those that come after.
        return await asyncio.shield(self._get(refused))

    async def _get(self, refused: Credentials | None) -> Credentials:
        async with self._lock:
            if self._known is None or self._known == refused:
                self._known = await secrets.read(
                    self._clients,
                    self._secret_arn,
                    "database credentials",
                    lambda secret: Credentials(username=secret["username"], password=secret["password"]),
                )
                log.info("read the database credentials")
            return self._known
