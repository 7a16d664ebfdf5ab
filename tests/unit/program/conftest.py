"""The three stacks of the project, each recorded once."""

import warnings

import pytest

with warnings.catch_warnings():
    # pulumi_aws warns of its own deprecated modules when it imports them.
    warnings.simplefilter("ignore", DeprecationWarning)
    import pulumi_aws
    import pulumi_aws.lambda_
    import pulumi_aws.s3

    # The two whose modules are loaded late, by the first use of a name in them.
    LATE = (pulumi_aws.lambda_.Function, pulumi_aws.s3.Bucket)

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
