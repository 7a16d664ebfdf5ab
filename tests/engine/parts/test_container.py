"""One container's life, with real processes and no image: in milliseconds."""

import asyncio
import json
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from localcloud.engine import container as module
from localcloud.engine.addresses import Addresses
from localcloud.engine.container import NEVER, Container
from localcloud.engine.errors import EngineError
from localcloud.engine.images import Image
from localcloud.engine.process import Process, spawn
from localcloud.engine.programs import Program
from localcloud.engine.spec import Spec

Value = TypeVar("Value")
SERVE = "trap 'echo bye; exit 0' TERM; echo hi; while :; do sleep 0.01; done"


async def at_once() -> None: ...


@dataclass(kw_only=True)
class Script(Program):
    """A shell script as a program."""

    script: str = SERVE
    ready: Callable[[], Awaitable[str | None]] = at_once
    launches: int = 0

    async def launch(self, address: str, output: int) -> Process:
        self.launches += 1
        argv = ["/bin/sh", "-c", self.script]
        return spawn(argv, env={"PATH": "/usr/bin:/bin"}, cwd=self.folder, output=output)

    async def until_ready(self) -> str | None:
        return await self.ready()

    def listening(self, address: str) -> dict[str, tuple[str, int]]:
        return {}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTART_SECONDS", 0.01)


def container(folder: Path, script: str = SERVE, **options: Any) -> Container:
    image = Image(config={"Entrypoint": None, "Cmd": ["x"], "ExposedPorts": {"80/tcp": {}}}, content="", created="")
    spec = Spec(name="web", image=image, image_name="web:1", body={})
    program = Script(spec=spec, folder=folder / "c", script=script, **options)
    return Container(id="1", spec=spec, program=program, addresses=Addresses(str(folder)))


