"""Runs migrations with the app's own settings and credentials: `alembic upgrade head`."""

import asyncio
import logging
import sys

from alembic import command, context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from app import logs
from app.aws import Aws
from app.credentials import CredentialStore
from app.database import Connector
from app.errors import Unavailable
from app.settings import InvalidSettings, Settings

# Of two deployments at the same time, the second waits and then finds the work done. Any fixed number would do.
LOCK = 7_205_417_331
LOCK_WAIT = "5min"
# How long a change of a table waits for running requests: meanwhile all new requests queue up behind it.
TABLE_WAIT = "10s"

logger = logging.getLogger("migrations")


def migrate(connection: Connection) -> None:
    connection.execute(text(f"SET lock_timeout = '{LOCK_WAIT}'"))
    # The connection holds this lock, not the transaction, so that a migration may commit in between.
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.execute(text(f"SET lock_timeout = '{TABLE_WAIT}'"))
    connection.commit()
    if unknown := newer_revisions(connection):
        logger.warning(
            "The database is newer than this code (revision %s): nothing to migrate. This code runs on it as long as"
            " the newer migrations only added to the schema",
            ", ".join(unknown),
        )
        return
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


def newer_revisions(connection: Connection) -> list[str]:
    """The database's revisions that this code does not have: it is an earlier version, deployed again."""
    if getattr(context.config.cmd_opts, "cmd", (None,))[0] is not command.upgrade:
        return []
    heads = MigrationContext.configure(connection).get_current_heads()
    connection.commit()
    known = {script.revision for script in context.script.walk_revisions()}
    return sorted(set(heads) - known)


async def main(settings: Settings) -> None:
    clients = await asyncio.to_thread(Aws, settings)
    store = CredentialStore(clients, settings.database_secret_arn)
    # No time limit for statements, because a migration may take long.
    connect = Connector(settings, store, command_timeout=None, application_name="migration")
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    sys.exit("alembic: --sql is not supported, migrations run against the database")
try:
    environment = Settings.load()
except InvalidSettings as error:
    sys.exit(str(error))
logs.configure(environment.log_level)
# What ran is worth a line; which dialect alembic found is not.
logging.getLogger("alembic.runtime.migration").addFilter(lambda record: record.getMessage().startswith("Running"))
try:
    asyncio.run(main(environment))
except Unavailable as error:
    sys.exit(f"alembic: {error} ({error.__cause__})")
