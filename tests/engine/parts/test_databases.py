"""Whose data is deleted: only that of an instance that RDS knew and then no longer knows."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from localcloud.engine import databases as module
from localcloud.engine.databases import Databases
from localcloud.engine.emulator import Emulator
from localcloud.engine.errors import EngineError
from localcloud.signing import Credentials

LABELS = {"db_id": "app", "ministack.boot": "first", "account_id": "1" * 12, "region": "eu-west-1"}


class Rds(Emulator):
    """Answers in turn; the last answer stays."""

    def __init__(self, *answers: bool | None) -> None:
        super().__init__("http://rds.test", Credentials(access_key="", secret_key=""))
        self.answers = list(answers)
        self.asked: list[tuple[str, str, str]] = []

    async def has_database(self, name: str, account: str, region: str) -> bool | None:
        self.asked.append((name, account, region))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASK_EVERY_SECONDS", 0.001)
    monkeypatch.setattr(module, "GONE_WITHIN_SECONDS", 0.02)


def run(folder: Path, rds: Rds | None, work: Callable[[Databases], Coroutine[Any, Any, None]]) -> Databases:
    async def live() -> Databases:
        databases = Databases(folder, rds)
        await work(databases)
        await asyncio.gather(*databases._decisions)
        return databases

    return asyncio.run(asyncio.wait_for(live(), 120))


def with_data(databases: Databases, labels: dict[str, str] = LABELS, name: str = "c") -> Path:
    data = databases.claim(labels, name)
    data.mkdir(exist_ok=True)
    (data / "PG_VERSION").touch()
    return data


@pytest.mark.parametrize(
    ("known_before", "answers", "kept"),
    [
        (True, [True, True, False], False),
        (True, [False], False),
        (True, [True], True),
        (True, [None, False], True),
        (False, [False], True),
        (None, [False], True),
    ],
    ids=["deleted", "deleted at once", "stays", "RDS was stopping", "was not known", "nobody could tell"],
)
def test_data_goes_with_its_instance_only(
    tmp_path: Path, known_before: bool | None, answers: list[bool | None], kept: bool
) -> None:
    async def work(databases: Databases) -> None:
        databases.released(with_data(databases), LABELS, known_before)

    rds = Rds(*answers)
    run(tmp_path, rds, work)
    assert (tmp_path / "app/PG_VERSION").exists() == kept
    assert (tmp_path / "app.removed").exists() == kept
    assert set(rds.asked) <= {("app", "1" * 12, "eu-west-1")}


def test_an_instance_that_stays_is_asked_for_a_while_and_no_longer(tmp_path: Path) -> None:
    async def work(databases: Databases) -> None:
        databases.released(with_data(databases), LABELS, True)

    rds = Rds(True)
    run(tmp_path, rds, work)
    assert len(rds.asked) == 20


def test_data_that_a_new_container_claimed_is_left_alone(tmp_path: Path) -> None:
    async def work(databases: Databases) -> None:
        databases.released(with_data(databases), {**LABELS}, True)
        databases.claim({**LABELS, "ministack.boot": "second"}, "c")

    rds = Rds(False)
    run(tmp_path, rds, work)
    assert (tmp_path / "app/PG_VERSION").exists()
    assert rds.asked == []


def test_a_container_of_the_same_life_after_a_removal_starts_empty_and_of_another_life_does_not(tmp_path: Path) -> None:
    async def work(databases: Databases) -> None:
        databases.released(with_data(databases), LABELS, None)
        data = databases.claim({**LABELS, "ministack.boot": "second"}, "c")
        assert (data / "PG_VERSION").exists()
        assert not (tmp_path / "app.removed").exists()
        databases.released(data, LABELS, None)
        assert not databases.claim(LABELS, "c").exists()
        assert not (tmp_path / "app.removed").exists()

    run(tmp_path, None, work)


def test_a_note_that_cannot_be_read_costs_no_data(tmp_path: Path) -> None:
    async def work(databases: Databases) -> None:
        with_data(databases)
        (tmp_path / "app.removed").write_text("half a no")
        assert (databases.claim(LABELS, "c") / "PG_VERSION").exists()

    run(tmp_path, None, work)


def test_a_database_without_an_instance_is_its_container_s(tmp_path: Path) -> None:
    async def work(databases: Databases) -> None:
        data = with_data(databases, {}, "mine")
        assert data == tmp_path / "mine"
        assert await databases.is_wanted({}) is None
        databases.released(data, {}, None)
        assert not data.exists()

    run(tmp_path, Rds(True), work)


def test_an_instance_of_which_no_more_is_known_is_of_the_usual_account_and_region(tmp_path: Path) -> None:
    rds = Rds(True)
    assert asyncio.run(Databases(tmp_path, rds).is_wanted({"db_id": "app"})) is True
    assert rds.asked == [("app", "000000000000", "us-east-1")]


def test_data_that_somebody_else_removed_is_no_error(tmp_path: Path) -> None:
    async def work(databases: Databases) -> None:
        databases.released(databases.claim(LABELS, "c"), LABELS, True)

    run(tmp_path, Rds(False), work)
    assert not (tmp_path / "app.removed").exists()


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    assert Databases(tmp_path / "a/b", None).claim({"db_id": "../../x"}, "c") == tmp_path / "a/b/x"


class Snapshots(Rds):
    """Knows the instance no more, and lists these snapshots of it."""

    def __init__(self, *snapshots: str) -> None:
        super().__init__(False)
        self.snapshots = list(snapshots)

    async def snapshots_of(self, name: str, account: str, region: str) -> list[str]:
        assert (name, account, region) == ("app", "1" * 12, "eu-west-1")
        return self.snapshots


def delete(folder: Path, *snapshots: str) -> None:
    async def work(databases: Databases) -> None:
        data = with_data(databases)
        data.chmod(0o700)
        databases.released(data, LABELS, True)

    run(folder, Snapshots(*snapshots), work)


def test_the_data_of_a_deleted_instance_is_kept_for_its_final_snapshot_and_restored_from_it(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    delete(folder, "app-final")
    assert not (folder / "app").exists()
    for _ in range(2):  # a snapshot can be used more than once
        restored = Databases(folder, None).claim({"db_id": "new", "db_snapshot": "app-final"}, "c")
        assert (restored / "PG_VERSION").exists()
        assert restored.stat().st_mode & 0o777 == 0o700
        shutil.rmtree(restored)


def test_without_a_snapshot_nothing_is_kept(tmp_path: Path) -> None:
    delete(tmp_path / "postgres")
    assert list((tmp_path / "snapshots").iterdir()) == []


def test_a_database_that_has_data_is_not_overwritten_when_its_container_starts_again(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    delete(folder, "app-final")
    labels = {"db_id": "new", "db_snapshot": "app-final"}
    (Databases(folder, None).claim(labels, "c") / "later").touch()
    assert (Databases(folder, None).claim(labels, "c") / "later").exists()


def test_a_snapshot_without_data_is_told(tmp_path: Path) -> None:
    told = "snapshot manual: holds no data"
    with pytest.raises(EngineError, match=told) as caught:
        Databases(tmp_path / "postgres", None).claim({"db_id": "new", "db_snapshot": "manual"}, "c")
    assert caught.value.status == 500


def test_data_that_cannot_be_copied_is_no_data(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        module.copy(tmp_path / "absent", tmp_path / "copy")
