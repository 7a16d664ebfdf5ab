"""Fixtures for tests through the real commands: each module has a local cloud of its own, stopped in the end."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.checkout import Checkout


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def ports() -> Iterator[int]:
    """Apart from the default 4566 and each other, so that a running stack and its tests do not meet."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    # 6000 is not among them: browsers open no page there.
    return itertools.count(5620 + 400 * worker, 20)


@pytest.fixture(scope="session")
def docker_host(request: pytest.FixtureRequest) -> str | None:
    """The real engine's address with `--engine docker`; None for the process engine."""
    if request.config.getoption("engine") != "docker":
        return None
    return str(request.getfixturevalue("docker_engine").host)


@pytest.fixture(scope="module")
def checkout(
    tmp_path_factory: pytest.TempPathFactory, ports: Iterator[int], docker_host: str | None
) -> Iterator[Checkout]:
    """A checkout whose local cloud does not run yet."""
    made = Checkout.copy(tmp_path_factory.mktemp("checkout"), next(ports), docker_host)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def running(checkout: Checkout) -> Checkout:
    """A checkout whose stack was deployed."""
    checkout.up()
    return checkout
