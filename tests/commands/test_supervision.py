"""Starting and stopping, with a real supervisord and stand-ins for the three programs."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localcloud import supervision
from localcloud.errors import LocalCloudError
from localcloud.place import ROOT, Place
from localcloud.ports import port_is_free

NAMES = {"engine", "emulator", "provider"}
pytestmark = pytest.mark.usefixtures("small_programs")


def note(place: Place, name: str) -> dict[str, Any]:
    return dict(json.loads((place.folder / f"{name}.json").read_text()))


def pid_of(place: Place, name: str) -> int:
    (row,) = [row for row in supervision.processes(place) if row["name"] == name]
    return int(row["pid"])


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_start_runs_everything_and_stop_leaves_nothing_running(place: Place) -> None:
    assert supervision.start(place)
    assert supervision.states(place).keys() == NAMES
    assert supervision.is_ready(place)
    supervisord = int((place.folder / "supervisor.pid").read_text())

    supervision.stop(place)

    assert supervision.states(place) == {}
    assert not Path(f"/proc/{supervisord}").exists()
    assert port_is_free(place.port) and port_is_free(place.provider_port)
    assert not place.sockets.exists()


def test_a_second_start_changes_nothing(place: Place) -> None:
    supervision.start(place)
    life = supervision.emulator_life(place)
    assert not supervision.start(place)
    assert supervision.emulator_life(place) == life != ""


def test_a_program_that_was_killed_comes_back_as_another_life(place: Place) -> None:
    supervision.start(place)
    until(lambda: supervision.states(place)["emulator"] == "RUNNING")
    life = supervision.emulator_life(place)
    os.kill(pid_of(place, "emulator"), signal.SIGKILL)
    until(lambda: supervision.is_ready(place) and supervision.emulator_life(place) not in ("", life))


def test_start_brings_back_a_program_that_supervisord_gave_up(place: Place) -> None:
    supervision.start(place)
    supervision.ask(place, "stopProcess", "provider")
    assert supervision.states(place)["provider"] == "STOPPED"
    supervision.start(place)
    until(lambda: supervision.states(place)["provider"] == "RUNNING")


def test_start_does_not_disturb_a_program_that_supervisord_is_restarting(place: Place) -> None:
    supervision.start(place)
    until(lambda: supervision.states(place)["provider"] == "RUNNING")
    broken = place.folder / "provider.fails"
    broken.touch()
    os.kill(pid_of(place, "provider"), signal.SIGKILL)
    until(lambda: supervision.states(place)["provider"] == "BACKOFF")
    broken.unlink()
    supervision.start(place)
    until(lambda: supervision.states(place)["provider"] == "RUNNING")


def test_a_program_that_does_not_start_is_named_with_its_last_lines(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "START_SECONDS", 1.0)
    place.folder.mkdir()
    (place.folder / "provider.fails").touch()
    with pytest.raises(LocalCloudError, match=r"(?s)^provider: did not start.*provider has no flux capacitor"):
        supervision.start(place)


def test_a_taken_port_is_named_with_another_to_choose(place: Place) -> None:
    message = rf"PORT: {place.provider_port} in use .*PORT={place.port + 100}"
    with socket.create_server(("127.0.0.1", place.provider_port)), pytest.raises(LocalCloudError, match=message):
        supervision.start(place)
    assert not (place.folder / "supervisor.conf").exists()


def test_a_supervisord_that_refuses_to_start_is_quoted(place: Place) -> None:
    place.make_folders()
    (place.folder / "supervisor.pid").mkdir()  # where it would write its own number
    (place.folder / "supervisor.conf").unlink(missing_ok=True)
    place.logs.joinpath("supervisor.log").mkdir()
    with pytest.raises(LocalCloudError, match=r"(?s)^supervisord: did not start \(exit code \d.*supervisor.log"):
        supervision.start(place)
    (place.folder / "supervisor.pid").rmdir()


@pytest.mark.parametrize(
    "name", ["100%", "a b", 'say "hi"', "it's", "a,b", "a #b", "a ;b", "$HOME", r"back\slash", "ü"]
)
def test_any_path_reaches_the_programs_unchanged(place: Place, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Place.of(place.port, place.folder / name)
    try:
        supervision.start(odd)
        for program in NAMES:
            started = note(odd, program)
            assert started["arguments"][3] == started["environment"]["FOLDER"] == str(odd.folder)
            assert started["cwd"] == str(ROOT)
            assert (odd.logs / f"{program}.log").exists()
    finally:
        supervision.stop(odd)
    assert supervision.states(odd) == {}


def test_no_program_outlives_a_supervisord_that_was_killed(place: Place) -> None:
    supervision.start(place)
    os.kill(int((place.folder / "supervisor.pid").read_text()), signal.SIGKILL)
    until(lambda: port_is_free(place.port) and port_is_free(place.provider_port))
    assert supervision.start(place)


def test_a_supervisord_that_is_stopping_says_so(place: Place) -> None:
    supervision.start(place)
    # A program that does not end on SIGTERM keeps supervisord stopping.
    os.kill(pid_of(place, "provider"), signal.SIGSTOP)
    provider = pid_of(place, "provider")
    supervisord = int((place.folder / "supervisor.pid").read_text())
    os.kill(supervisord, signal.SIGTERM)
    try:
        with pytest.raises(LocalCloudError, match=r"supervisord: .*SHUTDOWN_STATE; if it is stopping, run"):
            until(lambda: supervision.states(place) == {})
    finally:
        os.kill(provider, signal.SIGCONT)
    until(lambda: not Path(f"/proc/{supervisord}").exists())


def test_a_program_is_ended_with_its_checkout_in_an_odd_folder(tmp_path: Path) -> None:
    """The whole command from a checkout whose path is odd: what it imports and starts is below that path."""
    root = tmp_path / 'check "out" #1 ;100%, it\'s'
    root.mkdir()
    (root / "localcloud").symlink_to(ROOT / "localcloud")
    run = subprocess.run(
        [sys.executable, "-m", "localcloud", "--folder", str(root / "place"), "status"],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "Nothing runs" in run.stdout
