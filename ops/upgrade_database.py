"""Brings the database to a newer version of PostgreSQL, in place: its address, its secret and its data stay.

RDS alone does a minor version, as it does by itself in the maintenance window; the program names the major version, and
any minor one suits it. A major version goes into the stack's file (`database.version`) and is done by the stack's own
`up`, since the parameter group changes with it (docs/decisions/0022-postgresql-upgraded-in-place.md).
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ops.errors import OperationError
from ops.lookup import database_host, database_instance
from ops.part import shown
from ops.snapshots import name_of_now, refuse_docker, take
from ops.target import Target
from ops.up import up

POLL_SECONDS = 10
LONGEST_SECONDS = 2 * 3600
# How RDS's events tell that an upgrade did not happen.
REFUSALS = ("cannot be upgraded", "could not be upgraded", "upgrade failed", "failed to upgrade")
DOWN = {
    False: "the database restarts and does not answer for some minutes; a standby (`multiAz`) changes nothing in that",
    True: "the database does not answer for about 10 to 20 minutes, longer with many tables; a standby (`multiAz`)"
    " changes nothing in that; RDS first checks it (extensions, prepared transactions, data types, replication slots)"
    " and leaves it as it is where something is in the way",
}
LAPTOP = "the laptop notes the version and runs its own PostgreSQL on; there is no other major version here"
AFTERWARDS = (
    "Now, with the new major version: `make psql WRITE=yes ARGS='-c analyze'{option}` renews the planner's statistics,"
    " and `make psql ARGS='-c \"select name from pg_available_extensions where installed_version <> default_version\"'"
    "{option}` lists the extensions to be updated (`alter extension … update`)"
)


def major_of(version: str) -> str:
    return version.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Upgrade:
    version: str
    is_major: bool

    @property
    def major(self) -> str:
        return major_of(self.version)

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(map(int, self.version.split(".")))


def upgrades(target: Target, present: str) -> list[Upgrade]:
    """Those that RDS offers for the version that runs, the lowest first."""
    told = target.client("rds").describe_db_engine_versions(Engine="postgres", EngineVersion=present)
    found = [
        Upgrade(version=one["EngineVersion"], is_major=one["IsMajorVersionUpgrade"])
        for version in told["DBEngineVersions"]
        for one in version.get("ValidUpgradeTarget", [])
    ]
    return sorted(found, key=lambda upgrade: upgrade.order)


def running(target: Target) -> Mapping[str, Any]:
    host = database_host(target)
    if (instance := database_instance(target, host)) is None:
        raise OperationError(f"RDS has no instance at {host}; `make restore{target.option}` lists what there is of it")
    return instance


def lines(target: Target) -> Iterator[str]:
    """What runs and what it can be upgraded to."""
    present = running(target)["EngineVersion"]
    offered = upgrades(target, present)
    yield f"PostgreSQL {present} runs; RDS offers {'' if offered else 'nothing newer'}".rstrip()
    for one in offered:
        yield f"  {one.version}  {'another major version' if one.is_major else 'a minor version'}"
    for is_major in sorted({one.is_major for one in offered}):
        yield f"With {'another major' if is_major else 'a minor'} version {DOWN[is_major]}"
    if offered:
        yield f"`make upgrade-database VERSION={offered[-1].version}{target.option}` makes a snapshot and upgrades"
    if target.place:
        yield LAPTOP


def chosen(version: str, present: str, offered: Sequence[Upgrade]) -> Upgrade:
    """A version by its name, or the newest one of a major version."""
    fitting = [one for one in offered if version in (one.version, one.major)]
    if fitting:
        return fitting[-1]
    known = ", ".join(one.version for one in offered)
    rule = f"must be one of {known}" if known else f"RDS offers nothing newer than {present}"
    raise OperationError(f"VERSION: {rule}, got {version!r}")


def upgrade(target: Target, version: str) -> int:
    """Make a snapshot, then upgrade; the exit code."""
    refuse_docker(target)
    instance = running(target)
    present = instance["EngineVersion"]
    wanted = chosen(version, present, upgrades(target, present))
    if instance["DBInstanceStatus"] != "available":
        raise OperationError(f"RDS calls the database {instance['DBInstanceStatus']}; wait until it is available")
    print(f"PostgreSQL {present} → {wanted.version}: {DOWN[wanted.is_major]}", flush=True)
    kept = name_of_now(target, "before-upgrade-")
    take(target, instance, kept)
    print(f"What it holds now is kept as the snapshot {kept}", flush=True)
    began, started = datetime.now(UTC), time.monotonic()
    if wanted.is_major:
        target.configure("set", "--path", f"{target.project}:database.version", wanted.major)
        if code := up(target):
            return code
    else:
        target.client("rds").modify_db_instance(
            DBInstanceIdentifier=instance["DBInstanceIdentifier"], EngineVersion=wanted.version, ApplyImmediately=True
        )
    reached = wait(target, instance["DBInstanceIdentifier"], wanted, began)
    print(f"PostgreSQL {reached} runs, after {time.monotonic() - started:.0f} s")
    if wanted.is_major:
        print(AFTERWARDS.format(option=target.option))
        print(f"Commit Pulumi.{target.name}.yaml; `make restore SNAPSHOT={kept}{target.option}` goes back")
    return 0


def wait(target: Target, identifier: str, wanted: Upgrade, began: datetime) -> str:
    """Print RDS's events until the version runs; a problem where one of them says that it never will."""
    rds, told = target.client("rds"), 0
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        (instance,) = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        events = rds.describe_events(SourceIdentifier=identifier, SourceType="db-instance", StartTime=began)["Events"]
        for event in events[told:]:
            print(f"  {shown(event['Date'])}  {event['Message']}", flush=True)
        told = len(events)
        reached = str(instance["EngineVersion"])
        same = wanted.major == major_of(reached) if wanted.is_major else wanted.version == reached
        if same and instance["DBInstanceStatus"] == "available":
            return reached
        if any(words in event["Message"].lower() for event in events for words in REFUSALS):
            break
        time.sleep(POLL_SECONDS)
    back = (
        f"; write {major_of(instance['EngineVersion'])} as database.version again before the next `{target.up}`"
        if wanted.is_major
        else ""
    )
    raise OperationError(
        f"PostgreSQL {instance['EngineVersion']} runs still; RDS's events above tell why, and the log pg_upgrade_*.log"
        f" in the RDS console what to change{back}"
    )
