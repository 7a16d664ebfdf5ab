"""Fixtures: engines on folders of their own; environments of images are shared by all tests."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from tests.engine.site import Client, Site
from tests.engine.support import APPS, Emulator, Engine
from tests.ports import free_port, free_ports


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def engine(tmp_path: Path, cache: Path) -> Iterator[Engine]:
    made = Engine(folder=tmp_path, cache=cache, log=tmp_path / "engine.log")
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def web(engine: Engine) -> Engine:
    """An engine that has the image `web:1`."""
    engine.build(APPS / "web", "web:1")
    return engine


@pytest.fixture
def cloud(tmp_path: Path, cache: Path) -> Iterator[tuple[Engine, Emulator]]:
    """An engine with an emulator that uses it."""
    port = free_port()
    engine = Engine(folder=tmp_path, cache=cache, log=tmp_path / "engine.log", emulator_url=f"http://127.0.0.1:{port}")
    emulator = Emulator(
        folder=tmp_path,
        port=port,
        database_port=free_ports(10),
        docker_host=f"unix://{engine.socket}",
        log=tmp_path / "emulator.log",
    )
    with contextlib.ExitStack() as running:
        running.callback(engine.stop)
        running.callback(emulator.stop)
        engine.start()
        emulator.start()
        yield engine, emulator


@pytest.fixture
def aws(cloud: tuple[Engine, Emulator]) -> Iterator[Callable[[str], Any]]:
    """Makes clients of AWS services."""
    made: list[Any] = []

    def client(service: str) -> Any:
        config = Config(retries={"max_attempts": 1}, read_timeout=120)
        made.append(cloud[1].client(service, config=config))
        return made[-1]

    yield client
    for one in made:
        one.close()


@pytest.fixture
def site(cloud: tuple[Engine, Emulator], aws: Client) -> Site:
    """Version v1 serves."""
    made = Site.create(cloud, aws, "instance")
    made.serve(made.register(made.image(APPS / "web", "1")))
    return made
