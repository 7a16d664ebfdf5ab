"""Processes of the operating system: ended with all that they started."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from localcloud.engine import process
from localcloud.engine.process import Process, dies_with_the_engine, record, spawn, start_time, sweep
from tests.engine.support import eventually, is_alive

Value = TypeVar("Value")
PATH = {"PATH": "/usr/bin:/bin"}


def start(folder: Path, script: str, **options: Any) -> Process:
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        return spawn(["/bin/sh", "-c", script], env={**PATH, "A": "b"}, cwd=folder, output=output, **options)
    finally:
        os.close(output)


def wait(work: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run(asyncio.wait_for(work, 120))


async def said(folder: Path, lines: int = 1) -> list[str]:
    """What a started program has written, once it has so many lines."""
    while True:
        text = (folder / "output").read_text().splitlines()
        if len(text) >= lines:
            return text
        await asyncio.sleep(0.01)


def test_a_program_has_its_environment_folder_and_both_outputs(tmp_path: Path) -> None:
    async def run() -> int:
        one = start(tmp_path, "echo $A; pwd >&2; cat; env | wc -l; exit 7")
        assert await one.wait(20)
        return one.code

    assert wait(run()) == 7
    lines = (tmp_path / "output").read_text().split()
    assert lines[:2] == ["b", str(tmp_path)]
    assert int(lines[2]) <= 5  # its own two, and what a shell adds


def test_a_program_that_a_signal_ended_has_docker_s_code(tmp_path: Path) -> None:
    async def run() -> int:
        one = start(tmp_path, "kill -9 $$")
        await one.exited.wait()
        one.signal(signal.SIGTERM)  # too late, and no error
        one.signal_group(signal.SIGTERM)
        return one.code

    assert wait(run()) == 137


def test_children_that_outlive_their_program_are_ended(tmp_path: Path) -> None:
    async def run() -> int:
        one = start(tmp_path, "sleep 60 & echo $!")
        await one.exited.wait()
        return int((await said(tmp_path))[0])

    child = wait(run())
    eventually(lambda: not is_alive(child))


def test_a_stop_is_a_signal_first(tmp_path: Path) -> None:
    async def run() -> int:
        one = start(tmp_path, "trap 'exit 5' USR1; echo; while :; do sleep 0.01; done")
        await said(tmp_path)
        await one.stop(signal.SIGUSR1, 20)
        return one.code

    assert wait(run()) == 5


def test_who_ignores_the_stop_is_killed_with_its_children(tmp_path: Path) -> None:
    async def run() -> tuple[int, int]:
        one = start(tmp_path, "trap '' TERM; sleep 60 & echo $!; wait; sleep 60")
        child = int((await said(tmp_path))[0])
        await one.stop(signal.SIGTERM, 0.1)
        return one.code, child

    code, child = wait(run())
    assert code == 137
    eventually(lambda: not is_alive(child))


def test_waiting_has_an_end(tmp_path: Path) -> None:
    async def run() -> tuple[bool, bool]:
        one = start(tmp_path, "sleep 60")
        early = await one.wait(0.05)
        one.signal_group(signal.SIGKILL)
        return early, await one.wait()

    assert wait(run()) == (False, True)


def test_a_signal_reaches_the_program_alone(tmp_path: Path) -> None:
    async def run() -> list[str]:
        one = start(tmp_path, "trap 'echo parent' USR1; (trap 'echo child' USR1; while :; do sleep 0.01; done) & "
                    "echo; while :; do sleep 0.01; done")  # fmt: skip
        await said(tmp_path)
        one.signal(signal.SIGUSR1)
        lines = await said(tmp_path, 2)
        await one.stop(signal.SIGKILL, 5)
        return lines

    assert wait(run()) == ["", "parent"]


def test_the_kernel_ends_a_program_whose_engine_is_gone() -> None:
    assert dies_with_the_engine()[1:] == ["--pdeathsig", "KILL", "--"]
    assert dies_with_the_engine("INT", ["--reuid=1"])[1:] == ["--pdeathsig", "INT", "--reuid=1", "--"]
    program = "import subprocess, sys; subprocess.Popen([*sys.argv[1:], 'sleep', '60']); input()"
    engine = subprocess.Popen(
        ["python3", "-c", program, *dies_with_the_engine()], stdin=subprocess.PIPE, start_new_session=True
    )

    def children() -> list[int]:
        found = Path(f"/proc/{engine.pid}/task/{engine.pid}/children").read_text().split()
        ready = [int(pid) for pid in found if b"sleep" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]]
        return ready

    (child,) = eventually(children)
    engine.kill()
    engine.communicate()
    eventually(lambda: not is_alive(child))


def test_what_is_written_before_a_command_is_written_before_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(*arguments: Any) -> list[str]:
        return ["env", f"BEFORE={arguments}"]

    async def run() -> list[str]:
        monkeypatch.setattr(process, "dies_with_the_engine", before)
        one = start(tmp_path, "echo $BEFORE", death_signal="INT", privileges=("--reuid=1",))
        await one.exited.wait()
        return await said(tmp_path)

    assert wait(run()) == ["('INT', ('--reuid=1',))"]


def test_a_process_that_ended_leaves_no_descriptor_open(tmp_path: Path) -> None:
    async def run() -> None:
        before = len(list(Path("/proc/self/fd").iterdir()))
        one = start(tmp_path, "exit 0")
        assert one.code == 0
        await one.exited.wait()
        assert len(list(Path("/proc/self/fd").iterdir())) == before

    wait(run())


def test_a_record_names_the_process_and_the_boot(tmp_path: Path) -> None:
    record(tmp_path / "pid.json", os.getpid())
    noted = json.loads((tmp_path / "pid.json").read_text())
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert noted == {"pid": os.getpid(), "started": start_time(os.getpid()), "boot": boot}


def test_without_setpriv_a_program_is_started_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SETPRIV", None)
    assert dies_with_the_engine() == []


def test_a_process_is_known_by_number_and_start() -> None:
    one = subprocess.Popen(["sleep", "60"])
    try:
        started = start_time(one.pid)
        assert started is not None and int(started) > 0
        assert int(started) >= int(start_time(os.getpid()) or 0)
    finally:
        one.kill()
    eventually(lambda: start_time(one.pid) is None)  # a zombie has ended
    one.wait()
    assert start_time(one.pid) is None


class Leftovers:
    """Processes of an engine that is gone, in the folder of a container."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tmp").mkdir()
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, script: str = "echo; exec sleep 60", **environment: str) -> "subprocess.Popen[bytes]":
        one = subprocess.Popen(["/bin/sh", "-c", script], env={**PATH, **environment}, stdout=subprocess.PIPE)
        assert one.stdout and one.stdout.read(1) == b"\n"
        self.started.append(one)
        return one

    def sweep(self) -> int:
        return sweep([self.folder], 0.3)


