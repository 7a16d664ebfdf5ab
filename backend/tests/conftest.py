"""Servers that all tests share, and clients that start each test with empty tables and an empty bucket."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import httpx
import pytest

from tests import certificates
from tests.backend import Backend, environment, run, running_backend
from tests.cloud import BUCKET, Cloud
from tests.postgres import DATABASE, Postgres, running_postgres
from tests.tls import TlsFront, running_front


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        server.sql(f"CREATE DATABASE {DATABASE}")
        yield server


@pytest.fixture(scope="session")
def database(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsFront]:
    """The address at which the process connects to PostgreSQL: with TLS, as in AWS."""
    with running_front(certificates.make(tmp_path_factory.mktemp("tls")), postgres.port) as front:
        yield front


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.stop()


@pytest.fixture(scope="session")
def backend(database: TlsFront, cloud: Cloud) -> Iterator[Backend]:
    """A process with a migrated database."""
    env = environment(database, cloud)
    migrated = run("alembic", "upgrade", "head", env=env)
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr
    with running_backend(env) as backend:
        yield backend


@pytest.fixture
def api(backend: Backend, postgres: Postgres, cloud: Cloud) -> Iterator[httpx.Client]:
    """A client of the API that is signed in. There are no items, no files and no objects in S3."""
    postgres.sql("TRUNCATE items, files", database=DATABASE)
    for item in cloud.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        cloud.s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    with httpx.Client(base_url=f"{backend.url}/api", cookies=backend.http.cookies, timeout=20) as client:
        yield client


@pytest.fixture
def start(backend: Backend, database: TlsFront, cloud: Cloud) -> Iterator[Callable[..., Backend]]:
    """Starts another process on the same database, with changes in its environment."""
    with ExitStack() as stack:

        def start(*, sign_in: bool = True, arguments: Sequence[str] = ("-m", "app"), **changes: str) -> Backend:
            env = environment(database, cloud, **changes)
            return stack.enter_context(running_backend(env, sign_in=sign_in, arguments=arguments))

        yield start
