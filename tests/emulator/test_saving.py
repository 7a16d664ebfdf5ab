"""When and how the state of services is written to files: no emulator runs here."""

import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from localcloud.emulator import saving
from localcloud.emulator.saving import Saver, write


class World:
    """Services with states, a clock that stands still, and a saver of them."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.now = 100.0
        self.states: dict[str, Any] = {"queues": {"a": 1}, "tables": {}}
        self.encoded: list[str] = []
        self.saver = Saver(folder=folder, states=self.readers, encode=self.encode, clock=lambda: self.now, **options)

    def readers(self) -> dict[str, Callable[[], Any]]:
        return {name: partial(self.read, name) for name in self.states}

    def read(self, name: str) -> Any:
        state = self.states[name]
        if isinstance(state, list):  # what each reading gives
            state = state.pop(0) if len(state) > 1 else state[0]
        if isinstance(state, Exception):
            raise state
        return state

    def encode(self, name: str, state: Any) -> str:
        self.encoded.append(name)
        return json.dumps({name: state})

    def saved(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())[name]


@pytest.fixture(autouse=True)
def readings_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "thread_time", lambda: 0.0)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "state")


def test_every_service_is_saved_in_a_file_of_its_own(world: World) -> None:
    world.saver.save()
    assert (world.saved("queues"), world.saved("tables")) == ({"a": 1}, {})
    assert sorted(file.name for file in world.folder.iterdir()) == ["queues.json", "tables.json"]


def test_only_what_changed_is_written(world: World) -> None:
    world.saver.save()
    world.states["queues"] = {"a": 2}
    (world.folder / "tables.json").unlink()
    world.saver.save()
    assert world.saved("queues") == {"a": 2}
    assert not (world.folder / "tables.json").exists()


def test_a_service_without_a_state_keeps_its_file(world: World) -> None:
    world.saver.save()
    world.states["queues"] = None
    world.saver.save()
    assert world.saved("queues") == {"a": 1}


def test_a_failed_write_is_tried_again_though_nothing_changed_since(world: World) -> None:
    world.folder.mkdir()
    (world.folder / "queues.json").mkdir()
    world.saver.save()
    assert not (world.folder / ".queues.json.new").exists()
    (world.folder / "queues.json").rmdir()
    world.saver.save()
    assert world.saved("queues") == {"a": 1}


def test_one_service_that_fails_holds_up_no_other(world: World) -> None:
    world.states["queues"] = ValueError("no such thing")
    world.saver.save()
    assert world.saved("tables") == {}
    assert world.saver.health()["error"] == "queues: ValueError: no such thing"


def test_what_is_read_last_is_written_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def read(name: str) -> str:
        order.append(f"read {name}")
        return name

    monkeypatch.setattr(world, "read", read)
    monkeypatch.setattr(saving, "write", lambda file, _: order.append(f"write {file.stem}"))
    world.saver.save()
    assert order == ["read queues", "read tables", "write tables", "write queues"]


def test_health_is_the_age_of_the_last_round_without_a_problem(world: World) -> None:
    world.saver.save()
    world.now += 1.5
    assert world.saver.health() == {"status": "ok", "saved_seconds_ago": 1.5, "error": None}
    world.states |= {"queues": ValueError("a"), "tables": OSError("b")}
    world.saver.save()
    problem = "queues: ValueError: a; tables: OSError: b"
    assert world.saver.health() == {"status": "failing", "saved_seconds_ago": 1.5, "error": problem}
    world.states |= {"queues": {}, "tables": {}}
    world.saver.save()
    assert world.saver.health() == {"status": "ok", "saved_seconds_ago": 0, "error": None}


def test_a_round_that_takes_time_has_saved_what_was_there_when_it_began(world: World) -> None:
    def slow() -> dict[str, Callable[[], Any]]:
        world.now += 4
        return {}

    world.saver.states = slow
    world.saver.save()
    assert world.saver.health()["saved_seconds_ago"] == 4


def test_a_saving_that_hangs_is_told(world: World) -> None:
    world.now += 30
    assert world.saver.health()["error"] is None
    world.now += 1
    assert world.saver.health()["error"] == "saving has hung for 31 s"


def test_a_state_that_changes_while_it_is_read_is_read_again(world: World) -> None:
    changing = RuntimeError("dictionary changed size during iteration")
    world.states["queues"] = [changing, changing, {"a": 3}]
    world.saver.save()
    assert world.saved("queues") == {"a": 3}
    world.states["queues"] = [changing, changing, changing, {"a": 4}]
    world.saver.save()
    assert world.saver.health()["error"] == "queues: RuntimeError: dictionary changed size during iteration"


def test_a_state_that_takes_long_to_read_is_read_at_most_one_fiftieth_of_the_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter([0.0, 0.2, 1.0, 1.0])  # seconds of work: 0.2 for queues, none for tables
    monkeypatch.setattr(time, "thread_time", lambda: next(ticks))
    world.saver.save()
    world.encoded.clear()
    monkeypatch.setattr(time, "thread_time", lambda: 0.0)
    world.now += 9.9
    world.saver.save()
    assert world.encoded == ["tables"]
    world.now += 0.1
    world.saver.save()
    assert world.encoded == ["tables", "queues", "tables"]


def test_a_service_with_an_interval_is_read_when_it_is_over_and_at_the_end(tmp_path: Path) -> None:
    world = World(tmp_path, intervals={"queues": 30})
    world.saver.save()
    world.now += 29
    world.saver.save()
    assert world.encoded == ["queues", "tables", "tables"]
    world.states["queues"] = {"last": 1}
    world.saver.finish()
    assert world.saved("queues") == {"last": 1}
    world.now += 30
    world.saver.save()
    assert world.encoded[-2:] == ["queues", "tables"]


def test_the_thread_saves_again_and_again_whatever_happens(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[str] = []

    def states() -> dict[str, Callable[[], Any]]:
        rounds.append("")
        if len(rounds) == 3:
            world.saver.finish = lambda: None  # type: ignore[method-assign]
            world.saver._over.set()
        raise KeyError("registry")

    world.saver.states = states
    monkeypatch.setattr(saving, "SAVE_INTERVAL_SECONDS", 0.001)
    world.saver._save_until_over()
    assert len(rounds) == 3
    assert world.saver.health() == {"status": "failing", "saved_seconds_ago": 0, "error": "KeyError: 'registry'"}


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write(file, "\ud800")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
