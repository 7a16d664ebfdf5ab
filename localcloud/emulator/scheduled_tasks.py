"""Lets a schedule, or a rule of EventBridge, run an ECS task: MiniStack calls functions, queues and topics alone."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from ministack.services import ecs, eventbridge

# What both name alike: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_EcsParameters.html and RunTask.
ALIKE = (
    "CapacityProviderStrategy",
    "EnableECSManagedTags",
    "EnableExecuteCommand",
    "Group",
    "LaunchType",
    "NetworkConfiguration",
    "PlacementConstraints",
    "PlacementStrategy",
    "PlatformVersion",
    "PropagateTags",
)

logger = logging.getLogger(__name__)


def run_scheduled_tasks() -> None:
    """Before the first request."""
    invoke = eventbridge._invoke_target

    def invoked(target: Mapping[str, Any], event: Any, rule: Mapping[str, Any], view: Any = None) -> None:
        if target.get("Arn", "").split(":")[2:3] == ["ecs"]:
            run(target, rule)
        else:
            invoke(target, event, rule, view)

    eventbridge._invoke_target = invoked


def run(target: Mapping[str, Any], rule: Mapping[str, Any]) -> None:
    """RunTask; an error is in the log alone, since a schedule has nobody to tell it to."""
    name, parameters = rule.get("Name", ""), target.get("EcsParameters", {})
    try:
        asked = {
            "cluster": target["Arn"],
            "taskDefinition": parameters["TaskDefinitionArn"],
            "count": parameters.get("TaskCount", 1),
            # 36 characters at most.
            "startedBy": f"schedule/{name}"[:36],
            **{key[0].lower() + key[1:]: parameters[key] for key in ALIKE if parameters.get(key) is not None},
            **({"overrides": json.loads(target["Input"])} if target.get("Input") else {}),
        }
        status, _, body = ecs._run_task(asked)
    except (ValueError, KeyError) as error:
        logger.error("%s: its task cannot be run: %s: %s", name, type(error).__name__, error)
        return
    answer = json.loads(body)
    if status != 200 or answer.get("failures"):
        logger.error("%s: its task was not run: %s", name, answer)
