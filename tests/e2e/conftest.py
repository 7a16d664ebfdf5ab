"""Fixtures for tests through the real commands: each module has a local cloud of its own, stopped in the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.checkout import Checkout
from tests.ports import cloud_ports


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def ports() -> Iterator[int]:
    return cloud_ports()


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
