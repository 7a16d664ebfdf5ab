"""Installs dependencies by lock file, in place of a Dockerfile's building steps; named by hash, shared by images."""

import asyncio
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from localcloud.engine.errors import EngineError
from localcloud.engine.process import dies_with_the_engine

Say = Callable[[str], Awaitable[None]]

COMPLETE = ".complete"
LAST_LINES = 25
LINE_BYTES = 4096
CHUNK_BYTES = 64 * 1024
SECONDS_PER_DAY = 86400


def short_hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def dumps(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


@functools.cache
def base_python() -> str:
    """The interpreter that environments are made from: the one below the engine's own environment."""
    return getattr(sys, "_base_executable", sys.executable) or sys.executable


@functools.cache
def node_version(wanted: str = "") -> str:
    """`wanted` is the range that the app's package.json names, for the message."""
    if not (node := shutil.which("node")):
        raise EngineError(500, f"node: needed to build this image, and not on PATH; install Node.js {wanted}".rstrip())
    return version_of(node).removeprefix("v")


@functools.cache
def version_of(program: str) -> str:
    """What a program says to `--version`; empty where it cannot be run."""
    try:
        run = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return run.stdout.strip().removeprefix("Python ") if run.returncode == 0 else ""


def tools() -> str:
    """What an image depends on beside its context."""
    node = node_version() if shutil.which("node") else "none"
    return f"python {platform.python_version()} node {node} {platform.machine()}"


def host_path() -> str:
    """PATH without the engine's own virtual environment: no image may use its packages."""
    own = str(Path(sys.prefix) / "bin") if sys.prefix != sys.base_prefix else None
    return os.pathsep.join(
        part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if part and part != own
    )


async def run(say: Say, *command: str, cwd: Path, env: dict[str, str] | None = None) -> None:
    """Run a building step and report its output line by line; an error's message has the last lines of it."""
    await say("$ " + " ".join(command))
    environment = {
        "PATH": host_path(),
        "HOME": str(Path.home()),
        "LANG": "C.UTF-8",
        "CI": "true",
        **proxies(),
        **(env or {}),
    }
    process = await asyncio.create_subprocess_exec(
        *dies_with_the_engine(),
        *command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None  # noqa: S101
    lines: list[str] = []
    try:
        async for whole in lines_of(process.stdout):
            line = whole.replace(f"{cwd}/", "")  # a file is told by its path in the image's folder
            lines = [*lines[-LAST_LINES:], line]
            await say(line)
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
    if code:
        raise EngineError(
            500, f"`{' '.join(command)}` failed with exit code {code}:\n" + "\n".join(lines[-LAST_LINES:])
        )


async def lines_of(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """The lines of a program's output; long ones, such as minified code in a message, are cut."""

    def shown(line: bytes) -> str:
        cut = "…" if len(line) > LINE_BYTES else ""
        return line[:LINE_BYTES].decode(errors="replace").rstrip() + cut

    rest = b""
    while chunk := await stream.read(CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield shown(line)
        rest = rest[: LINE_BYTES + 1]
    if rest:
        yield shown(rest)


def proxies() -> dict[str, str]:
    """The user's own settings for reaching package registries."""
    wanted = ("_PROXY", "PIP_", "NPM_CONFIG_", "POETRY_", "UV_", "YARN_", "SSL_CERT", "REQUESTS_CA", "NODE_EXTRA_CA")
    return {name: value for name, value in os.environ.items() if any(part in name.upper() for part in wanted)}


@contextlib.asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """One builder per name at a time, over all processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        yield


class Cache:
    """`<cache>/<kind>/<name>`; an entry without its file `.complete` does not count."""

    def __init__(self, folder: Path, poetry: str) -> None:
        self.folder = folder
        self.poetry = poetry
        self.builds = folder / "builds"
        self.builds.mkdir(parents=True, exist_ok=True)
        for leftover in self.builds.iterdir():  # of an engine that was killed while it built
            if leftover.stat().st_mtime < time.time() - SECONDS_PER_DAY:
                shutil.rmtree(leftover, ignore_errors=True)

    async def entry(self, kind: str, name: str, make: Callable[[Path], Awaitable[None]]) -> Path:
        """The folder of this name, which `make` fills where it is not there yet."""
        target = self.folder / kind / name
        async with locked(target.with_name(f"{name}.lock")):
            if not touch(target):
                shutil.rmtree(target, ignore_errors=True)
                target.parent.mkdir(parents=True, exist_ok=True)
                await make(target)
                (target / COMPLETE).touch()
        return target

    def collect_garbage(self, used: Iterable[str], keep_days: float) -> list[str]:
        """Remove what no image names and nobody used for so many days; returns the removed folders."""
        keep = set(used)
        oldest = time.time() - keep_days * SECONDS_PER_DAY
        removed = []
        for folder in [*self.folder.glob("venvs/*/"), *self.folder.glob("node/*/")]:
            mark = folder / COMPLETE
            if str(folder) not in keep and (mark if mark.exists() else folder).stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(str(folder))
        return removed


def touch(folder: Path) -> bool:
    """Set the time of last use of a complete entry; False where there is none."""
    try:
        os.utime(folder / COMPLETE)
    except FileNotFoundError:
        return False
    return True
