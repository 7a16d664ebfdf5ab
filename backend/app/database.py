"""The connection to PostgreSQL: TLS, rotating credentials, and a small pool with a bounded queue."""

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

# Idle connections are closed after this time, before a firewall on the way drops them silently.
IDLE_SECONDS = 300
# How many requests may wait, for each connection of the pool. A longer queue would only make all of them time out.
QUEUE_PER_CONNECTION = 50
# SQLSTATE classes 08 (connection), 53 (out of resources) and 57 (stopped by an operator or a timeout), and the code for
# a lock that was not available in time.
# https://www.postgresql.org/docs/18/errcodes-appendix.html
TEMPORARY = ("08", "53", "57", "55P03")


def tls(settings: Settings) -> ssl.SSLContext | Literal[False]:
    """`require` encrypts but accepts any certificate; `verify-full` checks the certificate and the host name in it."""
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
    """Replaces the pool's reset, which costs a round trip for each request: no code here changes session settings."""


def is_gone(connection: "PoolConnectionProxy[Any]") -> bool:
    """Whether the connection is lost. The pool takes a lost connection back at once; then `is_closed` itself raises."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


class Connector:
    """Opens connections. When the server refuses the password, it reads the secret again and retries once."""

    def __init__(
        self, settings: Settings, store: CredentialStore, command_timeout: float | None, **server_settings: str
    ) -> None:
        """`command_timeout`: how many seconds the client waits for the answer to a statement; None means no limit."""
        self._settings = settings
        self._store = store
        self._tls = tls(settings)
        self._command_timeout = command_timeout
        self._server_settings = {"application_name": "backend", **server_settings}

    async def __call__(self, *_: Any, **__: Any) -> "asyncpg.Connection[Any]":
        """Ignores the arguments that the pool passes. Raises Unavailable when no connection can be opened."""
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
            # A callable, so that the password itself is no argument that a library might log.
            password=lambda: credentials.password,
            ssl=self._tls,
            timeout=self._settings.database_timeout_seconds,
            command_timeout=self._command_timeout,
            server_settings=self._server_settings,
        )


class Database:
    """The connection pool. Create one for each process, inside its event loop, and close it at the end."""

    def __init__(self, settings: Settings, store: CredentialStore) -> None:
        self._seconds = settings.database_timeout_seconds
        milliseconds = str(int(self._seconds * 1000))
        connect = Connector(
            settings,
            store,
            # For a server that is gone and cannot enforce `statement_timeout`, which comes first where it can.
            command_timeout=self._seconds + 1,
            statement_timeout=milliseconds,
            idle_in_transaction_session_timeout=milliseconds,
            timezone="UTC",
        )
        self._queue = settings.database_pool_size * QUEUE_PER_CONNECTION
        self._waiting = 0
        # The pool's own queue is not first come, first served: under load a few requests would wait until they fail.
        self._turns = asyncio.Semaphore(settings.database_pool_size)
        self._pool = asyncpg.create_pool(
            connect=connect,
            reset=leave_as_it_is,
            min_size=0,
            max_size=settings.database_pool_size,
            max_inactive_connection_lifetime=IDLE_SECONDS,
        )

    async def open(self) -> None:
        """Prepares the pool; it opens no connection yet."""
        await self._pool

    @asynccontextmanager
    async def connection(self) -> "AsyncIterator[PoolConnectionProxy[Any]]":
        """A connection. Each statement is a transaction of its own, unless you use its `transaction()`.

        Put only statements inside the block: a call to AWS would hold a connection for which other requests wait.
        Raises Unavailable when the database is down, busy or restarting, and asyncpg's errors for a wrong statement.
        """
        connection = await self._acquire()
        try:
            yield connection
        except (OSError, TimeoutError) as error:
            connection.terminate()  # its state is unknown, and the server may never answer a question about it
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
            log.warning("the database connections could not be closed in time")
