"""`make upgrade-database` on AWS: what is offered, what is kept first, who upgrades, and how its end is seen."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops import upgrade_database
from ops.errors import OperationError
from ops.target import Target

OFFERED = [("18.4", False), ("17.9", False), ("17.10", False)]


class Rds:
    """`ends`: what version and state each look finds, the last one for good; `says`: the messages of its events."""

    def __init__(self, ends: Sequence[tuple[str, str]] = (("17.6", "available"),), says: Sequence[str] = ()) -> None:
        self.ends, self.says = list(ends), says
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def instance(self) -> dict[str, Any]:
        version, status = self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]
        return {
            "DBInstanceIdentifier": "db", "Endpoint": {"Address": "db.rds"}, "EngineVersion": version,
            "DBInstanceStatus": status,
        }  # fmt: skip

    def get_paginator(self, name: str) -> Any:
        assert name == "describe_db_instances"
        return SimpleNamespace(paginate=lambda: iter([{"DBInstances": [self.instance()]}]))

    def describe_db_instances(self, **asked: str) -> Any:
        assert asked == {"DBInstanceIdentifier": "db"}
        return {"DBInstances": [self.instance()]}

    def describe_db_engine_versions(self, **asked: str) -> Any:
        assert asked == {"Engine": "postgres", "EngineVersion": "17.6"}
        targets = [{"EngineVersion": name, "IsMajorVersionUpgrade": is_major} for name, is_major in OFFERED]
        targets[0]["IsMajorVersionUpgrade"] = True
        return {"DBEngineVersions": [{"ValidUpgradeTarget": targets}]}

    def describe_events(self, **asked: Any) -> Any:
        assert (asked["SourceIdentifier"], asked["SourceType"]) == ("db", "db-instance")
        return {"Events": [{"Date": datetime.now(UTC), "Message": text} for text in self.says]}

    def get_waiter(self, name: str) -> Any:
        return SimpleNamespace(wait=lambda **asked: self.calls.append((name, asked)))

    def __getattr__(self, name: str) -> Any:
        return lambda **asked: self.calls.append((name, asked))


@pytest.fixture
def notes(notes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """And no waiting."""
    monkeypatch.setattr(upgrade_database, "POLL_SECONDS", 0)
    return notes


def stack(rds: Rds) -> Target:
    made = Target(base="prod", place=None)
    vars(made).update(
        outputs={"database": "db.rds", "services": {"api": {}}}, config={}, project="shop", client=lambda _: rds
    )
    return made


def test_what_rds_offers_is_listed_with_what_goes_down() -> None:
    told = list(upgrade_database.lines(stack(Rds())))
    assert told[:4] == [
        "PostgreSQL 17.6 runs; RDS offers", "  17.9  a minor version", "  17.10  a minor version",
        "  18.4  another major version",
    ]  # fmt: skip
    assert "a minor version the database restarts" in told[4] and "10 to 20 minutes" in told[5]
    assert told[6].startswith("`make upgrade-database VERSION=18.4 STACK=prod`") and len(told) == 7


def test_a_minor_version_is_done_by_rds_after_a_snapshot_and_waited_for(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    looks = [("17.6", "available"), ("17.6", "available"), ("17.6", "upgrading"), ("17.10", "upgrading")]
    rds = Rds([*looks, ("17.10", "available")], ["DB instance restarted"])
    assert upgrade_database.upgrade(stack(rds), "17") == 0
    (kept, snapshot), (waited, _), (changed, asked) = rds.calls
    assert (kept, waited, changed) == ("create_db_snapshot", "db_snapshot_available", "modify_db_instance")
    assert "before-upgrade" in snapshot["DBSnapshotIdentifier"]
    assert asked == {"DBInstanceIdentifier": "db", "EngineVersion": "17.10", "ApplyImmediately": True}
    told = capsys.readouterr().out
    assert "PostgreSQL 17.10 runs, after" in told and told.count("DB instance restarted") == 1
    assert not notes.exists()


def test_a_major_version_is_written_and_done_by_the_stacks_own_up(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rds = Rds([("17.6", "available"), ("18.4", "available")])
    assert upgrade_database.upgrade(stack(rds), "18.4") == 0
    assert [name for name, _ in rds.calls] == ["create_db_snapshot", "db_snapshot_available"]
    assert [json.loads(line) for line in notes.read_text().splitlines()] == [
        ["config", "set", "--path", "shop:database.version", "18", "--stack", "prod"],
        ["up", "--stack", "prod"],
    ]
    told = capsys.readouterr().out
    assert "-c analyze' STACK=prod" in told and "make restore SNAPSHOT=shop-prod-before-upgrade-" in told


def test_an_upgrade_that_rds_refuses_says_so_and_what_to_write_before_the_next_up(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = "Database instance is in a state that cannot be upgraded: PreUpgrade checks failed"
    with pytest.raises(OperationError, match=r"PostgreSQL 17.6 runs still; .* write 17 as database.version again"):
        upgrade_database.upgrade(stack(Rds(says=[reason])), "18")
    assert reason in capsys.readouterr().out


def test_an_up_that_fails_ends_with_its_code(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "255")
    assert upgrade_database.upgrade(stack(Rds()), "18") == 255


@pytest.mark.parametrize(("version", "state"), [("16", "available"), ("17.6", "available"), ("18", "backing-up")])
def test_what_cannot_be_done_is_refused_before_anything_is(notes: Path, version: str, state: str) -> None:
    rds = Rds([("17.6", state)])
    with pytest.raises(OperationError, match=r"VERSION: must be one of 17.9, 17.10, 18.4, got|RDS calls the database"):
        upgrade_database.upgrade(stack(rds), version)
    assert not rds.calls and not notes.exists()
