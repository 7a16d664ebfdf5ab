"""Two commands at once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.errors import LocalCloudError
from localcloud.lock import only_command
from localcloud.place import ROOT, Place
from tests.commands.conftest import kill


def command(place: Place, name: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "localcloud", "--port", str(place.port), "--folder", str(place.folder), name],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["up", "down", "stop"])
def test_a_command_that_changes_the_cloud_gives_way_to_the_one_at_work(place: Place, name: str) -> None:
    try:
        with only_command(place, "up"):
            run = command(place, name)
    finally:
        kill(place)  # what it would have started
    assert run.returncode == 1
    assert run.stderr == (
        f"Error: {name}: `make up` (pid {os.getpid()}) is at work on the local cloud of port {place.port};"
        " wait until it has ended\n"
    )


def test_commands_that_only_look_do_not_wait(place: Place) -> None:
    with only_command(place, "up"):
        assert command(place, "status").returncode == 0


def test_the_next_command_goes_on_when_one_has_ended_or_failed(place: Place) -> None:
    with pytest.raises(ZeroDivisionError), only_command(place, "up"):
        raise ZeroDivisionError
    with only_command(place, "down"), pytest.raises(LocalCloudError, match="`make down`"), only_command(place, "up"):
        pass


def test_a_command_that_was_killed_holds_nobody_up(place: Place) -> None:
    program = (
        "import pathlib, signal\nfrom localcloud.lock import only_command\nfrom localcloud.place import Place\n"
        f"with only_command(Place.of({place.port}, pathlib.Path({str(place.folder)!r})), 'up'):\n"
        "    print('held', flush=True)\n    signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        with pytest.raises(LocalCloudError, match=f"pid {process.pid}"), only_command(place, "up"):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        with only_command(place, "up"):
            pass


def test_what_a_command_starts_does_not_hold_the_lock_after_it(place: Place, tmp_path: Path) -> None:
    with only_command(place, "up"):
        daemon = subprocess.Popen(["sleep", "60"])
    try:
        with only_command(place, "up"):
            pass
    finally:
        daemon.kill()
        daemon.wait()
