"""Lets a schedule, or a rule of EventBridge, run an ECS task, and a schedule call AWS's API: MiniStack calls functions,
queues and topics alone."""

import json
import logging
import os
from collections.abc import Mapping
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import get_region
from ministack.services import ecs, eventbridge, sqs

from localcloud import sdk_calls
from localcloud.emulator import rights, sessions
from localcloud.emulator.passed_roles import PASSED_TO, passed

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
    "ReferenceId",
    "Tags",
)

Target = Mapping[str, Any]

logger = logging.getLogger(__name__)


def run_scheduled_tasks() -> None:
    """Before the first request."""
    invoke = eventbridge._invoke_target

    def invoked(target: Target, event: Any, rule: Mapping[str, Any], view: Any = None) -> None:
        if target.get("Arn", "").startswith(sdk_calls.PREFIX):
            spawn_background(call, target, rule, thread_name="scheduled-call")
            return
        if target.get("Arn", "").split(":")[2:3] != ["ecs"]:
            invoke(target, event, rule, view)
            return
        overrides = target.get("Input")
        if transformer := target.get("InputTransformer"):
            view = view or eventbridge._pattern_event_view(event)
            overrides = eventbridge._apply_input_transformer(transformer, rule, view)
        if problem := run(target, rule.get("Name", ""), overrides):
            logger.error("%s: its task was not run: %s", rule.get("Name", ""), problem)
            keep(target, overrides or "{}", rule.get("Arn", ""), problem)

    eventbridge._invoke_target = invoked


def call(target: Target, schedule: Mapping[str, Any]) -> None:
    """As the schedule's role, once: what is refused is tried again by AWS alone."""
    arn = target["Arn"]
    try:
        sdk_calls.call(lambda service: client(service, target["RoleArn"]), arn, target.get("Input") or "{}")
    except Exception as error:  # whatever it is, it is the schedule's
        logger.error("%s: %s was not called: %s", schedule.get("Name", ""), arn, error)
        keep(target, target.get("Input") or "{}", schedule.get("Arn", ""), str(error))


def client(service: str, role: str) -> Any:
    """One of the gateway itself, with the role's credentials."""
    import boto3  # here: most stacks have no such schedule

    keys = session(role)
    return boto3.client(  # type: ignore[call-overload] # no literal
        service,
        region_name=get_region(),
        endpoint_url=f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["Token"],
    )


def session(role: str) -> dict[str, str]:
    return sessions.lasting(f"schedule {role}", role, "scheduler")


def refusal(target: Target, definition: Mapping[str, Any]) -> str:
    """What the target's role may not do of all that starting its task asks for."""
    key = session(target["RoleArn"])["AccessKeyId"]
    roles = passed("ecs:RunTask", {"taskDefinition": definition["taskDefinitionArn"]})
    asked = [
        ("ecs:RunTask", definition["taskDefinitionArn"], {"ecs:cluster": target["Arn"]}),
        *(("iam:PassRole", role, {PASSED_TO: to}) for role, to in roles),
    ]
    return next(filter(None, (rights.refusal(key, *one) for one in asked)), "")


def run(target: Target, name: str, overrides: str | None) -> str:
    """RunTask; what was wrong, or an empty text."""
    parameters = target.get("EcsParameters", {})
    try:
        asked = {
            "cluster": target["Arn"],
            "taskDefinition": parameters["TaskDefinitionArn"],
            "count": parameters.get("TaskCount", 1),
            # 36 characters at most.
            "startedBy": f"schedule/{name}"[:36],
            **as_ecs({key: parameters[key] for key in ALIKE if parameters.get(key) is not None}),
            **({"overrides": json.loads(overrides)} if overrides else {}),
        }
        definition = ecs._task_defs.get(ecs._resolve_td_key(parameters["TaskDefinitionArn"]))
        if definition and (refused := refusal(target, definition)):
            return refused
        status, _, body = ecs._run_task(asked)
    except (ValueError, KeyError) as error:
        return f"{type(error).__name__}: {error}"
    answer = json.loads(body)
    return "" if status == 200 and not answer.get("failures") else str(answer)


def as_ecs(value: Any) -> Any:
    """With the names as ECS writes them: the first letter is small."""
    if isinstance(value, Mapping):
        return {key[0].lower() + key[1:]: as_ecs(item) for key, item in value.items()}
    return [as_ecs(item) for item in value] if isinstance(value, list) else value


def keep(target: Target, payload: str, schedule: str, problem: str) -> None:
    """In the dead-letter queue. Trying again would not help: what fails here is what was asked for.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html has the attributes.
    """
    queue = sqs._queue_by_arn(target.get("DeadLetterConfig", {}).get("Arn") or "")
    if not queue:
        return
    told = {"SCHEDULE_ARN": schedule, "TARGET_ARN": target["Arn"], "ERROR_MESSAGE": problem, "RETRY_ATTEMPTS": "0"}
    attributes = {name: {"DataType": "String", "StringValue": text} for name, text in told.items() if text}
    sqs._act_send_message({"MessageBody": payload, "MessageAttributes": attributes}, queue["url"])
