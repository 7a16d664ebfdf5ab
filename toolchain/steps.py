"""Steps of the set-up: each is skipped while the files that it depends on are those of its last success."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
# Limit for one command. The slowest ones build the Pulumi CLI, or download packages over a slow connection.
RUN_SECONDS = 3600.0


class SetupError(Exception):
    """A problem that the user can solve; printed without a stack trace."""


class Files:
    """The files that one run of the set-up depends on. make reads them, and skips the set-up while none is newer."""

    def __init__(self) -> None:
        self.began = time.time_ns()
        self.files: set[Path] = set()

    def note(self, *files: Path) -> None:
        self.files.update(files)

    def write(self, name: str) -> None:
        """Write `.tools/<name>`, dated at the start of this run, and `.tools/<name>.mk` for the Makefile."""
        target = TOOLS / name
        names = " \\\n  ".join(sorted(str(file.relative_to(ROOT)) for file in self.files))
        # The second rule is for a file that was deleted: make then runs the set-up instead of reporting an error.
        (TOOLS / f"{name}.mk").write_text(f"{target.relative_to(ROOT)}: {names}\n\n{names}:\n")
        target.touch()
        os.utime(target, ns=(self.began, self.began))


def run(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command quietly; on failure its last lines are the error."""
    log = TOOLS / "setup.log"
    with log.open("ab") as sink:
        sink.write(("\n$ " + " ".join(command) + "\n").encode())
        sink.flush()
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            code = process.wait(RUN_SECONDS)
            how = f"failed with exit code {code}"
        except subprocess.TimeoutExpired:
            code, how = 1, f"did not end within {RUN_SECONDS:.0f} s and was stopped"
        finally:
            end(process)
    if code:
        tail = "\n    ".join(log.read_text(errors="replace").splitlines()[-15:])
        raise SetupError(f"`{command[0]}` {how} (all of its output: {log}):\n    {tail}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the command and its children if it is still running: it timed out or was interrupted."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def digest(*files: Path) -> str:
    """Hash of the files and of the Python that will use them."""
    sum_ = hashlib.sha256(sys.version.encode())
    for file in files:
        sum_.update(file.read_bytes())
    return sum_.hexdigest()


def step(title: str, made: Path, inputs: list[Path], action: Callable[[], None], used: Files | None = None) -> None:
    """Run `action` unless `made` exists and was made from these inputs. `used` learns of all of them."""
    if used:
        used.note(made, *inputs)
    stamp = TOOLS / "stamps" / title.replace(" ", "-")
    wanted = digest(*inputs)
    if made.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    started = time.monotonic()
    print(f"  {title} …", end="", flush=True, file=sys.stderr)
    try:
        action()
    except BaseException:
        print(file=sys.stderr)
        raise
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    print(f" {time.monotonic() - started:.0f} s", flush=True, file=sys.stderr)
