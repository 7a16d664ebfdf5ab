"""Load from wrk on one or more addresses at the same time, and what came of it."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")
# An answer later than this is an error, and so long without any answer is a stall.
STALL_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    rate: float
    """Requests a second that succeeded."""
    errors: int
    """Answers with a status of 400 and more, lost connections, and answers that came too late."""
    p50: float | None
    """Milliseconds until an answer, of those that came, None where none came; so is p99."""
    p99: float | None
    longest_gap: float
    """Seconds without any answer."""

    @property
    def stalled(self) -> bool:
        return self.longest_gap >= STALL_SECONDS


def split(connections: int, parts: int) -> list[int]:
    """As a load balancer spreads them: evenly."""
    return [connections // parts + (part < connections % parts) for part in range(parts)]


def run(urls: Sequence[str], request: Request, connections: int, seconds: float) -> Outcome:
    """Load all `urls` for `seconds`; with several of them, the slowest one's times count."""
    running = [
        subprocess.Popen(command(url + request.path, request, share, seconds), stdout=subprocess.PIPE, text=True)
        for url, share in zip(urls, split(connections, len(urls)), strict=True)
        if share
    ]
    printed = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise RuntimeError(f"wrk failed: {''.join(printed)}")
    parts = [json.loads(text.splitlines()[-1]) for text in printed]
    return Outcome(
        rate=sum((part["answers"] - part["refused"]) / part["seconds"] for part in parts),
        errors=sum(part["refused"] + part["lost"] for part in parts),
        p50=max((part["p50"] for part in parts if part["answers"]), default=None),
        p99=max((part["p99"] for part in parts if part["answers"]), default=None),
        longest_gap=max(part["longest_gap"] for part in parts),
    )


def command(url: str, request: Request, connections: int, seconds: float) -> list[str]:
    headers = [part for name, value in request.headers.items() for part in ("-H", f"{name}: {value}")]
    size = ["-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", f"{STALL_SECONDS}s"]
    return ["wrk", *size, *headers, "-s", str(SCRIPT), url, "--", request.method, *filter(None, [request.body])]
