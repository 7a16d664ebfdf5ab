"""The life cycle of one container: start, stop, end."""

import asyncio
import contextlib
import datetime
import logging
import os
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.engine.addresses import Addresses
from localcloud.engine.errors import EngineError
from localcloud.engine.process import Process, record
from localcloud.engine.programs import Program
from localcloud.engine.spec import Spec
from localcloud.engine.streams import Log

NEVER = "0001-01-01T00:00:00Z"
KILL_GRACE_SECONDS = 3
RESTART_SECONDS = 0.5
TRIM_SECONDS = 10
UNUSABLE = 127
REPORTED_LINES = 10
ENDING = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)

logger = logging.getLogger(__name__)


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat().replace("+00:00", "Z")


@dataclass(kw_only=True)
class Container:
    """`exited` is set while nothing runs; `settled` once the result of a start is known: it serves, or has ended."""

    id: str
    spec: Spec
    program: Program
    addresses: Addresses
    created: str = field(default_factory=now)
    status: str = "created"
    address: str = ""
    started_at: str = NEVER
    finished_at: str = NEVER
    exit_code: int = 0
    error: str = ""
    process: Process | None = None

    def __post_init__(self) -> None:
        for name in ("tmp", "home", "files"):
            (self.folder / name).mkdir(parents=True)
        self.log = Log(self.folder / "log")
        self.exited, self.settled, self.removed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.exited.set()
        self._stopping = False
        self._verdict: str | None = None
        self._supervision: asyncio.Task[None] | None = None

    @property
    def folder(self) -> Path:
        return self.program.folder

    async def start(self) -> bool:
        """Returns when the program is ready, has ended, or was ended since it did not get ready.

        False if it was running already.
        """
        if not self.exited.is_set():
            await self.settled.wait()
            return False
        self._stopping, self._verdict, self.error, self.exit_code = False, None, "", 0
        self.exited.clear()
        self.settled.clear()
        self.status, self.started_at, self.finished_at = "running", now(), NEVER
        self._supervision = asyncio.create_task(self._supervise())
        await self.settled.wait()
        if self.error:
            raise EngineError(500, self.error)
        return True

    async def _supervise(self) -> None:
        trimming = asyncio.create_task(self._bound_log())
        try:
            self.address = self.addresses.take(self.spec.ports[0] if self.spec.ports else None)
            while await self._run_once():
                await asyncio.sleep(RESTART_SECONDS)
        except EngineError as error:
            self._fail(error.message)
        except OSError as error:
            self._fail(f"cannot run {' '.join(self.spec.argv)}: {error}")
        finally:
            trimming.cancel()
            self.addresses.release(self.address)
            # No address: a load balancer that reads it now must not send requests to a process that has ended.
            self.status, self.address, self.finished_at = "exited", "", now()
            self.process = None
            self.exited.set()
            self.settled.set()
            self._report()

    async def _bound_log(self) -> None:
        while True:
            await asyncio.sleep(TRIM_SECONDS)
            self.log.trim()

    def _report(self) -> None:
        if self.exit_code in (0, 128 + signal.SIGTERM):
            logger.info("%s ended", self.spec.name)
        else:
            logger.warning("%s ended with code %s:\n%s", self.spec.name, self.exit_code, self.log.last(REPORTED_LINES))

    def _fail(self, message: str) -> None:
        self.error, self.exit_code = message, UNUSABLE
        self.log.note(message)

    async def _run_once(self) -> bool:
        """Run the program once, to its end. True if it shall be started again."""
        output = self.log.open()
        try:
            self.process = await self.program.launch(self.address, output)
        finally:
            os.close(output)
        logger.info("%s started: process %s on %s", self.spec.name, self.process.pid, self.address)
        record(self.folder / "pid.json", self.process.pid)
        watch = asyncio.create_task(self._settle(self.process))
        await self.process.exited.wait()
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        self.exit_code = 1 if self._verdict else self.process.code
        if self._verdict:
            self.log.note(self._verdict)
        crashed = self.program.restarts and self.settled.is_set() and not self._stopping
        if crashed:
            self.log.note(f"{self.spec.name} ended with code {self.exit_code}; starting it again")
        return crashed

    async def _settle(self, process: Process) -> None:
        """Answer the start when the program is ready; end a program that does not get ready."""
        problem = await self.program.until_ready()
        if problem is None:
            self.settled.set()
            return
        self._verdict = f"{problem}, so {self.spec.name} was ended"
        process.signal(self.spec.stop_signal)
        if not await process.wait(KILL_GRACE_SECONDS):
            process.signal_group(signal.SIGKILL)

    async def stop(self, grace_seconds: float) -> bool:
        """Stop it gracefully, after the grace period by force. False if nothing ran."""
        if self.exited.is_set():
            return False
        self._stopping = True
        while not self.exited.is_set():
            if self.process is not None and not self.process.exited.is_set():
                await self.process.stop(self.spec.stop_signal, grace_seconds)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.exited.wait(), 0.2)
        return True

    def kill(self, number: int) -> None:
        if self.process is None:
            raise EngineError(409, f"Container {self.spec.name} is not running")
        self._stopping = self._stopping or number in ENDING
        if number == signal.SIGKILL:
            self.process.signal_group(number)
        else:
            self.process.signal(number)

    def discard(self) -> None:
        """Delete its files. Clients that follow the log read on from the file that they have open."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.removed.set()
