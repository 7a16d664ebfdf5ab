"""Migrations, run as the deployment's one-off task runs them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.backend import ROOT, environment, run
from tests.cloud import Cloud
from tests.postgres import Postgres
from tests.tls import TlsFront

LOCK = 7_205_417_331  # as in migrations/env.py, which only alembic can import
SCHEMA = (
    "SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2"
)


@pytest.fixture
def env(database: TlsFront, postgres: Postgres, cloud: Cloud) -> Iterator[dict[str, str]]:
    """The environment for an empty database."""
    postgres.sql("CREATE DATABASE empty")
    yield environment(database, cloud, DATABASE_NAME="empty")
    postgres.sql("DROP DATABASE empty WITH (FORCE)")


def alembic(env: dict[str, str], *arguments: str) -> str:
    done = run("alembic", *arguments, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_migrations_can_be_undone_and_done_again(env: dict[str, str], postgres: Postgres) -> None:
    alembic(env, "upgrade", "head")
    made = postgres.sql(SCHEMA, database="empty")
    alembic(env, "downgrade", "base")
    assert postgres.sql(SCHEMA, database="empty") == ""
    alembic(env, "upgrade", "head")
    assert postgres.sql(SCHEMA, database="empty") == made != ""


def test_code_that_is_older_than_the_database_says_so_and_may_run(env: dict[str, str], postgres: Postgres) -> None:
    """After going back to an earlier version; migrations are additive for one version."""
    alembic(env, "upgrade", "head")
    postgres.sql("UPDATE alembic_version SET version_num = '9999'", database="empty")
    before = postgres.sql(SCHEMA, database="empty")
    said = alembic(env, "upgrade", "head")
    assert "The database is newer than this code (revision 9999): nothing to migrate" in said
    assert postgres.sql(SCHEMA, database="empty") == before
    assert postgres.sql("SELECT version_num FROM alembic_version", database="empty").strip() == "9999"


def test_an_unknown_revision_is_an_error_of_every_other_command(env: dict[str, str], postgres: Postgres) -> None:
    alembic(env, "upgrade", "head")
    postgres.sql("UPDATE alembic_version SET version_num = '9999'", database="empty")
    done = run("alembic", "downgrade", "base", env=env)
    assert done.returncode != 0
    assert "Can't locate revision identified by '9999'" in done.stdout + done.stderr


def test_one_waits_for_another_that_runs(env: dict[str, str], postgres: Postgres) -> None:
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    with ThreadPoolExecutor() as pool:
        with postgres.holding(f"SELECT pg_advisory_lock({LOCK})", database="empty"):
            migration = pool.submit(run, "alembic", "upgrade", "head", env=env)
            postgres.wait_for("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'", "1")
            assert postgres.sql(tables, database="empty") == "0"
        assert migration.result().returncode == 0
    assert postgres.sql(tables, database="empty") == "4"


def test_several_at_one_time_do_the_work_once(env: dict[str, str]) -> None:
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(lambda _: run("alembic", "upgrade", "head", env=env), range(4)))
    assert [done.returncode for done in ended] == [0] * 4, ended
    assert sum("Running upgrade" in done.stdout for done in ended) == 1


def test_the_images_other_command_works_from_any_folder(env: dict[str, str], tmp_path: Path) -> None:
    """As a program and not with `-m`: then Python does not add the current folder to its path."""
    command = [str(Path(sys.executable).parent / "alembic"), "-c", str(ROOT / "pyproject.toml"), "upgrade", "head"]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_checkouts_path_may_have_a_percent_sign(env: dict[str, str], tmp_path: Path) -> None:
    """Alembic's own format of configuration files would read a reference in it."""
    checkout = tmp_path / "100%(here)s"
    for name in ("app", "migrations"):
        shutil.copytree(ROOT / name, checkout / name)
    shutil.copy(ROOT / "pyproject.toml", checkout)
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    done = subprocess.run(command, env=env, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_database_it_fails_in_seconds_with_the_reason(env: dict[str, str], postgres: Postgres) -> None:
    done = run("alembic", "upgrade", "head", env={**env, "DATABASE_NAME": "elsewhere"})
    assert done.returncode == 1
    assert done.stderr == 'alembic: The database does not answer. (database "elsewhere" does not exist)\n'
    assert postgres.password not in done.stdout + done.stderr
