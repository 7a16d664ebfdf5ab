"""Who may use the app: everyone, or only those who know the password."""

import asyncio
import logging
import time

from app import secrets
from app.aws import Aws
from app.client import wide_network
from app.errors import SignInRequired, Unavailable, WrongPassword
from app.rate_limits import RateLimit
from app.session import cookie
from app.session.cookie import AccessSecret
from app.settings import Settings

log = logging.getLogger(__name__)

REFRESH_SECONDS = 30
# While the secret could not be read yet, it is tried again after this time, and not with every request.
RETRY_SECONDS = 1
# How long requests wait for a refresh before they use the secret that was read before.
PATIENCE_SECONDS = 1
# Wrong passwords per minute: from one client, from the network around an IPv6 client, and from all together.
WRONG_BY_CLIENT = 10
WRONG_BY_NETWORK = 30
WRONG_BY_ALL = 100


class SecretStore:
    """The access secret: at most REFRESH_SECONDS old while the secret store answers, else the last that was read."""

    def __init__(self, clients: Aws, secret_arn: str) -> None:
        self._clients = clients
        self._secret_arn = secret_arn
        self._known: AccessSecret | None = None
        self._due = 0.0
        self._started = 0.0
        self._reading: asyncio.Task[None] | None = None

    async def get(self) -> AccessSecret:
        """Raises Unavailable when the secret has never been read successfully."""
        now = time.monotonic()
        if self._reading is None and now >= self._due:
            self._started = now
            # A task of its own, so that it goes on when the request that started it is cancelled.
            self._reading = asyncio.create_task(self._read())
        if self._reading is not None:
            patience = None if self._known is None else max(0, self._started + PATIENCE_SECONDS - now)
            await asyncio.wait({self._reading}, timeout=patience)
        if self._known is None:
            raise Unavailable("The password of the app cannot be read.")
        return self._known

    async def _read(self) -> None:
        try:
            self._known = await secrets.read(self._clients, self._secret_arn, "access secret", AccessSecret.parse)
        except Unavailable as error:
            log.warning("the access secret cannot be read", extra={"reason": error.detail})
        finally:
            self._due = time.monotonic() + (RETRY_SECONDS if self._known is None else REFRESH_SECONDS)
            self._reading = None


class Access:
    """Checks and issues sessions, for the guard and the session's endpoints."""

    def __init__(self, clients: Aws, settings: Settings) -> None:
        self.mode = settings.access
        self.secure = settings.session_cookie_secure
        self.cookie_name = cookie.name(secure=self.secure)
        self.seconds = settings.session_hours * 3600
        detail = "Too many wrong passwords in the last minute."
        self._wrong_by_client = RateLimit(WRONG_BY_CLIENT, detail=detail)
        self._wrong_by_network = RateLimit(WRONG_BY_NETWORK, detail=detail)
        self._wrong_by_all = RateLimit(WRONG_BY_ALL, detail=detail)
        self._secrets = SecretStore(clients, settings.access_secret_arn or "")

    async def is_signed_in(self, given: str | None) -> bool:
        """`given`: the cookie's value. Raises Unavailable when the value cannot be checked."""
        if self.mode == "open":
            return True
        return given is not None and (await self._secrets.get()).is_valid(given, time.time())

    async def check(self, given: str | None) -> None:
        """Raises SignInRequired without a valid session, Unavailable when that cannot be checked."""
        if not await self.is_signed_in(given):
            raise SignInRequired("There is no valid session.")

    async def sign_in(self, password: str, client: str) -> str | None:
        """The value for the cookie; None when access is open. Raises WrongPassword, TooManyRequests or Unavailable."""
        if self.mode == "open":
            return None
        secret = await self._secrets.get()
        # There is no `await` from here on, so parallel attempts cannot pass the checks before they are counted.
        network = wide_network(client)
        self._wrong_by_client.check(client)
        self._wrong_by_network.check(network)
        if not secret.is_password(password):
            self._wrong_by_client.take(client)
            self._wrong_by_network.take(network)
            # The last, so that strangers who use it up keep nobody out who knows the password.
            self._wrong_by_all.take()
            log.warning("a wrong password was given", extra={"client": client})
            raise WrongPassword("That is not the right password.")
        return secret.issue(int(time.time()) + self.seconds)
