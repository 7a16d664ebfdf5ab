"""Starting and stopping, with a real supervisord and stand-ins for the three programs."""

import json
import os
import signal
import socket
import subprocess
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


def note(place: Place, name: str) -> dict[str, Any]:
    return dict(json.loads((place.folder / f"{name}.json").read_text()))


def pid_of(place: Place, name: str) -> int:
    (row,) = [row for row in supervision.processes(place) if row["name"] == name]
    return int(row["pid"])


def supervisord(place: Place) -> int:
    return int((place.folder / "supervisor.pid").read_text())


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_start_runs_everything_and_stop_leaves_nothing_running(cloud: Place) -> None:
    assert supervision.start(cloud)
    assert supervision.states(cloud).keys() == NAMES
    assert supervision.is_ready(cloud)
    pid = supervisord(cloud)

    supervision.stop(cloud)

    assert supervision.states(cloud) == {}
    assert supervision.has_ended(pid)
    assert port_is_free(cloud.port) and port_is_free(cloud.provider_port)
    assert not cloud.sockets.exists()


def test_what_runs_is_outdated_once_its_code_is_newer(
    running: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "emulator"
    code.mkdir()
    monkeypatch.setattr(supervision, "CODE", tmp_path)
    started = (running.folder / "supervisor.pid").stat().st_mtime
    for file in (code / "poetry.lock", code / "guard.py"):
        file.touch()
        os.utime(file, (started - 1, started - 1))
    assert not supervision.is_outdated(running)
    for file in code.iterdir():
        os.utime(file, (started + 1, started + 1))
        assert supervision.is_outdated(running)
        os.utime(file, (started - 1, started - 1))


def test_nothing_is_outdated_where_nothing_runs(cloud: Place) -> None:
    assert not supervision.is_outdated(cloud)


def test_a_second_start_changes_nothing(running: Place) -> None:
    life = supervision.emulator_life(running)
    assert not supervision.start(running)
    assert supervision.emulator_life(running) == life != ""


def test_a_program_that_was_killed_comes_back_as_another_life(running: Place) -> None:
    until(lambda: supervision.states(running)["emulator"] == "RUNNING")
    life = supervision.emulator_life(running)
    os.kill(pid_of(running, "emulator"), signal.SIGKILL)
    until(lambda: supervision.is_ready(running) and supervision.emulator_life(running) not in ("", life))


def test_start_brings_back_a_program_that_does_not_run(running: Place) -> None:
    supervision.ask(running, "stopProcess", "provider")
    assert supervision.states(running)["provider"] == "STOPPED"
    assert not supervision.start(running)
    assert not port_is_free(running.provider_port)


def test_start_waits_for_a_program_that_supervisord_is_restarting(running: Place) -> None:
    until(lambda: supervision.states(running)["provider"] == "RUNNING")
    broken = running.folder / "provider.fails"
    broken.touch()
    os.kill(pid_of(running, "provider"), signal.SIGKILL)
    until(lambda: supervision.states(running)["provider"] == "BACKOFF")
    broken.unlink()
    supervision.start(running)
    assert not port_is_free(running.provider_port)


def test_a_program_that_does_not_start_is_named_with_its_last_lines(
    cloud: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.folder.mkdir()
    (cloud.folder / "provider.fails").touch()
    with monkeypatch.context() as unwaited:
        unwaited.setattr(supervision, "wait_until_ready", lambda _: None)
        supervision.start(cloud)
    log = cloud.logs / "provider.log"
    until(lambda: log.exists() and "no flux capacitor" in log.read_text())
    monkeypatch.setattr(supervision, "START_SECONDS", 0.1)
    with pytest.raises(LocalCloudError, match=r"(?s)provider: did not start.*provider has no flux capacitor"):
        supervision.start(cloud)


def test_a_taken_port_is_named_with_another_to_choose(cloud: Place) -> None:
    with (
        socket.create_server(("127.0.0.1", cloud.provider_port)),
        pytest.raises(LocalCloudError, match=rf"PORT: {cloud.provider_port} in use .*PORT={cloud.port + 100}"),
    ):
        supervision.start(cloud)
    assert not (cloud.folder / "supervisor.conf").exists()


def test_a_supervisord_that_refuses_to_start_is_quoted(cloud: Place) -> None:
    (cloud.logs / "supervisor.log").mkdir(parents=True)  # where it would write
    with pytest.raises(LocalCloudError, match=r"(?s)^supervisord: did not start \(exit code \d.*supervisor\.log"):
        supervision.start(cloud)


def test_programs_get_their_words_and_environment_from_any_path(cloud: Place) -> None:
    odd = Place.of(cloud.port, cloud.folder / '100% a b, #1 ;2 "x" it\'s $HOME back\\slash ü*')
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


def test_no_program_outlives_a_supervisord_that_was_killed(cloud: Place) -> None:
    supervision.start(cloud)
    os.kill(supervisord(cloud), signal.SIGKILL)
    until(lambda: port_is_free(cloud.port) and port_is_free(cloud.provider_port))
    assert supervision.start(cloud)


def test_a_supervisord_that_is_stopping_says_so(cloud: Place) -> None:
    supervision.start(cloud)
    pid, provider = supervisord(cloud), pid_of(cloud, "provider")
    os.kill(provider, signal.SIGSTOP)  # SIGTERM does not end it, so supervisord goes on stopping
    os.kill(pid, signal.SIGTERM)
    with pytest.raises(LocalCloudError, match=r"supervisord: .*SHUTDOWN_STATE; if it is stopping, run"):
        until(lambda: supervision.states(cloud) == {})
    os.kill(pid, signal.SIGKILL)
    os.kill(provider, signal.SIGKILL)


def test_a_process_that_nobody_waits_for_has_ended() -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        assert not supervision.has_ended(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{process.pid}").exists()
        assert supervision.has_ended(process.pid)
    assert supervision.has_ended(process.pid)
