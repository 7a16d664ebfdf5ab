"""An engine and an emulator of the tests' own, and the calls that the tests make most."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import boto3
import docker
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from docker.models.containers import Container
from docker.models.images import Image

from localcloud.place import HEALTH_PATH

ROOT = Path(__file__).resolve().parents[2]
APPS = Path(__file__).parent / "apps"
EMULATOR_PYTHON = os.environ.get("EMULATOR_PYTHON", str(ROOT / ".tools/emulator/bin/python"))
POETRY = os.environ.get("POETRY", str(ROOT / ".tools/bin/poetry"))
START_SECONDS = STOP_SECONDS = 90
# What an emulator of the tests is started with, and checks on every request.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "LOCALTESTS", "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests"}
KEYS = {name.lower(): value for name, value in CREDENTIALS.items()}  # as boto3 names them

Value = TypeVar("Value")


def eventually(ask: Callable[[], Value], seconds: float = 90) -> Value:
    """The first answer that is true."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds} s; the last answer was {answer!r}"
        time.sleep(0.1)


def repository(scratch: Path) -> Path:
    """One whose root an app is built from, by the Dockerfile in its folder `backend`."""
    dockerfile = Path(shutil.copytree(APPS / "fastapi-pip", scratch / "shop/backend")) / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace("COPY ./", "COPY ./backend/"))
    return scratch / "shop"


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass(kw_only=True)
class Program:
    """A server that can be started, stopped and killed."""

    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def launch(self, command: list[str], environment: dict[str, str]) -> None:
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **environment}, stdout=sink, stderr=sink, start_new_session=True
            )

    @property
    def running(self) -> "subprocess.Popen[bytes]":
        assert self.process is not None
        return self.process

    def wait_until(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            assert self.running.poll() is None and time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def end(self, number: int) -> None:
        if self.process is not None:
            process, self.process = self.process, None
            process.send_signal(number)
            try:
                process.wait(STOP_SECONDS)
            finally:
                process.kill()
                process.wait()

    def stop(self) -> None:
        self.end(signal.SIGTERM)

    def kill(self) -> None:
        self.end(signal.SIGKILL)


@dataclass(kw_only=True)
class Engine(Program):
    folder: Path
    cache: Path
    emulator_url: str | None = None
    client: docker.DockerClient = field(init=False, repr=False)

    @property
    def socket(self) -> Path:
        return self.folder / "engine.sock"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def command(self) -> list[str]:
        places = ["--socket", str(self.socket), "--state", str(self.state), "--cache", str(self.cache)]
        emulator = ["--emulator", self.emulator_url] if self.emulator_url else []
        return [sys.executable, "-m", "localcloud.engine", *places, *emulator, "--poetry", POETRY]

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        self.launch(self.command(), CREDENTIALS)
        self.wait_until(self.socket.exists)
        self.client = docker.DockerClient(base_url=f"unix://{self.socket}", timeout=120)

    def end(self, number: int) -> None:
        super().end(number)
        if hasattr(self, "client"):
            self.client.close()

    def build(self, context: Path, tag: str) -> Image:
        return self.client.images.build(path=str(context), tag=tag)[0]

    def run(self, image: str, **options: Any) -> Container:
        container = self.client.containers.run(image, detach=True, **options)
        container.reload()
        return container

    def serve(self, image: str, **options: Any) -> Container:
        """Run a program of `apps/`, and wait until it says that it listens."""
        container = self.run(image, **options)
        eventually(lambda: b"listens\n" in container.logs())
        return container

    def build_variant(self, folder: Path, tag: str, **replacements: str) -> Image:
        """The app `web` as another version: text replaced in its server and Dockerfile."""
        variant = folder / tag.replace(":", "-").replace("/", "-")
        shutil.copytree(APPS / "web", variant, ignore=shutil.ignore_patterns("__pycache__"))
        for file in ("server.py", "Dockerfile"):
            text = (variant / file).read_text()
            for old, new in replacements.items():
                text = text.replace(old, new)
            (variant / file).write_text(text)
        return self.build(variant, tag)


@dataclass(kw_only=True)
class Emulator(Program):
    folder: Path
    port: int
    database_port: int
    docker_host: str
    smtp_port: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        settings = {
            **CREDENTIALS,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "RDS_BASE_PORT": str(self.database_port),
            **({"SMTP_PORT": str(self.smtp_port)} if self.smtp_port else {}),
            "ELASTICACHE_BASE_PORT": str(self.database_port + 5),
            "DOCKER_HOST": self.docker_host,
            "MINISTACK_DOCKER_TIMEOUT": "120",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "emulator"),
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
        }
        self.launch([EMULATOR_PYTHON, "-m", "localcloud.emulator"], settings)
        self.wait_until(self.answers)

    def health(self) -> dict[str, Any]:
        """What it says about the saving of its state."""
        answer: dict[str, Any] = json.loads(get(f"{self.url}{HEALTH_PATH}"))
        return answer

    def client(self, service: str, **options: Any) -> Any:
        """boto3's client of a service; to be closed by the caller."""
        given = {**KEYS, "region_name": "us-east-1", **options}
        return boto3.client(service, endpoint_url=self.url, **given)  # type: ignore[call-overload] # no literal name

    def ask(self, method: str, path: str) -> None:
        """A signed request to MiniStack itself."""
        request = AWSRequest(method, self.url + path, data=b"")
        SigV4Auth(Credentials(*KEYS.values()), "any", "us-east-1").add_auth(request)
        sent = urllib.request.Request(self.url + path, b"", dict(request.headers), method=method)  # noqa: S310
        urllib.request.urlopen(sent, timeout=30).close()  # noqa: S310

    def wait_until_saved(self) -> None:
        """Until a saving has succeeded that began after this call."""
        asked = time.monotonic()

        def saved() -> bool:
            since = time.monotonic() - asked
            health = self.health()
            # The age is rounded.
            return health["error"] is None and bool(health["saved_seconds_ago"] < since - 0.1)

        eventually(saved)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=5):  # noqa: S310
                return True
        except OSError:
            return False


def role(iam: Any, name: str, actions: Sequence[str] = (), path: str = "/") -> str:
    """The ARN of a role that may do these actions, made where it is not there yet."""
    services = [f"{one}.amazonaws.com" for one in ("ecs-tasks", "events", "lambda", "scheduler")]
    trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps({"Statement": trust}))
    if actions:
        allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps({"Statement": allowed}))
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def endpoint(container: Container) -> str:
    """Where a container serves."""
    container.reload()
    ((binding,),) = container.attrs["NetworkSettings"]["Ports"].values()
    return f"http://{binding['HostIp']}:{binding['HostPort']}"


def get(url: str, host: str | None = None) -> bytes:
    request = urllib.request.Request(url, headers={"Host": host} if host else {})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        body: bytes = answer.read()
        return body
