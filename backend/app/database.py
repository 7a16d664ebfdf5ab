"""The connection to PostgreSQL: TLS, credentials that change, a small pool whose queue is bounded in time."""

import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import asyncpg
from sqlalchemy import MetaData, NullPool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from app.credentials import Credentials, CredentialStore
from app.errors import Unavailable
from app.settings import Settings

log = logging.getLogger(__name__)

# Sooner than firewalls forget an idle connection.
RECYCLE_SECONDS = 300
# SQLSTATE classes (connection, out of resources, stopped by an operator or a timeout), and a lock not had in time.
# https://www.postgresql.org/docs/18/errcodes-appendix.html
TEMPORARY = ("08", "53", "57", "55P03")
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


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


def sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def lost(cause: BaseException | None) -> Unavailable:
    log.warning("the database did not answer", extra={"reason": f"{type(cause).__name__}: {cause}"})
    return Unavailable("The database does not answer.")


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

    async def __call__(self) -> "asyncpg.Connection[Any]":
        """Raises Unavailable, because asyncpg's own errors would not be understood outside of a statement."""
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
    """Transactions for the services. Make one for each process, and close it."""

    def __init__(self, settings: Settings, store: CredentialStore) -> None:
        seconds = settings.database_timeout_seconds
        milliseconds = str(int(seconds * 1000))
        connect = Connector(
            settings,
            store,
            # A server that has vanished cannot end the statement itself.
            command_timeout=seconds + 1,
            statement_timeout=milliseconds,
            idle_in_transaction_session_timeout=milliseconds,
        )
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=settings.database_pool_size,
            max_overflow=0,
            pool_timeout=seconds,
            pool_recycle=RECYCLE_SECONDS,
            pool_pre_ping=True,  # after a failover or restart the first request must not pay for it
            hide_parameters=True,  # errors go to the log, what people wrote does not
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A transaction: committed at the end of the block, rolled back on an error.

        Keep it around statements alone: a call to AWS inside would hold a connection that others wait for.
        Raises Unavailable when the database is down, busy or restarting; DBAPIError when a statement is wrong.
        """
        try:
            async with self._sessions.begin() as session:
                yield session
        except PoolTimeout as error:
            log.warning("no database connection became free in time")
            raise Unavailable("The database is busy.") from error
        except (OSError, TimeoutError) as error:  # asyncpg's own, which SQLAlchemy passes on as they are
            raise lost(error) from error
        except DBAPIError as error:
            if error.connection_invalidated or sqlstate(error).startswith(TEMPORARY):
                raise lost(error.orig) from error
            raise

    async def close(self) -> None:
        await self._engine.dispose()


def migration_engine(settings: Settings, store: CredentialStore) -> AsyncEngine:
    """One connection without a limit for statements: a migration takes what it takes."""
    connect = Connector(settings, store, command_timeout=None, application_name="migration")
    return create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
