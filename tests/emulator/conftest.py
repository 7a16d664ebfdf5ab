"""An emulator of the tests' own, without an engine."""

import contextlib
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from tests.engine.support import Emulator
from tests.ports import free_port, free_ports

Client = Callable[..., Any]


def soon() -> str:
    """A time for `at(…)`; not so soon that it is over on a busy machine before the emulator knows of it."""
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=6)).strftime("%Y-%m-%dT%H:%M:%S")


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Emulator]:
    emulator = Emulator(
        folder=folder,
        port=free_port(),
        database_port=free_ports(10),
        smtp_port=free_port(),
        docker_host=f"unix://{folder}/none.sock",
        log=folder / "emulator.log",
    )
    try:
        emulator.start()
        yield emulator
    finally:
        emulator.stop()


@contextlib.contextmanager
def scaled_service(aws: Client, tasks: int) -> Iterator[Any]:
    """The API of Application Auto Scaling, with the service `web` of so many tasks in the cluster `c`."""
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "web:1", "memory": 64}])
    ecs.create_service(cluster="c", serviceName="web", taskDefinition="web", desiredCount=tasks)
    yield aws("application-autoscaling")
    ecs.delete_service(cluster="c", service="web", force=True)


def count(aws: Client) -> int:
    """How many tasks of `web` are wanted."""
    found: int = aws("ecs").describe_services(cluster="c", services=["web"])["services"][0]["desiredCount"]
    return found


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One for all tests of a file."""
    with running(tmp_path_factory.mktemp("emulator")) as made:
        yield made


@pytest.fixture
def fresh_emulator(tmp_path: Path) -> Iterator[Emulator]:
    """Of one test, whose state is empty."""
    with running(tmp_path) as made:
        yield made


@pytest.fixture
def aws(emulator: Emulator) -> Iterator[Client]:
    """Makes clients of AWS services."""
    made: list[Any] = []

    def client(service: str, **keys: str) -> Any:
        config = Config(retries={"max_attempts": 1}, signature_version="s3v4" if service == "s3" else None)
        made.append(emulator.client(service, config=config, **keys))
        return made[-1]

    yield client
    for one in made:
        one.close()
