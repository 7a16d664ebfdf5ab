"""The connection to PostgreSQL: TLS, credentials that change, a small pool with a bounded queue."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from app.credentials import Credentials, CredentialStore
from app.errors import Unavailable
from app.settings import Settings

log = logging.getLogger(__name__)

# Sooner than firewalls forget an idle connection.
IDLE_SECONDS = 300
# Requests that may wait for each connection; with more, waiting would only make all of them late.
QUEUE_PER_CONNECTION = 50
# SQLSTATE classes (connection, out of resources, stopped by an operator or a timeout), and a lock not had in time.
# https://www.postgresql.org/docs/18/errcodes-appendix.html
TEMPORARY = ("08", "53", "57", "55P03")


def tls(settings: Settings) -> ssl.SSLContext | Literal[False]:
    """`require` encrypts, and trusts whoever answers; `verify-full` checks the certificate and its name."""
    if settings.database_sslmode == "disable":
        return False
    if settings.database_sslmode == "verify-full":
        return ssl.create_default_context(cafile=settings.database_ssl_root_cert)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def lost(cause: BaseException | None) -> Unavailable:
    log.warning("the database did not answer", extra={"reason": f"{type(cause).__name__}: {cause}"})
    return Unavailable("The database does not answer.")


def busy(why: str) -> Unavailable:
    log.warning(why)
    return Unavailable("The database is busy.")


async def leave_as_it_is(connection: "asyncpg.Connection[Any]") -> None:
    """The pool's own reset is one more question to the server for every request, and nothing here changes a session."""


def is_gone(connection: "PoolConnectionProxy[Any]") -> bool:
    """The pool takes a lost connection back at once, and then it cannot even be asked whether it is closed."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


class Connector:
    """Opens connections; a password that is refused is read anew once."""

    def __init__(
        self, settings: Settings, store: CredentialStore, command_timeout: float | None, **server_settings: str
    ) -> None:
        """`command_timeout`: seconds until an answer to a statement counts as lost, None to wait forever."""
        self._settings = settings
        self._store = store
        self._tls = tls(settings)
        self._command_timeout = command_timeout
        self._server_settings = {"application_name": "backend", **server_settings}

    async def __call__(self, *_: Any, **__: Any) -> "asyncpg.Connection[Any]":
        """Ignores what the pool passes on. Raises Unavailable when there is no connection to be had."""
        try:
            credentials = await self._store.get()
            try:
                return await self._connect(credentials)
            except asyncpg.InvalidAuthorizationSpecificationError:
                log.warning("the database refused the credentials, reading them anew")
                return await self._connect(await self._store.get(refused=credentials))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise lost(error) from error

    async def _connect(self, credentials: Credentials) -> "asyncpg.Connection[Any]":
        return await asyncpg.connect(
            host=self._settings.database_host,
            port=self._settings.database_port,
            database=self._settings.database_name,
            user=credentials.username,
            # A callable: the password is in no argument that a library might log.
            password=lambda: credentials.password,
            ssl=self._tls,
            timeout=self._settings.database_timeout_seconds,
            command_timeout=self._command_timeout,
            server_settings=self._server_settings,
        )


class Database:
    """Connections for the services. Make one for each process, inside of its event loop, and close it."""

    def __init__(self, settings: Settings, store: CredentialStore) -> None:
        self._seconds = settings.database_timeout_seconds
        milliseconds = str(int(self._seconds * 1000))
        connect = Connector(
            settings,
            store,
            # A server that has vanished cannot end the statement itself.
            command_timeout=self._seconds + 1,
            statement_timeout=milliseconds,
            idle_in_transaction_session_timeout=milliseconds,
            timezone="UTC",
        )
        self._queue = settings.database_pool_size * QUEUE_PER_CONNECTION
        self._waiting = 0
        # The pool's own queue lets newcomers overtake, so that under load a few requests would wait until they fail.
        self._turns = asyncio.Semaphore(settings.database_pool_size)
        self._pool = asyncpg.create_pool(
            connect=connect,
            reset=leave_as_it_is,
            min_size=0,
            max_size=settings.database_pool_size,
            max_inactive_connection_lifetime=IDLE_SECONDS,
        )

    async def open(self) -> None:
        """Connects to nothing yet."""
        await self._pool

    @asynccontextmanager
    async def connection(self) -> "AsyncIterator[PoolConnectionProxy[Any]]":
        """A connection; each statement is a transaction of its own, unless `transaction()` is asked of it.

        Keep it around statements alone: a call to AWS inside would hold a connection that others wait for.
        Raises Unavailable when the database is down, busy or restarting; asyncpg's errors when a statement is wrong.
        """
        connection = await self._acquire()
        try:
            yield connection
        except (OSError, TimeoutError) as error:
            connection.terminate()  # its state is unknown, and asking the server about it may take forever
            raise lost(error) from error
        except asyncpg.PostgresError as error:
            if (error.sqlstate or "").startswith(TEMPORARY):
                raise lost(error) from error
            raise
        except asyncpg.InterfaceError as error:
            if is_gone(connection):
                raise lost(error) from error
            raise
        finally:
            try:
                await self._pool.release(connection)
            finally:
                self._turns.release()

    async def _acquire(self) -> "PoolConnectionProxy[Any]":
        if self._waiting >= self._queue:
            raise busy("too many requests wait for a database connection")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._turns.acquire()
                try:
                    return await self._pool.acquire()
                except BaseException:
                    self._turns.release()
                    raise
        except TimeoutError:
            raise busy("no database connection became free in time") from None
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._pool.close()
        except TimeoutError:
            log.warning("the database did not take leave in time")
