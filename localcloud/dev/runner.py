"""One service's process: started from its folder, started again after a change, and ended with all it started."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import awatch

from localcloud.dev.console import Console
from localcloud.engine.own_address import OwnAddress
from localcloud.engine.process import Process
from localcloud.engine.recipes import lines_of

HOST = "127.0.0.1"
# So long a request waits for a service that starts.
START_SECONDS = 30
# What still answers somebody after that is ended by force.
STOP_SECONDS = 3
POLL_SECONDS = 0.05


@dataclass(kw_only=True)
class Command:
    """A command in a service's folder, its output on the console."""

    name: str
    words: Sequence[str]
    folder: Path
    variables: Mapping[str, str]
    console: Console
    _process: Process | None = None
    _output: asyncio.Task[None] | None = None

    def start(self) -> None:
        reading, writing = os.pipe()
        try:
            # Who asks for all addresses would meet the deployed tasks, which have the port at addresses of their own.
            own = OwnAddress(address=HOST)
            self._process = own.spawn(self.words, env=self.variables, cwd=self.folder, output=writing)
        finally:
            os.close(writing)
        self._output = asyncio.create_task(self._pass_on(reading))

    async def _pass_on(self, reading: int) -> None:
        stream = asyncio.StreamReader()
        with os.fdopen(reading, "rb") as pipe:
            await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
            async for line in lines_of(stream):
                self.console.say(self.name, line)

    @property
    def runs(self) -> bool:
        return self._process is not None and not self._process.exited.is_set()

    async def ended(self) -> int:
        """The exit code, when all of the output is on the console."""
        assert self._process is not None and self._output is not None  # noqa: S101 # for the types: it was started
        await self._process.exited.wait()
        await self._output
        return self._process.code

    async def stop(self) -> None:
        """As Ctrl-C in a terminal does, which reaches all that was started."""
        if self._process is None:
            return
        self._process.signal_group(signal.SIGINT)
        if not await self._process.wait(STOP_SECONDS):
            self._process.signal_group(signal.SIGKILL)
        await self.ended()


@dataclass(kw_only=True)
class Runner:
    """Keeps a service running. `port`: where it listens; `reloads`: whether its command takes changes by itself."""

    command: Command
    port: int | None
    reloads: bool
    _is_restarting: bool = field(default=False, init=False)

    async def run(self) -> None:
        """Until cancelled."""
        self.command.start()
        try:
            if self.reloads:
                await self._tell_end("run `make dev` again")
            else:
                await self._start_after_changes()
        finally:
            await self.command.stop()

    async def _start_after_changes(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(self._tell_end("it starts again after the next change"))
            async for _ in awatch(self.command.folder):
                telling.cancel()
                self.command.console.say(self.command.name, "(changed: starting it again)")
                self._is_restarting = True
                await self.command.stop()
                self.command.start()
                self._is_restarting = False
                telling = tasks.create_task(self._tell_end("it starts again after the next change"))

    async def _tell_end(self, advice: str) -> None:
        code = await self.command.ended()
        self.command.console.say(self.command.name, f"(ended with exit code {code}; {advice})")

    async def listens(self) -> bool:
        """Whether requests can be sent to it; waits while it starts."""
        assert self.port is not None  # noqa: S101 # for the types: it has routes
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while not await accepts(self.port):
                    if not (self._is_restarting or self.command.runs):
                        return False
                    await asyncio.sleep(POLL_SECONDS)
                return True
        return False


async def accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
