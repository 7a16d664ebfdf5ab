"""The three stacks of the project, each recorded once."""

import pytest

from tests.unit.program.recorder import Recorded, record_stack
from tests.unit.stack_files import STACKS


@pytest.fixture(scope="session")
def stacks() -> dict[str, Recorded]:
    return {stack: record_stack(stack) for stack in STACKS}


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest, stacks: dict[str, Recorded]) -> Recorded:
    return stacks[request.param]


@pytest.fixture
def prod(stacks: dict[str, Recorded]) -> Recorded:
    return stacks["prod"]


@pytest.fixture
def dev(stacks: dict[str, Recorded]) -> Recorded:
    return stacks["dev"]


@pytest.fixture
def local(stacks: dict[str, Recorded]) -> Recorded:
    return stacks["local"]
