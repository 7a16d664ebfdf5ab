"""Health checks: real programs as checks, in milliseconds."""

import asyncio
import dataclasses
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from localcloud.engine import health, process
from localcloud.engine.health import CommandProbe, HealthCheck
from localcloud.engine.process import Process, spawn
from localcloud.ports import free_port
from tests.engine.support import is_alive

Value = TypeVar("Value")
FAST = HealthCheck(test=("true",), interval=0.01, timeout=5, start_period=5, start_interval=0.01, retries=3)


@pytest.fixture
def probe(tmp_path: Path) -> CommandProbe:
    environment = {"PATH": "/usr/bin:/bin"}
    return CommandProbe(check=FAST, env=environment, cwd=tmp_path, output=tmp_path / "health", endpoint=None)


def checking(probe: CommandProbe, script: str, **changes: Any) -> CommandProbe:
    check = dataclasses.replace(FAST, test=("/bin/sh", "-c", script), **changes)
    return dataclasses.replace(probe, check=check)


def wait(work: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run(asyncio.wait_for(work, 20))


def test_docker_s_defaults() -> None:
    check = HealthCheck.from_api({"Test": ["CMD", "a", "b"]})
    assert check == HealthCheck(test=("a", "b"), interval=30, timeout=30, start_period=0, start_interval=0.5, retries=3)


def test_what_the_creator_says_holds() -> None:
    nanoseconds = {"Interval": 10**9, "Timeout": 2 * 10**9, "StartPeriod": 5 * 10**8, "StartInterval": 4 * 10**9}
    check = HealthCheck.from_api({"Test": ["CMD-SHELL", "a b"], "Retries": 9, **nanoseconds})
    assert check == HealthCheck(
        test=("/bin/sh", "-c", "a b"), interval=1, timeout=2, start_period=0.5, start_interval=4, retries=9
    )
    assert check.patience == 0.5


def test_a_check_that_ends_with_zero_is_healthy(probe: CommandProbe) -> None:
    assert wait(probe.run()) is None
    assert probe.patience == 5


def test_a_check_that_fails_tells_its_code_and_the_end_of_its_output(probe: CommandProbe) -> None:
    assert wait(checking(probe, "exit 3").run()) == "exit code 3"
    assert wait(checking(probe, "echo down >&2; exit 1").run()) == "exit code 1: down"
    assert wait(checking(probe, "printf 'x%.0s' $(seq 600); exit 1").run()) == "exit code 1: " + "x" * 500
    assert probe.output.stat().st_mode & 0o777 == 0o600


def test_a_check_that_takes_too_long_is_ended_with_its_children(
    probe: CommandProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Process] = []

    def noted(*arguments: Any, **options: Any) -> Process:
        started.append(spawn(*arguments, **options))
        return started[-1]

    async def run() -> str | None:
        problem = await checking(probe, "sleep 60 & echo $!; wait", timeout=0.3).run()
        await started[0].exited.wait()
        while is_alive(int(probe.output.read_text())):
            await asyncio.sleep(0.01)
        return problem

    monkeypatch.setattr(health, "spawn", noted)
    assert str(wait(run())).startswith("no answer within 0.3 s: ")


def test_the_output_of_an_earlier_check_is_not_told(probe: CommandProbe) -> None:
    wait(checking(probe, "echo long output; exit 1").run())
    assert wait(checking(probe, "exit 1").run()) == "exit code 1"


def test_a_check_that_is_not_there_is_named(probe: CommandProbe) -> None:
    missing = dataclasses.replace(probe, check=dataclasses.replace(FAST, test=("no-such-check",)))
    problem = wait(missing.run())
    assert problem is not None and "no-such-check" in problem


def test_without_setpriv_too_a_check_that_is_not_there_is_named(
    probe: CommandProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SETPRIV", None)
    missing = dataclasses.replace(probe, check=dataclasses.replace(FAST, test=("no-such-check", "x")))
    assert str(wait(missing.run())).startswith("cannot run no-such-check: [Errno 2]")


def test_checks_leave_no_descriptor_open(probe: CommandProbe) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        wait(probe.run())
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_it_is_asked_again_until_it_is_healthy(probe: CommandProbe, tmp_path: Path) -> None:
    third_time = "echo >> times; test $(wc -l < times) -ge 3"
    assert wait(checking(probe, third_time).until_healthy()) is None
    assert len((tmp_path / "times").read_text().splitlines()) == 3


def test_who_does_not_get_healthy_in_time_is_told_why(probe: CommandProbe) -> None:
    started = time.monotonic()
    assert wait(checking(probe, "echo no; exit 1", start_period=0.5).until_healthy()) == "exit code 1: no"
    assert time.monotonic() - started >= 0.4
    # The next attempt would come too late: it is not waited for.
    assert wait(checking(probe, "exit 1", start_period=9, start_interval=10).until_healthy()) == "exit code 1"


def test_a_program_that_does_not_listen_is_not_asked(probe: CommandProbe, tmp_path: Path) -> None:
    port = free_port()
    deaf = dataclasses.replace(checking(probe, "touch asked", start_period=0.2), endpoint=("127.0.0.1", port))
    assert wait(deaf.until_healthy()) == f"nothing listens on 127.0.0.1:{port}"
    assert not (tmp_path / "asked").exists()


def test_it_is_asked_as_soon_as_it_listens(probe: CommandProbe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CONNECT_POLL_SECONDS", 0.01)
    port = free_port()
    late = dataclasses.replace(probe, endpoint=("127.0.0.1", port))

    async def listen_late() -> str | None:
        waiting = asyncio.create_task(late.until_healthy())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        async with await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", port):
            return await waiting

    assert wait(listen_late()) is None


def test_only_failures_in_a_row_make_it_unhealthy(probe: CommandProbe, tmp_path: Path) -> None:
    # Fails at the 2nd, 3rd, 5th, 6th and 7th time.
    script = 'echo >> times; n=$(wc -l < times); case "$n" in 1|4) exit 0;; *) echo $n; exit 1;; esac'
    reported: list[int] = []
    assert wait(checking(probe, script).until_unhealthy(reported.append)) == "exit code 1: 7"
    assert reported == [0, 1, 2, 0, 1, 2, 3]


def test_it_rests_between_two_checks(probe: CommandProbe) -> None:
    started = time.monotonic()
    wait(checking(probe, "exit 1", interval=0.2, retries=2).until_unhealthy(lambda streak: None))
    assert time.monotonic() - started >= 0.4
