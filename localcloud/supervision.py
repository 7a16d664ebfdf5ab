"""Starts and stops the local cloud's processes, through supervisord (restarts, log files, order)."""

import configparser
import os
import shutil
import signal
import subprocess
import sys
import time
import xmlrpc.client
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport

from localcloud.errors import LocalCloudError
from localcloud.place import ROOT, TOOLS, Place
from localcloud.ports import port_is_free

START_SECONDS = 30.0
STOP_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Program:
    """One supervised process. Programs start in the order of `programs`, and stop in the opposite one."""

    name: str
    command: list[str]
    environment: dict[str, str]


def programs(place: Place) -> list[Program]:
    python, folder = sys.executable, place.folder
    engine = Program(
        name="engine",
        command=[python, "-m", "localcloud.engine", "--socket", str(place.engine_socket),
                 "--state", str(folder / "engine"), "--cache", str(TOOLS / "cache"),
                 "--emulator", place.endpoint, "--poetry", str(TOOLS / "bin/poetry")],
        environment={},
    )  # fmt: skip
    emulator = Program(
        name="emulator",
        command=[str(TOOLS / "emulator/bin/python"), "-m", "localcloud.emulator"],
        environment={
            "PYTHONPATH": str(ROOT),
            **place.aws_environment,
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "localhost",
            "GATEWAY_PORT": str(place.port),
            "RDS_BASE_PORT": str(place.database_port),
            "RDS_PERSIST": "1",
            "DOCKER_HOST": place.docker_host,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(folder / "emulator"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(folder / "s3"),
            # Its call to start a container ends when the container is healthy.
            "MINISTACK_DOCKER_TIMEOUT": "120",
            # It knows few of AWS's managed policies; the others are made when asked for.
            "MINISTACK_AUTOCREATE_AWS_MANAGED": "1",
            # Listeners that nothing here uses.
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
        },
    )
    provider = Program(
        name="provider",
        command=[python, "-m", "localcloud.provider", "--port", str(place.provider_port),
                 "--endpoint", place.endpoint, "--journal", str(folder / "journal.json")],
        environment=place.aws_environment,
    )  # fmt: skip
    own_engine = place.docker_host.startswith("unix://" + str(place.sockets))
    return [*([engine] if own_engine else []), emulator, provider]


def write_config(place: Place) -> Path:
    """supervisord's configuration file, made anew at each start."""
    config = configparser.RawConfigParser()
    control = place.sockets / "control.sock"
    config["unix_http_server"] = {"file": str(control), "chmod": "0600"}
    config["supervisord"] = {
        "logfile": str(place.logs / "supervisor.log"),
        "pidfile": str(place.folder / "supervisor.pid"),
        "childlogdir": str(place.logs),
        "directory": str(ROOT),
        "loglevel": "info",
    }
    if os.getuid() == 0:
        config["supervisord"]["user"] = "root"
    config["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    for priority, program in enumerate(programs(place), start=1):
        quoted = ",".join(f'{key}="{value.replace("%", "%%")}"' for key, value in program.environment.items())
        config[f"program:{program.name}"] = {
            # No child outlives a supervisor that was killed: what is started next finds its ports free.
            "command": " ".join(["setpriv", "--pdeathsig", "TERM", *(f'"{part}"' for part in program.command)]),
            "environment": quoted,
            "priority": str(priority),
            "autorestart": "true",
            "startsecs": "1",
            "startretries": "5",
            "stopwaitsecs": str(int(STOP_SECONDS)),
            "redirect_stderr": "true",
            "stdout_logfile": str(place.logs / f"{program.name}.log"),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "2",
        }
    file = place.folder / "supervisor.conf"
    with file.open("w") as sink:
        config.write(sink)
    return file


def control(place: Place) -> xmlrpc.client.ServerProxy:
    transport = SupervisorTransport(None, None, f"unix://{place.sockets / 'control.sock'}")
    return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)


def processes(place: Place) -> list[dict[str, Any]]:
    """supervisord's facts about each program (`name`, `statename`, `pid`); empty when nothing runs."""
    try:
        with control(place) as proxy:
            return cast(list[dict[str, Any]], proxy.supervisor.getAllProcessInfo())
    except OSError:
        return []


def states(place: Place) -> dict[str, str]:
    """The state of each program in supervisord's words: RUNNING, BACKOFF, …"""
    return {row["name"]: row["statename"] for row in processes(place)}


def emulator_life(place: Place) -> str:
    """Names the emulator's process; empty when none runs. What it had not saved is lost with a life that was killed."""
    lives = [
        f"{row['pid']} since {row['start']}" for row in processes(place) if row["name"] == "emulator" and row["pid"]
    ]
    return lives[0] if lives else ""


def emulator_answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def is_ready(place: Place) -> bool:
    provider_listens = not port_is_free(place.provider_port)
    return provider_listens and place.engine_socket.exists() and emulator_answers(place.port)


def start(place: Place) -> bool:
    """Start what does not run, and wait until it answers. True when something was started."""
    running = states(place)
    if running:
        for name, state in running.items():
            if state != "RUNNING" and state != "STARTING":
                with control(place) as proxy:
                    proxy.supervisor.startProcess(name)
        wait_until_ready(place)
        return False
    taken = [port for port in (place.port, place.provider_port, place.database_port) if not port_is_free(port)]
    if taken:
        raise LocalCloudError(
            f"PORT: {', '.join(map(str, taken))} in use by another program, and PORT={place.port} needs {place.port} to"
            f" {place.database_port}; stop that program, or choose another such as PORT={place.port + 100}"
        )
    for folder in (place.folder, place.logs, place.folder / "pulumi"):
        folder.mkdir(parents=True, exist_ok=True)
    place.sockets.mkdir(mode=0o700, exist_ok=True)
    supervisord = shutil.which("supervisord", path=str(Path(sys.executable).parent))
    if supervisord is None:
        raise LocalCloudError("supervisord: not found beside this Python; run `make setup`")
    subprocess.run([supervisord, "-c", str(write_config(place))], cwd=ROOT, check=True)
    wait_until_ready(place)
    return True


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


def tail(log: Path, lines: int = 15) -> str:
    text = log.read_text(errors="replace") if log.exists() else "(no log)"
    return "\n".join("    " + line for line in text.splitlines()[-lines:])


def stop(place: Place) -> None:
    """Stop everything, the data kept; returns when the last process is gone."""
    pid_file = place.folder / "supervisor.pid"
    if not states(place):
        return
    pid = int(pid_file.read_text())
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 3 * STOP_SECONDS
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            raise LocalCloudError(f"supervisord (pid {pid}) did not stop; see {place.logs / 'supervisor.log'}")
        time.sleep(0.1)
    shutil.rmtree(place.sockets, ignore_errors=True)
