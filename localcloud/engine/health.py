"""Health checks as a Dockerfile writes them: when a container may receive requests, and when it must be replaced."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from localcloud.engine.process import spawn

SECOND = 10**9
CONNECT_POLL_SECONDS = 0.05
OUTPUT_BYTES = 500


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """`test` is a program with its arguments; durations in seconds, with Docker's defaults, except that
    a starting program is checked twice a second, so that a start takes no longer than necessary."""

    test: tuple[str, ...]
    interval: float = 30
    timeout: float = 30
    start_period: float = 0
    start_interval: float = 0.5
    retries: int = 3

    @classmethod
    def from_api(cls, value: Mapping[str, Any] | None) -> "HealthCheck | None":
        """From the Docker API's form (nanoseconds); None where there is no check."""
        test = list((value or {}).get("Test") or [])
        if not value or not test or test == ["NONE"]:
            return None
        argv = ["/bin/sh", "-c", *test[1:]] if test[0] == "CMD-SHELL" else test[1:]
        names = {"Interval": "interval", "Timeout": "timeout", "StartPeriod": "start_period"}
        names["StartInterval"] = "start_interval"
        given = {field: value[name] / SECOND for name, field in names.items() if value.get(name)}
        return cls(test=tuple(argv), retries=int(value.get("Retries") or 3), **given)

    @property
    def patience(self) -> float:
        """Seconds that a start may take: the start period, or without one the time until Docker says unhealthy."""
        return self.start_period or self.interval * self.retries


class Probe(Protocol):
    """Tells when a program serves, and when it stops to do so."""

    @property
    def patience(self) -> float:
        """Seconds that the start may take."""

    async def until_healthy(self) -> str | None:
        """Returns None once it serves, or after `patience` seconds the reason why it does not."""

    async def until_unhealthy(self, report: Callable[[int], None]) -> str:
        """Returns the reason once it is unhealthy; reports the number of failures in a row until then."""


@dataclass(kw_only=True)
class CommandProbe:
    """Runs a check in the container's folder and environment."""

    check: HealthCheck
    env: Mapping[str, str]
    cwd: Path
    output: Path
    endpoint: tuple[str, int] | None

    @property
    def patience(self) -> float:
        return self.check.patience

    async def run(self) -> str | None:
        """None if healthy, else what the check said."""
        sink = os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            process = spawn(self.check.test, env=self.env, cwd=self.cwd, output=sink)
        except OSError as error:
            return f"cannot run {self.check.test[0]}: {error}"
        finally:
            os.close(sink)
        try:
            ended = await process.wait(self.check.timeout)
        finally:
            process.signal_group(signal.SIGKILL)
        if ended and process.code == 0:
            return None
        said = self.output.read_bytes()[-OUTPUT_BYTES:].decode(errors="replace").strip()
        result = f"exit code {process.code}" if ended else f"no answer within {self.check.timeout:g} s"
        return f"{result}: {said}" if said else result

    async def listening(self, deadline: float) -> bool:
        """Wait until something accepts connections: cheaper than to run a check that cannot succeed yet."""
        while self.endpoint and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(*self.endpoint)
                writer.close()
                return True
            await asyncio.sleep(CONNECT_POLL_SECONDS)
        return self.endpoint is None

    async def until_healthy(self) -> str | None:
        deadline = time.monotonic() + self.check.patience
        where = f"nothing listens on {self.endpoint[0]}:{self.endpoint[1]}" if self.endpoint else "no answer"
        if not await self.listening(deadline):
            return where
        while problem := await self.run():
            if time.monotonic() + self.check.start_interval > deadline:
                return problem
            await asyncio.sleep(self.check.start_interval)
        return None

    async def until_unhealthy(self, report: Callable[[int], None]) -> str:
        """Probes at the check's interval, until it failed `retries` times in a row."""
        streak = 0
        while True:
            await asyncio.sleep(self.check.interval)
            problem = await self.run()
            streak = streak + 1 if problem else 0
            report(streak)
            if problem and streak >= self.check.retries:
                return problem
