"""Asks the stack's database, with psql, or any program through a tunnel."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence

from infra.pure.paths import ROOT
from ops.errors import OperationError
from ops.target import Target
from ops.tunnel import Database, database, way_to

AUTHORITIES = ROOT / "backend/rds/global-bundle.pem"


def psql(target: Target, arguments: Sequence[str], *, write: bool) -> int:
    """Runs psql on the database: read-only, unless `write`; its exit code."""
    if not shutil.which("psql"):
        raise OperationError(
            "psql: not found on PATH; it is in the packages postgresql-client (Debian) and libpq (Homebrew)"
        )
    found = database(target)
    with way_to(target, found) as port:
        environment = {**os.environ, **settings(target, found, port, write=write)}
        return subprocess.run(["psql", *arguments], env=environment, check=False).returncode


def settings(target: Target, database: Database, port: int, *, write: bool) -> Mapping[str, str]:
    """What psql and every other client of libpq reads. The password is in no list of processes."""
    # The laptop's certificate is of no authority. The name is what it is checked for, the address where the way begins.
    checked = target.place is None and AUTHORITIES.exists()
    sure = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(AUTHORITIES)}
    return {
        "PGHOST": database.host,
        "PGHOSTADDR": "127.0.0.1",
        "PGPORT": str(port),
        "PGDATABASE": database.name,
        "PGUSER": database.user,
        "PGPASSWORD": database.password,
        "PGOPTIONS": "" if write else "-c default_transaction_read_only=on",
        **(sure if checked else {"PGSSLMODE": "require"}),
    }


def tunnel(target: Target, port: int | None) -> int:
    """Holds the way to the database open for other programs, until Ctrl-C."""
    found = database(target)
    with way_to(target, found, port) as local:
        try:
            print(f"127.0.0.1:{local} is {found.name} of {found.host}, user {found.user}; Ctrl-C ends", flush=True)
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0
