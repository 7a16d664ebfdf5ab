"""Fixtures for tests on a real Docker engine."""

from collections.abc import Iterator

import pytest

from tests.docker.engine import Engine, docker_engine_for_tests


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[Engine]:
    """A real Docker engine that has the base images."""
    yield from docker_engine_for_tests()
