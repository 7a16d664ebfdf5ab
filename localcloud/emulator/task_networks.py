"""Refuses tasks whose network or launch type is not what their definition asks for, as ECS does; MiniStack runs them.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_NetworkConfiguration.html
"""

from collections.abc import Mapping
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ecs

NEEDED = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
SURPLUS = "Network Configuration is not valid for the given networkMode of this task definition."
LAUNCH_TYPE = "Task definition does not support launch_type FARGATE."
PUBLIC = "Assign public IP is not supported for this launch type."


def check_networks() -> None:
    """Before the first request."""
    run = ecs._run_task

    def checked(asked: dict[str, Any]) -> Any:
        definition = ecs._task_defs.get(ecs._resolve_td_key(asked.get("taskDefinition", "")))
        text = problem(definition, asked) if definition else ""
        return error_response_json("InvalidParameterException", text, 400) if text else run(asked)

    ecs._run_task = ecs._ACTION_MAP["RunTask"] = checked


def problem(definition: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """What is wrong with the network that a task should get, or where it should run; an empty text for nothing."""
    launch, strategy = asked.get("launchType"), asked.get("capacityProviderStrategy")
    on_fargate = ecs._task_capacity(launch, strategy)[0] == "FARGATE"
    if on_fargate and "FARGATE" not in definition.get("requiresCompatibilities", ()):
        return LAUNCH_TYPE
    network = (asked.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    if definition.get("networkMode") != "awsvpc":
        return SURPLUS if network else ""
    if not network.get("subnets"):
        return NEEDED
    return PUBLIC if network.get("assignPublicIp") == "ENABLED" and not on_fargate else ""
