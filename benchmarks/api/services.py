"""What both apps stand on: one real PostgreSQL with a database for each, and an emulated AWS for this project's.

The back end's tests start both, and its environment runs this. PostgreSQL is reached in plain text by both apps, and
does not wait for its disk (fsync is off): what is compared is the apps.
"""

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

# By name, because a type checker that starts at the project's root finds other tests there.
MODULES = ("backend", "certificates", "cloud", "ports", "postgres", "tls")
backend, certificates, cloud, ports, postgres, tls = (import_module(f"tests.{name}") for name in MODULES)

ROWS = 10_000
TEMPLATE_DATABASE = "template"
TEMPLATE_USER = {"username": "admin@example.com", "password": "a-password-of-the-benchmark"}
NUMBERS = f"generate_series(1, {ROWS}) AS n"  # the last one is the newest
TEXT = "'Item ' || n, 'What a person wrote about item ' || n || ', in a sentence of the usual length.'"
TIME = f"now() - make_interval(secs => {ROWS} - n)"


INSERT_HERE = (
    "INSERT INTO items (title, description, created_at, updated_at)"  # noqa: S608 # of the constants above
    f" SELECT {TEXT}, {TIME}, {TIME} FROM {NUMBERS}"
)
INSERT_THERE = (
    "INSERT INTO item (title, description, created_at, id, owner_id)"  # noqa: S608 # as above
    f' SELECT {TEXT}, {TIME}, gen_random_uuid(), "user".id FROM "user", {NUMBERS}'
)


@dataclass(frozen=True, kw_only=True)
class Services:
    app_environment: Mapping[str, str]
    template_environment: Mapping[str, str]
    server: Any

    def reset(self) -> None:
        """The same ROWS items in both databases, as a database is that has been up for a while."""
        for database, table, insert in (
            (postgres.DATABASE, "items", INSERT_HERE),
            (TEMPLATE_DATABASE, "item", INSERT_THERE),
        ):
            self.server.sql(f"TRUNCATE {table}; {insert}", database=database)
            self.server.sql(f"VACUUM ANALYZE {table}", database=database)

    def running_task(self) -> AbstractContextManager[Any]:
        """This project's app, as a task of its service runs it; see tests/backend.py."""
        task: AbstractContextManager[Any] = backend.running_backend(
            {**self.app_environment, "PORT": str(ports.free_port())}
        )
        return task


@contextmanager
def running_services(prepare_template: Callable[[Mapping[str, str]], None]) -> Iterator[Services]:
    """Tables are made by this project's migrations, and by `prepare_template` with the template's environment."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # the emulated AWS would print every call
    aws = cloud.Cloud()
    try:
        with tempfile.TemporaryDirectory() as folder, postgres.running_postgres() as server:
            services = Services(
                app_environment=app_environment(Path(folder), server.port, aws),
                template_environment=template_environment(server.port),
                server=server,
            )
            for database in (postgres.DATABASE, TEMPLATE_DATABASE):
                server.sql(f"CREATE DATABASE {database}")
            migrated = backend.run("alembic", "upgrade", "head", env=services.app_environment)
            if migrated.returncode:
                raise RuntimeError(migrated.stdout + migrated.stderr)
            prepare_template(services.template_environment)
            yield services
    finally:
        aws.stop()


def app_environment(folder: Path, port: int, aws: Any) -> Mapping[str, str]:
    """What the tests give the app, but without their TLS in front of the database, which the template has not."""
    with tls.running_front(certificates.make(folder), port) as front:
        made: Mapping[str, str] = backend.environment(
            front,
            aws,
            DATABASE_PORT=str(port),
            DATABASE_SSLMODE="disable",
            DATABASE_SSL_ROOT_CERT="",
            REQUESTS_PER_MINUTE="1000000000",
        )
    return made


def template_environment(port: int) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "a-key-of-the-benchmark-that-is-long-enough",
        "FIRST_SUPERUSER": TEMPLATE_USER["username"],
        "FIRST_SUPERUSER_PASSWORD": TEMPLATE_USER["password"],
        "POSTGRES_SERVER": "127.0.0.1",
        "POSTGRES_PORT": str(port),
        "POSTGRES_USER": postgres.USER,
        "POSTGRES_PASSWORD": postgres.PASSWORD,
        "POSTGRES_DB": TEMPLATE_DATABASE,
    }
