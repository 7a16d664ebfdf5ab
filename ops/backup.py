"""Backs the database up: as a snapshot, which stays until somebody deletes it."""

import time

from ops.errors import OperationError
from ops.lookup import database_host, database_instance
from ops.snapshots import name_of_now, refuse_docker, take
from ops.target import Target


def backup(target: Target, name: str | None) -> str:
    """Make a snapshot of the database; what tells how to get it back."""
    refuse_docker(target)
    host = database_host(target)
    instance = database_instance(target, host)
    if instance is None:
        raise OperationError(f"RDS has no instance at {host}; `make restore{target.option}` lists what there is of it")
    started, name = time.monotonic(), name or name_of_now(target)
    take(target, instance, name)
    seconds = time.monotonic() - started
    return (
        f"The snapshot {name} was made in {seconds:.0f} s; `make restore SNAPSHOT={name}{target.option}` brings it back"
    )
