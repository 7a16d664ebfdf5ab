"""Operating-system processes: each in a process group of its own, awaited without threads, ended with its children."""

import asyncio
import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

SETPRIV = shutil.which("setpriv")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Process:
    """A running program; `exited` is set, and `code` valid (128 + n after signal n), when it ended."""

    def __init__(self, popen: "subprocess.Popen[bytes]") -> None:
        self.pid = popen.pid
        self.exited = asyncio.Event()
        self.code = 0
        self._popen = popen
        self._descriptor = os.pidfd_open(self.pid)
        asyncio.get_running_loop().add_reader(self._descriptor, self._reap)

    def _reap(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)
        # Until the zombie is reaped, no other group can get this number: only our own children are killed.
        self.signal_group(signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self._popen.returncode = code
        self.code = 128 - code if code < 0 else code
        self.exited.set()

    def signal(self, number: int) -> None:
        if not self.exited.is_set():
            os.kill(self.pid, number)

    def signal_group(self, number: int) -> None:
        if not self.exited.is_set():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    async def wait(self, timeout: float | None = None) -> bool:
        """Whether it ended in time."""
        try:
            await asyncio.wait_for(self.exited.wait(), timeout)
        except TimeoutError:
            return False
        return True

    async def stop(self, number: int, grace_seconds: float) -> None:
        """Ask with a signal, then kill it and everything it started."""
        self.signal(number)
        if not await self.wait(grace_seconds):
            self.signal_group(signal.SIGKILL)
            await self.exited.wait()


def dies_with_the_engine(death_signal: str = "KILL", privileges: Iterable[str] = ()) -> list[str]:
    """The words before a command that let the kernel send it a signal when the engine dies, also when it is killed.

    `privileges` are more options of setpriv, to run it as another user.
    """
    return [SETPRIV, "--pdeathsig", death_signal, *privileges, "--"] if SETPRIV else []


def spawn(
    argv: Iterable[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: int,
    death_signal: str = "KILL",
    privileges: Iterable[str] = (),
    inherited: Iterable[int] = (),
) -> Process:
    """Start a program in a session of its own."""
    popen = subprocess.Popen(
        [*dies_with_the_engine(death_signal, privileges), *argv],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=tuple(inherited),
    )
    return Process(popen)


def start_time(pid: int) -> str | None:
    """When a process started, in ticks since boot (with its number it is unique until then); None if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


@functools.cache
def boot_id() -> str:
    return BOOT_ID.read_text().strip()


def record(path: Path, pid: int) -> None:
    """Write down a process, so that the next engine can end it if this one is killed."""
    path.write_text(json.dumps({"pid": pid, "started": start_time(pid), "boot": boot_id()}))


def _recorded(path: Path) -> int | None:
    """The process that a record names, if that very process still runs."""
    try:
        noted = json.loads(path.read_text())
        pid = int(noted["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    alive = noted.get("boot") == boot_id() and noted.get("started") == start_time(pid)
    return pid if alive else None


def _with_environment(marker: bytes) -> list[int]:
    """Processes whose environment holds `marker` (a container's own folder)."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if marker in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def sweep(folders: Iterable[Path], grace_seconds: float = 5) -> int:
    """End what a killed engine left: the processes that the containers' folders name, and their children."""
    leftovers = {
        pid
        for folder in folders
        for pid in [_recorded(folder / "pid.json"), *_with_environment(f"TMPDIR={folder / 'tmp'}".encode())]
        if pid is not None
    }
    started = {pid: start_time(pid) for pid in leftovers}
    deadline = time.monotonic() + grace_seconds
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in leftovers:
            if start_time(pid) == started[pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        while time.monotonic() < deadline and any(start_time(pid) == started[pid] for pid in leftovers):
            time.sleep(0.05)
    return len(leftovers)