def wait(work: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run(asyncio.wait_for(work, 120))


async def said(one: Container, text: str) -> None:
    while text not in one.log.last(100):
        await asyncio.sleep(0.005)


def test_a_program_has_started_when_it_runs(tmp_path: Path) -> None:
    async def live() -> None:
        one = container(tmp_path)
        assert (one.status, one.started_at, one.finished_at, await one.stop(1)) == ("created", NEVER, NEVER, False)
        assert await one.start()
        assert (one.status, one.address != "", one.finished_at) == ("running", True, NEVER)
        assert one.started_at.endswith("Z") and one.started_at > one.created
        assert not await one.start(), "it runs already"
        await said(one, "hi")
        pid = one.process.pid if one.process else 0
        assert json.loads((one.folder / "pid.json").read_text())["pid"] == pid
        assert await one.stop(20)
        assert (one.status, one.exit_code, one.address, one.process) == ("exited", 0, "", None)
        assert one.finished_at > one.started_at
        assert one.log.last(9) == "hi\nbye"
        address = one.addresses.take(None)
        assert address.startswith("127."), "its address was given back"

    wait(live())


def test_it_starts_again_and_forgets_its_end(tmp_path: Path) -> None:
    async def live() -> None:
        one = container(tmp_path, "exit 3")
        await one.start()
        await one.exited.wait()
        assert one.exit_code == 3
        assert isinstance(one.program, Script)
        one.program.script = "trap '' TERM; echo hi; while :; do sleep 0.01; done"
        await one.start()
        await said(one, "hi")
        assert (one.exit_code, one.status, one.finished_at) == (0, "running", NEVER)
        await one.stop(0)
        assert one.exit_code == 137

    wait(live())


def test_a_start_is_answered_when_the_program_is_ready(tmp_path: Path) -> None:
    async def live() -> None:
        ready: asyncio.Future[str | None] = asyncio.Future()
        one = container(tmp_path, ready=lambda: ready)
        starting = asyncio.create_task(one.start())
        await said(one, "hi")
        assert not starting.done()
        ready.set_result(None)
        assert await starting
        assert one.status == "running"
        await one.stop(20)

    wait(live())


def test_who_does_not_get_ready_is_ended_with_the_reason_even_if_it_ignores_the_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KILL_GRACE_SECONDS", 0.1)

    async def live() -> None:
        ready: asyncio.Future[str | None] = asyncio.Future()
        one = container(tmp_path, "trap 'echo no' TERM; echo hi; while :; do sleep 0.01; done", ready=lambda: ready)
        starting = asyncio.create_task(one.start())
        await said(one, "hi")
        ready.set_result("no answer")
        assert await starting
        assert (one.status, one.exit_code) == ("exited", 1)
        assert one.log.last(9) == "hi\nno\nno answer, so web was ended"

    wait(live())


def test_a_program_that_cannot_be_run_is_an_error_of_the_start(tmp_path: Path) -> None:
    async def live() -> None:
        one = container(tmp_path)
        one.discard()
        one.folder.mkdir()
        one.program.folder = tmp_path / "nowhere"
        one.log.path = tmp_path / "log"
        with pytest.raises(EngineError, match=r"cannot run x: .*nowhere"):
            await one.start()
        assert (one.exit_code, one.status) == (127, "exited")

    wait(live())


def test_no_address_is_an_error_of_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def live() -> None:
        one = container(tmp_path)

        def take(port: int | None) -> str:
            raise EngineError(500, f"no address for {port}")

        monkeypatch.setattr(one.addresses, "take", take)
        with pytest.raises(EngineError, match="no address for 80") as caught:
            await one.start()
        assert (caught.value.status, one.exit_code, one.status) == (500, 127, "exited")
        assert one.log.last(1) == "no address for 80"

    wait(live())


def test_a_program_that_restarts_comes_back_when_it_dies_and_not_when_it_is_stopped(tmp_path: Path) -> None:
    async def live() -> None:
        one = container(tmp_path)
        assert isinstance(one.program, Script)
        one.program.restarts = True
        await one.start()
        await said(one, "hi")
        assert one.process
        one.process.signal(signal.SIGKILL)
        await said(one, "web ended with code 137; starting it again")
        await said(one, "again\nhi")
        await one.stop(20)
        assert (one.program.launches, one.exit_code) == (2, 0)

    wait(live())


def test_a_kill_is_a_stop_and_other_signals_are_not(tmp_path: Path) -> None:
    async def live() -> None:
        one = container(tmp_path, "trap 'echo usr' USR1; echo hi; while :; do sleep 0.01; done")
        one.program.restarts = True
        with pytest.raises(EngineError, match="Container web is not running") as caught:
            one.kill(signal.SIGTERM)
        assert caught.value.status == 409
        await one.start()
        await said(one, "hi")
        one.kill(signal.SIGUSR1)
        await said(one, "usr")
        one.kill(signal.SIGKILL)
        await one.exited.wait()
        assert one.exit_code == 137

    wait(live())


@pytest.mark.parametrize(
    ("number", "launches"),
    [(signal.SIGKILL, 1), (signal.SIGTERM, 1), (signal.SIGINT, 1), (signal.SIGQUIT, 1), (signal.SIGUSR1, 2)],
)
def test_who_was_told_to_end_is_not_started_again(tmp_path: Path, number: int, launches: int) -> None:
    async def live() -> None:
        one = container(tmp_path, "trap '' TERM INT QUIT USR1; echo hi; while :; do sleep 0.01; done")
        one.program.restarts = True
        await one.start()
        await said(one, "hi")
        one.kill(number)
        first = one.process
        assert first is not None and isinstance(one.program, Script)
        first.signal_group(signal.SIGKILL)
        await first.exited.wait()
        while one.program.launches < launches or (launches == 1 and not one.exited.is_set()):
            await asyncio.sleep(0.01)
        await one.stop(0)
        assert one.program.launches == launches

    wait(live())


def test_the_end_is_reported_with_the_last_lines_where_it_was_a_failure(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def live(name: str, script: str) -> None:
        one = container(tmp_path / name, script)
        await one.start()
        await one.exited.wait()
        await asyncio.sleep(0)

    with caplog.at_level(logging.INFO):
        wait(live("good", "exit 0"))
        wait(live("bad", "for n in $(seq 12); do echo $n; done; exit 4"))
    messages = [record.getMessage() for record in caplog.records]
    assert "web ended" in messages
    assert "web ended with code 4:\n" + "\n".join(map(str, range(3, 13))) in messages


def test_the_log_is_trimmed_while_it_runs_and_no_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRIM_SECONDS", 0.005)
    trimmed: list[str] = []

    async def live() -> None:
        one = container(tmp_path)
        monkeypatch.setattr(one.log, "trim", lambda: trimmed.append(one.status))
        await one.start()
        while len(trimmed) < 2:
            await asyncio.sleep(0.005)
        await one.stop(20)
        seen = len(trimmed)
        await asyncio.sleep(0.05)
        assert len(trimmed) == seen

    wait(live())


def test_a_removed_container_leaves_nothing(tmp_path: Path) -> None:
    async def live() -> None:
        one = container(tmp_path)
        assert sorted(path.name for path in one.folder.iterdir()) == ["files", "home", "log", "tmp"]
        one.discard()
        assert not one.folder.exists()
        assert one.removed.is_set()

    wait(live())
