"""The database's user and password, read from Secrets Manager at run time: RDS rotates them every seven days."""

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
    """Keeps the credentials in memory only, and reads them again after the database has refused them."""

    def __init__(self, clients: Aws, secret_arn: str) -> None:
        self._clients = clients
        self._secret_arn = secret_arn
        self._lock = asyncio.Lock()
        self._known: Credentials | None = None

    async def get(self, refused: Credentials | None = None) -> Credentials:
        """The credentials. Pass those that the database refused as `refused`: then the secret is read again.

        When many connections are refused at the same time, the first of them reads the secret for all.
        Raises Unavailable when the secret cannot be read or does not have the format that RDS writes.
        """
        # A caller that times out does not cancel the read for the callers behind it.
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
