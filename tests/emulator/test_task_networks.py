"""A task gets the network that its definition asks for, or is refused in ECS's words."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Client

INTERFACE = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
PUBLIC = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}}


def run(aws: Client, mode: str, **asked: Any) -> Any:
    network, _, for_fargate = mode.partition(" ")
    container = {"name": "app", "image": "app", "memory": 128}
    more = {"requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"} if for_fargate else {}
    aws("ecs").register_task_definition(family=network, networkMode=network, containerDefinitions=[container], **more)
    return aws("ecs").run_task(taskDefinition=network, **asked)["tasks"]


@pytest.mark.parametrize(
    ("mode", "asked", "reason"),
    [
        ("awsvpc", {}, "must be provided"),
        ("bridge", {"networkConfiguration": INTERFACE}, "not valid for the given networkMode"),
        ("awsvpc", {"networkConfiguration": PUBLIC}, "Assign public IP is not supported"),
        ("awsvpc", {"networkConfiguration": PUBLIC, "launchType": "FARGATE"}, "does not support launch_type FARGATE"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(aws: Client, mode: str, asked: dict[str, Any], reason: str) -> None:
    with pytest.raises(ClientError, match=reason):
        run(aws, mode, **asked)


@pytest.mark.parametrize(
    ("mode", "asked"),
    [
        ("bridge", {}),
        ("awsvpc", {"networkConfiguration": INTERFACE}),
        ("awsvpc for Fargate", {"networkConfiguration": PUBLIC, "launchType": "FARGATE"}),
    ],
)
def test_one_that_fits_is_taken(aws: Client, mode: str, asked: dict[str, Any]) -> None:
    assert run(aws, mode, **asked)
