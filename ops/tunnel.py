"""A way from this machine to the private database: on AWS through an instance, or a task on
Fargate; on the laptop it is there already."""

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from localcloud.ports import free_port
from ops import plugin, tasks
from ops.errors import OperationError
from ops.lookup import container_instances, database_host, database_instance
from ops.plugin import PLUGIN
from ops.target import Target

DOCUMENT = "AWS-StartPortForwardingSessionToRemoteHost"
OPEN_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Database:
    """`host` and `port` of the instance itself; `password` is never printed."""

    host: str
    port: int
    name: str
    user: str
    password: str


def database(target: Target) -> Database:
    host = database_host(target)
    found = database_instance(target, host)
    if found is None:
        raise OperationError(f"RDS has no instance at {host}; `make status{target.option}` tells more")
    secret_arn = target.told(target.outputs, "database_secret")
    secret = json.loads(target.client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"])
    return Database(
        host=host,
        port=found["Endpoint"]["Port"],
        # A preview environment has one of its own there.
        name=target.outputs.get("database_name", found["DBName"]),
        user=secret["username"],
        password=secret["password"],
    )


@contextmanager
def way_to(target: Target, database: Database, port: int | None = None) -> Iterator[int]:
    """The port of 127.0.0.1 that leads to the database while this is open. `port`: the one to take."""
    if target.place:
        yield database.port
        return
    plugin.need("opens the way to the database")
    local = port or free_port()
    wanted = {"host": [database.host], "portNumber": [str(database.port)], "localPortNumber": [str(local)]}
    ssm, between = target.client("ssm"), task_of(target) if target.on_fargate else host_of(target)
    asked = {"Target": between, "DocumentName": DOCUMENT, "Parameters": wanted}
    session = ssm.start_session(**asked)
    with tempfile.TemporaryFile() as words:  # no pipe, which would be full one day: it tells of each connection
        process = subprocess.Popen(
            plugin.command(asked, target.config["region"]), env=plugin.environment(session),
            stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            wait_until_open(local, process, words)
            yield local
        finally:
            process.terminate()
            process.wait()
            ssm.terminate_session(SessionId=session["SessionId"])


def host_of(target: Target) -> str:
    """An instance whose agents answer."""
    answering = [str(one["ec2InstanceId"]) for one in container_instances(target) if one["agentConnected"]]
    if not answering:
        raise OperationError(f"no instance of the cluster answers; `make status{target.option}` tells why")
    return answering[0]


def task_of(target: Target) -> str:
    """The newest task of a service that uses the database: the others do not reach it."""
    users = [name for name, one in target.config["services"].items() if "database" in one.get("uses", ())]
    name = next(one for one in users if one in target.outputs["services"])
    task = tasks.newest(target, target.service(name)["service"], name)
    (container,) = [one for one in task["containers"] if one["name"] == name]
    tasks.refuse_closed(target, task, container)
    return tasks.session_target(task, container)


def wait_until_open(port: int, process: "subprocess.Popen[bytes]", words: IO[bytes]) -> None:
    deadline = time.monotonic() + OPEN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            words.seek(0)
            said = words.read().decode(errors="replace").strip()
            raise OperationError(f"{PLUGIN}: ended with exit code {process.returncode}: {said or 'it said nothing'}")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise OperationError(f"{PLUGIN}: the way to the database was not open within {OPEN_SECONDS:.0f} s; run it again")
