"""Brings the database back to a snapshot or to a moment.

RDS makes a new instance of the data, beside the one that runs; the services move to it, and the old one goes last. So
the stack's own `up` does it, told by `database.restore` in the stack's file, which is there only meanwhile
(docs/decisions/0019-restored-beside.md).
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from ops.errors import OperationError
from ops.lookup import database_host, database_instance
from ops.part import moment, shown
from ops.snapshots import left_over, name_of_now, refuse_docker, snapshots, take
from ops.target import Target
from ops.up import up

INSTANCE = "**::database-instance"  # the end of its URN


def lines(target: Target) -> Iterator[str]:
    """What can be restored, and what an earlier restore has left."""
    for one in snapshots(target):
        yield f"  {one.name}  made {shown(one.at)}, {one.by}, {one.gib} GiB"
    if window := restorable(target):
        yield f"  any moment from {shown(window['EarliestTime'])} to {shown(window['LatestTime'])}"
        yield f'`make restore AT="{window["LatestTime"].astimezone():%Y-%m-%d %H:%M}"{target.option}` restores a moment'
    yield f"`make restore SNAPSHOT=…{target.option}` restores a snapshot"
    for name in left_over(target):
        yield f"! {name} is the database from before a restore; `make restore DROP={name}{target.option}` deletes it"


def restorable(target: Target) -> Mapping[str, Any]:
    """The moments that automatic backups hold, also those of an instance that is gone; the laptop has none."""
    if target.place:
        return {}
    identifier = database_host(target).partition(".")[0]
    backups = target.client("rds").describe_db_instance_automated_backups(DBInstanceIdentifier=identifier)
    known = [one for one in backups["DBInstanceAutomatedBackups"] if "LatestTime" in one.get("RestoreWindow", {})]
    if not known:
        return {}
    newest = max(known, key=lambda one: one["InstanceCreateTime"])
    return {**newest["RestoreWindow"], "source": newest["DbiResourceId"]}


def of_snapshot(target: Target, name: str) -> dict[str, str]:
    known = [one.name for one in snapshots(target)]
    if name not in known:
        raise OperationError(f"SNAPSHOT: must be one of {', '.join(known) or 'none, for there is none'}, got {name!r}")
    return {"snapshot": name}


def of_moment(target: Target, text: str) -> dict[str, str]:
    if target.place:
        raise OperationError("AT: the laptop keeps snapshots alone, no moments between them; take SNAPSHOT=…")
    at = moment("AT", text)
    window = restorable(target)
    if not window or not window["EarliestTime"] <= at <= window["LatestTime"]:
        between = f"{shown(window['EarliestTime'])} and {shown(window['LatestTime'])}" if window else "no two moments"
        raise OperationError(f"AT: must lie between {between}, got {text!r}")
    return {"source": window["source"], "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}


def restore(target: Target, wanted: Mapping[str, str]) -> int:
    """Run the stack on a database of this data; the exit code of Pulumi."""
    refuse_docker(target)
    if target.config.get("recipe") == "released":
        raise OperationError(
            f"recipe: must not be released for a restore, whose last snapshots would have one name; write"
            f" protected into Pulumi.{target.name}.yaml (or disposable), run `{target.up}`, and try again"
        )
    started, kept = time.monotonic(), name_of_now(target, "before-restore-")
    if old := database_instance(target, database_host(target)):
        take(target, old, kept)
        print(f"What the database holds now is kept as the snapshot {kept}", flush=True)
    follow_version(target, wanted.get("snapshot"))
    section = f"{target.project}:database.restore"
    for key, value in wanted.items():
        target.configure("set", "--path", f"{section}.{key}", value)
    try:
        code = up(target, replace=INSTANCE)
    finally:
        target.configure("rm", "--path", section)
    if not code:
        print(f"Restored in {time.monotonic() - started:.0f} s; `make restore{target.option}` lists what else there is")
    return code


def follow_version(target: Target, snapshot: str | None) -> None:
    """Data from before an upgrade of PostgreSQL needs the version of that time."""
    named = (target.config.get("database") or {}).get("version")
    major = next((one.major for one in snapshots(target) if one.name == snapshot), None)
    if named and major and str(named) != major:
        target.configure("set", "--path", f"{target.project}:database.version", major)
        print(f"The snapshot is of PostgreSQL {major}, and so is the database now: by database.version", flush=True)


def drop(target: Target, name: str) -> str:
    """Delete an instance from before a restore, with a last snapshot of it."""
    known = left_over(target)
    if name not in known:
        raise OperationError(f"DROP: must be one of {', '.join(known) or 'none, for none is left over'}, got {name!r}")
    rds, last = target.client("rds"), f"{name}-final"
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
    rds.delete_db_instance(DBInstanceIdentifier=name, FinalDBSnapshotIdentifier=last, DeleteAutomatedBackups=False)
    return f"{name} is being deleted; its last snapshot is {last}"
