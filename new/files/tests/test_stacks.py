"""What app.yaml and the stacks' files say, checked as `pulumi up` checks it."""

import pytest

from infra.planning.stack import planned


@pytest.mark.parametrize("stack", ["local", "dev", "prod"])
def test_a_stack_has_no_mistake_and_room_for_its_tasks(stack: str) -> None:
    assert planned(stack).services
