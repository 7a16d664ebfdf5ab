"""Starts and stops the local cloud's processes, through supervisord (restarts, log files, order)."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast

from localcloud import docker_engine, gateway
from localcloud.environment import harmless, of_registries
from localcloud.errors import LocalCloudError
from localcloud.place import ROOT, Place
from localcloud.ports import port_is_free
from localcloud.programs import STOP_SECONDS, write_config

START_SECONDS = 30.0
CODE = ROOT / "localcloud"
# States of supervisord in which it does not start a program by itself.
STOPPED_STATES = ("STOPPED", "EXITED", "FATAL", "UNKNOWN")


def ask(place: Place, method: str, *arguments: Any) -> Any:
    """Call a method of supervisord's; None when it does not run."""
    import xmlrpc.client  # imported here, like `control`: slow, and most commands never ask supervisord

    from localcloud.control import control

    try:
        with control(place.control_socket) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)
    except OSError:
        return None
    except xmlrpc.client.Fault as fault:
        raise LocalCloudError(
            f"supervisord: {' '.join([method, *map(str, arguments)])} failed with {fault.faultString}; if it is"
            f" stopping, run the command again in a moment, else see {place.logs / 'supervisor.log'}"
        ) from None


def processes(place: Place) -> list[dict[str, Any]]:
    """supervisord's facts about each program (`name`, `statename`, `pid`); empty when nothing runs."""
    return cast(list[dict[str, Any]], ask(place, "getAllProcessInfo") or [])


def states(place: Place) -> dict[str, str]:
    """The state of each program in supervisord's words: RUNNING, BACKOFF, …"""
    return {row["name"]: row["statename"] for row in processes(place)}


def emulator_life(place: Place) -> str:
    """Id and start time of the emulator's process; empty when none runs. A killed one loses unsaved state."""
    lives = [
        f"{row['pid']} since {row['start']}" for row in processes(place) if row["name"] == "emulator" and row["pid"]
    ]
    return lives[0] if lives else ""


def is_ready(place: Place) -> bool:
    provider_listens = not port_is_free(place.provider_port)
    engine_answers = place.docker_engine or place.engine_socket.exists()
    return bool(provider_listens and engine_answers and gateway.answers(place.port))


def is_outdated(place: Place) -> bool:
    """Whether something runs whose code has changed since, as a `git pull` changes it."""
    if not states(place):
        return False
    started = (place.folder / "supervisor.pid").stat().st_mtime
    return any(file.stat().st_mtime > started for file in (*CODE.rglob("*.py"), CODE / "emulator/poetry.lock"))


def start(place: Place) -> bool:
    """Start what is not running, and wait until it answers. True when supervisord itself was started."""
    running = states(place)
    if running:
        for name, state in running.items():
            if state in STOPPED_STATES:
                ask(place, "startProcess", name, False)  # does not wait; the check below does
        wait_until_ready(place)
        return False
    refuse_taken_ports(place)
    place.make_folders()
    if place.docker_engine:
        docker_engine.prepare(place.docker_engine)
    start_supervisord(place)
    wait_until_ready(place)
    return True


def refuse_taken_ports(place: Place) -> None:
    needed = (place.port, place.provider_port, place.database_port, place.smtp_port)
    taken = [port for port in needed if not port_is_free(port)]
    if taken:
        raise LocalCloudError(
            f"PORT: {', '.join(map(str, taken))} in use by another program, and PORT={place.port} needs {place.port} to"
            f" {max(needed)}; stop that program, or choose another such as PORT={place.port + 100}"
        )


def start_supervisord(place: Place) -> None:
    """Returns when it runs in the background."""
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(write_config(place))]
    environment = {**harmless(os.environ), **of_registries(os.environ), **place.aws_environment}
    run = subprocess.run(
        command, cwd=place.folder, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise LocalCloudError(
            f"supervisord: did not start (exit code {run.returncode}); `make setup` installs it again. Its output:\n"
            + indented(run.stdout)
        )


def wait_until_ready(place: Place) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(place):
        failed = [name for name, state in states(place).items() if state == "FATAL"]
        if failed or time.monotonic() > deadline:
            names = failed or [name for name, state in states(place).items() if state != "RUNNING"] or ["emulator"]
            tails = "\n".join(tail(place.logs / f"{name}.log") for name in names)
            raise LocalCloudError(
                f"{', '.join(names)}: did not start within {START_SECONDS:.0f} s; its last lines:\n{tails}"
            )
        time.sleep(0.1)


def indented(text: str, lines: int = 15) -> str:
    """The last lines, for the end of a message."""
    return "\n".join("    " + line for line in text.splitlines()[-lines:])


def tail(log: Path) -> str:
    return indented(log.read_text(errors="replace") if log.exists() else "(no log)")


def stop(place: Place) -> None:
    """Stop everything, the data kept; returns when the last process is gone."""
    if states(place):
        stop_supervisord(place)
    if place.docker_engine:
        docker_engine.sweep(place, place.docker_engine)


def has_ended(pid: int) -> bool:
    """Also a process that nobody waits for: the first process of a container often does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def stop_supervisord(place: Place) -> None:
    pid = int((place.folder / "supervisor.pid").read_text())
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 3 * STOP_SECONDS
    while not has_ended(pid):
        if time.monotonic() > deadline:
            raise LocalCloudError(f"supervisord (pid {pid}) did not stop; see {place.logs / 'supervisor.log'}")
        time.sleep(0.1)
    shutil.rmtree(place.sockets, ignore_errors=True)
