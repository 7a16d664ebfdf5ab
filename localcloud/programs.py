"""The processes of a local cloud, and supervisord's configuration that runs them."""

import configparser
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from localcloud.environment import of_registries
from localcloud.place import ENGINE_LABEL, ROOT, TASK_GATEWAY, TOOLS, Place

STOP_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Program:
    """One supervised process. Programs start in the order of `programs`, and stop in the opposite one.

    `installs`: it gets the variables by which package managers reach their registries.
    `environment` is in the arguments of a process for a moment, so what is secret comes by supervisord's own.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    installs: bool = False


def programs(place: Place) -> list[Program]:
    python, folder = sys.executable, place.folder
    engine = Program(
        name="engine",
        command=[python, "-m", "localcloud.engine", "--socket", str(place.engine_socket),
                 "--state", str(folder / "engine"), "--cache", str(TOOLS / "cache"),
                 "--emulator", place.endpoint, "--poetry", str(TOOLS / "bin/poetry")],
        environment={},
        installs=True,
    )  # fmt: skip
    emulator = Program(
        name="emulator",
        command=[str(TOOLS / "emulator/bin/python"), "-m", "localcloud.emulator"],
        environment={
            "PYTHONPATH": str(ROOT),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "localhost",
            "GATEWAY_PORT": str(place.port),
            "RDS_BASE_PORT": str(place.database_port),
            "SMTP_PORT": str(place.smtp_port),
            "RDS_PERSIST": "1",
            "ELASTICACHE_BASE_PORT": str(place.cache_port),
            "DOCKER_HOST": place.docker_host,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(folder / "emulator"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(folder / "s3"),
            # The engine answers a database's start only when it accepts connections, which takes a while.
            "MINISTACK_DOCKER_TIMEOUT": "120",
            # It has few of AWS's managed policies built in; this creates any other on first use.
            "MINISTACK_AUTOCREATE_AWS_MANAGED": "1",
            # Turns off two listeners that nothing here uses.
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "MINISTACK_HOSTNAME": ENGINE_LABEL,
            **({"TASK_GATEWAY": TASK_GATEWAY} if place.docker_engine else {}),
        },
    )
    provider = Program(
        name="provider",
        command=[python, "-m", "localcloud.provider", "--port", str(place.provider_port),
                 "--endpoint", place.endpoint, "--journal", str(place.journal)],
        environment={},
    )  # fmt: skip
    return [emulator, provider] if place.docker_engine else [engine, emulator, provider]


def word(text: str) -> str:
    """One word of a command in the configuration file, whatever a path contains.

    supervisord reads the file as INI (a space before `;` or `#` begins a comment), formats the value with `%`, and
    splits it as a shell does. A backslash before each special character protects it from all three.
    """
    return re.sub(r"([^\w@%+=:,./-])", r"\\\1", text, flags=re.ASCII).replace("%", "%%")


def write_config(place: Place) -> Path:
    """Write supervisord's configuration file, new at each start.

    Its paths are relative to the place's folder, which is supervisord's working directory: INI cannot quote a path.
    """
    config = configparser.RawConfigParser()
    config["unix_http_server"] = {"file": str(place.control_socket).replace("%", "%%"), "chmod": "0600"}
    config["supervisord"] = {
        "logfile": "logs/supervisor.log",
        "pidfile": "supervisor.pid",
        "childlogdir": "logs",
        "loglevel": "info",
        "umask": "077",
    }
    if os.getuid() == 0:
        config["supervisord"]["user"] = "root"
    config["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    for priority, program in enumerate(programs(place), start=1):
        variables = [f"{name}={value}" for name, value in program.environment.items()]
        # setpriv ends each child when supervisord dies, even by SIGKILL, so that the next start finds the ports free.
        left_out = [] if program.installs else [f"--unset={name}" for name in of_registries(os.environ)]
        command = ["setpriv", "--pdeathsig", "TERM", "env", f"--chdir={ROOT}", *left_out, *variables, *program.command]
        config[f"program:{program.name}"] = {
            "command": " ".join(map(word, command)),
            "priority": str(priority),
            "autorestart": "true",
            "startsecs": "1",
            "startretries": "5",
            **({"umask": "022"} if program.installs else {}),  # images may hold files that all may read
            "stopwaitsecs": str(int(STOP_SECONDS)),
            "redirect_stderr": "true",
            "stdout_logfile": f"logs/{program.name}.log",
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "2",
        }
    file = place.folder / "supervisor.conf"
    with file.open("w") as sink:
        config.write(sink)
    return file
