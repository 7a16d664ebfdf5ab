"""A real emulator and a real provider process for the tests of the provider, on ports of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud import gateway
from tests.engine.support import CREDENTIALS, KEYS
from tests.ports import free_port, free_ports
from tests.provider.engine import Engine
from tests.provider.world import World

ROOT = Path(__file__).resolve().parents[2]
EMULATOR_PYTHON = os.environ.get("EMULATOR_PYTHON", str(ROOT / ".tools/emulator/bin/python"))
REGION = "us-east-1"
ACCOUNT = "000000000000"
DEFAULT_TAGS = {"project": "provider-tests"}
START_SECONDS = 60.0


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an emulator without a Docker engine: tasks and databases are records."""
    folder = tmp_path_factory.mktemp("emulator")
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MINISTACK_"))},
        "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "MINISTACK_HOST": "localhost",
        "STATE_DIR": str(folder), "S3_DATA_DIR": str(folder / "s3"), "PERSIST_STATE": "0", "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0", "DOCKER_HOST": f"unix://{folder}/none.sock", "RDS_BASE_PORT": str(free_ports(10)),
        **CREDENTIALS,
    }  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [EMULATOR_PYTHON, "-m", "localcloud.emulator"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not gateway.answers(port):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()[-2000:]
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def start_provider() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts provider processes, and ends them with the tests; the port is the first line of their output."""
    started: list[subprocess.Popen[str]] = []

    def start(endpoint: str, *options: str, **environment: str) -> "subprocess.Popen[str]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "localcloud.provider", "--endpoint", endpoint, *options],
            cwd=ROOT, env={**clean, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def port_of(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


@pytest.fixture(scope="module")
def engine(emulator: int, start_provider: Callable[..., "subprocess.Popen[str]"]) -> Engine:
    """An engine with a provider that is configured with default tags."""
    connection = Engine(port_of(start_provider(f"http://127.0.0.1:{emulator}")))
    connection.configure(
        accessKey=KEYS["aws_access_key_id"],
        secretKey=KEYS["aws_secret_access_key"],
        region=REGION,
        allowedAccountIds=[ACCOUNT],
        defaultTags={"tags": DEFAULT_TAGS},
    )
    return connection


@pytest.fixture(scope="module")
def world(engine: Engine) -> Iterator[World]:
    """Resources that tests refer to, shared by all; deleted at the end."""
    world = World(engine)
    yield world
    for resource in reversed(world.made.values()):
        engine.delete(resource)


@pytest.fixture(scope="module")
def client(emulator: int) -> Callable[[str], Any]:
    """boto3's client of a service: what AWS itself says."""

    def make(service: str) -> Any:
        return boto3.client(
            service, region_name=REGION, endpoint_url=f"http://127.0.0.1:{emulator}", **KEYS,
        )  # type: ignore[call-overload]  # fmt: skip

    return make