@pytest.fixture
def leftovers(tmp_path: Path) -> Any:
    made = Leftovers(tmp_path)
    yield made
    for one in made.started:
        one.kill()
        one.wait()
        assert one.stdout
        one.stdout.close()


def test_a_recorded_process_is_ended(leftovers: Leftovers) -> None:
    one = leftovers.start("echo; exec sleep 60")
    record(leftovers.folder / "pid.json", one.pid)
    assert leftovers.sweep() == 1
    assert one.wait(20) == -signal.SIGTERM


def test_a_process_that_ignores_the_signal_is_killed(leftovers: Leftovers) -> None:
    one = leftovers.start("trap '' TERM; echo; while :; do sleep 0.01; done")
    record(leftovers.folder / "pid.json", one.pid)
    assert leftovers.sweep() == 1
    assert one.wait(20) == -signal.SIGKILL


def test_a_process_with_the_container_s_folder_in_its_environment_is_ended(leftovers: Leftovers) -> None:
    one = leftovers.start("echo; exec sleep 60", TMPDIR=str(leftovers.folder / "tmp"))
    other = leftovers.start("echo; exec sleep 60", TMPDIR=str(leftovers.folder / "tmp2"))
    assert leftovers.sweep() == 1
    assert one.wait(20) == -signal.SIGTERM
    assert other.poll() is None


@pytest.mark.parametrize(
    "change",
    [
        lambda noted: {**noted, "started": "1"},
        lambda noted: {**noted, "boot": "another"},
        lambda noted: {"pid": noted["pid"]},
        lambda noted: {},
        lambda noted: None,
    ],
    ids=["another start", "another boot", "no start", "empty", "nothing"],
)
def test_a_stranger_with_the_same_number_is_left_alone(
    leftovers: Leftovers, change: Callable[[dict[str, Any]], Any]
) -> None:
    one = leftovers.start()
    file = leftovers.folder / "pid.json"
    record(file, one.pid)
    file.write_text(json.dumps(change(json.loads(file.read_text()))))
    assert leftovers.sweep() == 0
    file.write_text("no json")
    assert leftovers.sweep() == 0
    assert one.poll() is None


def test_what_has_ended_is_not_waited_for(leftovers: Leftovers) -> None:
    one = leftovers.start("echo; exec sleep 60")
    record(leftovers.folder / "pid.json", one.pid)
    started = time.monotonic()
    sweep([leftovers.folder], 30)
    assert time.monotonic() - started < 15
