"""A local cloud of stand-ins for each test: real supervisord and real sockets, small processes, a small `pulumi`."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import localcloud.place
import localcloud.programs
from localcloud import supervision
from localcloud.cli import main
from localcloud.place import Place
from localcloud.programs import Program
from tests.commands.fake_emulator import FakeEmulator
from tests.ports import free_ports

Command = Callable[..., Result]

STAND_IN = Path(__file__).with_name("stand_in.py")
NOTING_PULUMI = """
import json, os, sys
open(os.environ["NOTES"], "a").write(json.dumps(sys.argv[1:]) + "\\n")
sys.exit(int(os.environ["FAILS"]) if sys.argv[1] == "up" else 0)
"""
FAKE_PULUMI = Path(__file__).with_name("fake_pulumi.py")


def stand_ins(place: Place) -> list[Program]:
    where = {"engine": place.engine_socket, "emulator": place.port, "provider": place.provider_port}
    return [
        Program(
            name=name,
            command=[sys.executable, str(STAND_IN), name, str(at), str(place.folder)],
            environment={"NOTES": str(place.folder), "FOLDER": str(place.folder)},
        )
        for name, at in where.items()
    ]


def place_in(folder: Path) -> Place:
    """A place that nothing runs in."""
    return Place.of(free_ports(3), folder / "place")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return place_in(tmp_path)


@pytest.fixture
def emulator(place: Place) -> Iterator[FakeEmulator]:
    """An emulator of the place that serves, without supervisord."""
    made = FakeEmulator()
    with made.serving(place.port):
        yield made


def kill(place: Place) -> None:
    """End what runs at once; the orderly way takes supervisord seconds."""
    pid_file = place.folder / "supervisor.pid"
    if supervision.processes(place):
        os.kill(int(pid_file.read_text()), signal.SIGKILL)
    shutil.rmtree(place.sockets, ignore_errors=True)


@pytest.fixture(scope="module")
def small_programs() -> Iterator[None]:
    """Let `start` start stand-ins."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(localcloud.programs, "programs", stand_ins)
        yield


@pytest.fixture
def cloud(place: Place, small_programs: None) -> Iterator[Place]:
    """A place whose programs are stand-ins and do not run yet."""
    yield place
    kill(place)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, small_programs: None) -> Iterator[Place]:
    """A place whose stand-ins run; shared, so a test leaves them running."""
    place = place_in(tmp_path_factory.mktemp("running"))
    try:
        supervision.start(place)
        yield place
    finally:
        kill(place)


@dataclass(frozen=True, kw_only=True)
class FakePulumi:
    folder: Path

    def fail(self, command: str, made: str = "") -> None:
        """`made`: the name of a resource that it creates before it fails."""
        (self.folder / f"fail-{command}").write_text(made)

    def mend(self, command: str) -> None:
        (self.folder / f"fail-{command}").unlink()

    @property
    def calls(self) -> list[dict[str, Any]]:
        file = self.folder / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def commands(self) -> list[str]:
        return [call["arguments"][0] for call in self.calls]


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    """A `pulumi` on PATH, and none in `.tools/`."""
    folder = tmp_path / "fake-pulumi"
    folder.mkdir()
    (folder / "pulumi").write_text(f"#!{sys.executable}\n{FAKE_PULUMI.read_text()}")
    (folder / "pulumi").chmod(0o755)
    (folder / "resources").write_text("5")
    monkeypatch.setattr(localcloud.place, "TOOLS", tmp_path / "no-tools")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return FakePulumi(folder=folder)


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The words of each `pulumi` that was run, a line each; FAILS has the exit code of `up`."""
    (tmp_path / "pulumi").write_text(f"#!{sys.executable} -IS\n{NOTING_PULUMI}")
    (tmp_path / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    monkeypatch.setenv("FAILS", "0")
    return tmp_path / "notes"


@pytest.fixture
def command(place: Place) -> Command:
    def run(*arguments: str, code: int = 0) -> Result:
        here = ["--port", str(place.port), "--folder", str(place.folder)]
        result = CliRunner().invoke(main, [*here, *arguments])
        assert result.exit_code == code, result.output
        return result

    return run
