"""Options of the test command, and the real Docker engine that several tiers can run on."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from localcloud.docker_engine import ENGINES
from tests.docker.engine import Engine, docker_engine_for_tests

# A shell has what it starts in the background ignore Ctrl-C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# `make test` runs tests side by side; a `make` of theirs would look for that one's job server, and complain.
for variable in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
    os.environ.pop(variable, None)

# The time that an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("busy-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy-machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write each stack's snapshot anew")
    parser.addoption("--engine", choices=ENGINES, default=ENGINES[0], help="what tests/e2e run the containers on")


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[Engine]:
    """A real Docker engine that has the base images."""
    yield from docker_engine_for_tests()
