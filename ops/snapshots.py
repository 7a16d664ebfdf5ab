"""The snapshots of a stack's database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.errors import OperationError
from ops.lookup import database_instance
from ops.target import Target

DAY = 86400


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """`by`: `manual` for `make backup` and AWS's own commands, `automated` for RDS's of each day.
    `major`: the version of PostgreSQL."""

    name: str
    at: datetime
    by: str
    gib: int
    major: str


def refuse_docker(target: Target) -> None:
    if target.place and target.place.docker_engine:
        raise OperationError(
            "on the laptop a real Docker engine keeps no snapshots of the database, and the process engine does: try it"
            f" beside this one, with `make up PORT={target.place.port + 100}`"
        )


def is_own(target: Target, told: Mapping[str, Any]) -> bool:
    """By the tags, which a snapshot has from its database: that of today may be made of one that is gone."""
    tags = {tag["Key"]: tag["Value"] for tag in told.get("TagList", [])}
    return (tags.get("project"), tags.get("stack")) == (target.project, target.name)


def snapshots(target: Target) -> list[Snapshot]:
    """Those that can be restored, the newest first."""
    pages = target.client("rds").get_paginator("describe_db_snapshots").paginate()
    found = [
        Snapshot(
            name=one["DBSnapshotIdentifier"],
            at=one["SnapshotCreateTime"],
            by=one["SnapshotType"],
            gib=one["AllocatedStorage"],
            major=one["EngineVersion"].partition(".")[0],
        )
        for page in pages
        for one in page["DBSnapshots"]
        if one["Status"] == "available" and is_own(target, one)
    ]
    return sorted(found, key=lambda snapshot: snapshot.at, reverse=True)


def left_over(target: Target) -> list[str]:
    """Instances of the stack that it does not use."""
    pages = target.client("rds").get_paginator("describe_db_instances").paginate()
    instances = [one for page in pages for one in page["DBInstances"] if is_own(target, one)]
    in_use = database_instance(target, target.outputs.get("database", ""))
    names = [one["DBInstanceIdentifier"] for one in instances]
    return [name for name in names if in_use and name != in_use["DBInstanceIdentifier"]]


def take(target: Target, instance: Mapping[str, Any], name: str) -> None:
    """Make one, and wait until it is whole: minutes for the first, less for later ones."""
    rds = target.client("rds")
    rds.create_db_snapshot(DBInstanceIdentifier=instance["DBInstanceIdentifier"], DBSnapshotIdentifier=name)
    seconds = 1 if target.place else 10
    rds.get_waiter("db_snapshot_available").wait(
        DBSnapshotIdentifier=name, WaiterConfig={"Delay": seconds, "MaxAttempts": DAY // seconds}
    )


def name_of_now(target: Target, purpose: str = "") -> str:
    """A name that no snapshot has."""
    return f"{target.project}-{target.name}-{purpose}{datetime.now():%Y%m%d-%H%M%S}"
