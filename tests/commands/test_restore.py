"""`make restore` on AWS: what can be restored, and what Pulumi is asked to do."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops import backup, restore
from ops.errors import OperationError
from ops.target import Target

OWN = [{"Key": "project", "Value": "shop"}, {"Key": "stack", "Value": "prod"}]
OTHERS = [{"Key": "project", "Value": "shop"}, {"Key": "stack", "Value": "dev"}]


def at(hour: int) -> datetime:
    return datetime(2026, 11, 26, hour, tzinfo=UTC)


class Rds:
    """One instance in use and one that is not, snapshots of this stack and of another."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.backups = [
            {"DbiResourceId": "db-OLD", "InstanceCreateTime": at(1), "RestoreWindow": window(1, 2)},
            {"DbiResourceId": "db-NEW", "InstanceCreateTime": at(3), "RestoreWindow": window(4, 9)},
            {"DbiResourceId": "db-YOUNG", "InstanceCreateTime": at(4), "RestoreWindow": {}},
        ]
        self.known = {
            "describe_db_snapshots": [
                snapshot("first", 5), snapshot("second", 6), snapshot("coming", 7, Status="creating"),
                snapshot("others", 8, TagList=OTHERS),
            ],
            "describe_db_instances": [instance("db", "db.x.rds"), instance("old", "old.x.rds")],
        }  # fmt: skip

    def get_paginator(self, name: str) -> Any:
        key = "DBSnapshots" if "snapshots" in name else "DBInstances"
        return SimpleNamespace(paginate=lambda: iter([{key: [one]} for one in self.known[name]]))

    def describe_db_instance_automated_backups(self, **asked: str) -> dict[str, Any]:
        return {"DBInstanceAutomatedBackups": self.backups if asked == {"DBInstanceIdentifier": "db"} else []}

    def get_waiter(self, name: str) -> Any:
        return SimpleNamespace(wait=lambda **asked: self.calls.append((name, asked)))

    def __getattr__(self, name: str) -> Any:
        return lambda **asked: self.calls.append((name, asked))


def window(begin: int, end: int) -> dict[str, datetime]:
    return {"EarliestTime": at(begin), "LatestTime": at(end)}


def snapshot(name: str, hour: int, **more: Any) -> dict[str, Any]:
    told = {
        "DBSnapshotIdentifier": name,
        "SnapshotCreateTime": at(hour),
        "SnapshotType": "manual",
        "EngineVersion": "17.6",
    }
    return {**told, "AllocatedStorage": 20, "Status": "available", "TagList": OWN, **more}


def instance(name: str, host: str) -> dict[str, Any]:
    return {"DBInstanceIdentifier": name, "Endpoint": {"Address": host}, "TagList": OWN}


def stack(rds: Any, recipe: str = "protected", host: str | None = "db.x.rds") -> Target:
    made = Target(base="prod", place=None)
    vars(made).update(
        outputs={"database": host, "services": {"api": {}}},
        config={"recipe": recipe},
        project="shop",
        client=lambda _: rds,
    )
    return made


def test_the_list_has_this_stacks_snapshots_its_moments_and_what_a_restore_left() -> None:
    listed = list(restore.lines(stack(Rds())))
    assert [line.split()[0] for line in listed[:2]] == ["second", "first"]
    assert listed[2].startswith("  any moment from 2026-11-26")
    assert listed[-1] == ("! old is the database from before a restore; `make restore DROP=old STACK=prod` deletes it")


@pytest.mark.parametrize("fails", [0, 255])
def test_the_present_is_kept_first_and_the_stacks_file_is_as_before_afterwards(
    notes: Path, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    monkeypatch.setenv("FAILS", str(fails))
    rds = Rds()
    assert restore.restore(stack(rds), restore.of_snapshot(stack(rds), "first")) == fails
    (made, asked), (waited, waited_for) = rds.calls
    assert (made, waited) == ("create_db_snapshot", "db_snapshot_available")
    assert asked["DBInstanceIdentifier"] == "db" and "before-restore" in asked["DBSnapshotIdentifier"]
    assert waited_for["DBSnapshotIdentifier"] == asked["DBSnapshotIdentifier"]
    key = "shop:database.restore"
    assert [json.loads(line) for line in notes.read_text().splitlines()] == [
        ["config", "set", "--path", f"{key}.snapshot", "first", "--stack", "prod"],
        ["up", "--stack", "prod", "--replace", "**::database-instance"],
        ["config", "rm", "--path", key, "--stack", "prod"],
    ]


@pytest.mark.parametrize(("version", "written"), [("18", True), ("17", False), (None, False)])
def test_a_snapshot_from_before_an_upgrade_takes_the_version_back(
    notes: Path, version: str | None, written: bool
) -> None:
    target = stack(Rds())
    target.config["database"] = {"version": version} if version else {}
    assert restore.restore(target, restore.of_snapshot(target, "first")) == 0
    back = ["config", "set", "--path", "shop:database.version", "17", "--stack", "prod"]
    assert (back in [json.loads(line) for line in notes.read_text().splitlines()]) is written


def test_a_moment_comes_from_the_newest_instance_that_has_backups_also_when_it_is_gone() -> None:
    rds = Rds()
    rds.known["describe_db_instances"] = []
    assert restore.of_moment(stack(rds), "2026-11-26T05:30+00:00") == {"source": "db-NEW", "at": "2026-11-26T05:30:00Z"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-11-26T03:30+00:00", "AT: must lie between 2026-11-26"),
        ("2026-11-26T10:00+00:00", "AT: must lie between 2026-11-26"),
        ("yesterday", "AT: must be a time such as \"2026-11-26 14:30\", got 'yesterday'"),
    ],
)
def test_a_moment_that_cannot_be_restored_says_which_can(text: str, told: str) -> None:
    with pytest.raises(OperationError, match=told):
        restore.of_moment(stack(Rds()), text)


def test_what_cannot_be_restored_is_refused_before_anything_is_done(notes: Path) -> None:
    rds = Rds()
    for name in ("coming", "others"):
        with pytest.raises(OperationError, match=f"SNAPSHOT: must be one of second, first, got '{name}'"):
            restore.of_snapshot(stack(rds), name)
    with pytest.raises(OperationError, match="recipe: must not be released"):
        restore.restore(stack(rds, "released"), {"snapshot": "first"})
    with pytest.raises(OperationError, match="the stack has no database"):
        restore.restore(stack(rds, host=None), {"snapshot": "first"})
    with pytest.raises(OperationError, match=r"DROP: must be one of old, got 'db'"):
        restore.drop(stack(rds), "db")
    assert not rds.calls and not notes.exists()


def test_the_old_database_is_dropped_with_a_last_snapshot_and_its_automatic_backups_stay() -> None:
    rds = Rds()
    assert restore.drop(stack(rds), "old") == "old is being deleted; its last snapshot is old-final"
    (_, opened), (name, deleted) = rds.calls
    assert opened == {"DBInstanceIdentifier": "old", "DeletionProtection": False, "ApplyImmediately": True}
    assert name == "delete_db_instance"
    assert (deleted["FinalDBSnapshotIdentifier"], deleted["DeleteAutomatedBackups"]) == ("old-final", False)


def test_without_a_database_there_is_nothing_to_back_up() -> None:
    with pytest.raises(OperationError, match="the stack has no database"):
        backup.backup(stack(Rds(), host=None), None)
    with pytest.raises(OperationError, match=r"RDS has no instance at gone; `make restore STACK=prod` lists"):
        backup.backup(stack(Rds(), host="gone"), None)
