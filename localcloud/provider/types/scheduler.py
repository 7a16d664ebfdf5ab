"""EventBridge Scheduler: schedules."""

import json
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from localcloud.cron import next_time
from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, Update, names
from localcloud.provider.definition.rules import Between, Case, Exists, Matches, Says
from localcloud.provider.types.iam import role_exists

SETTINGS = names(
    "actionAfterCompletion description endDate flexibleTimeWindow kmsKeyArn scheduleExpression "
    "scheduleExpressionTimezone startDate state target"
)
NETWORK = names("assignPublicIp securityGroups subnets")
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
RATE = r"rate\([1-9]\d* (minutes?|hours?|days?)\)"
CRON = r"cron\((\S+ ){5}\S+\)"
AT = r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)"
# What the emulator can call; a schedule, any operation of AWS's API beside.
SERVICES = names("ecs events lambda sns sqs states")
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
# Operations that only read are refused.
OPERATION = r"arn:aws:scheduler:::aws-sdk:[a-z0-9]+:(?!get|list|describe)[a-z][A-Za-z0-9]+"


def ecs_names(prefix: str) -> dict[str, str]:
    """Where the API, of Scheduler and of EventBridge, has what the properties below `prefix` say of an ECS task."""
    network = {key: f"awsvpcConfiguration.{key[0].upper()}{key[1:]}" for key in NETWORK}
    return {
        f"{prefix}.capacityProviderStrategies": "CapacityProviderStrategy",
        f"{prefix}.enableEcsManagedTags": "EnableECSManagedTags",
        f"{prefix}.placementConstraints": "PlacementConstraints",
        f"{prefix}.placementStrategies": "PlacementStrategy",
        f"{prefix}.orderedPlacementStrategies": "PlacementStrategy",
        **{f"{prefix}.networkConfiguration.{key}": member for key, member in network.items()},
    }


def cron_fields(_case: Case, expression: str) -> str:
    """Each in its range, and one of the two fields of days leaves the choice to the other."""
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    if not expression.startswith("cron(") or len(fields) != 6:
        return ""
    if [fields[2], fields[4]].count("?") != 1:
        reason = "must have ? as its day of the month or as its day of the week"
        return f"{reason}, got {expression!r}; write cron(0 6 * * ? *)"
    try:
        next_time(expression, datetime.now())  # on the clock of its zone, whichever that is
    except ValueError as error:
        return f"must have fields as AWS writes them, got {expression!r}: {error}"
    return ""


def known_zone(_case: Case, name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return f"must be a time zone of the IANA database such as Europe/Berlin, got {name!r}"
    return ""


def target_problem(arn: str, *, has_task: bool, task: str, known: tuple[str, ...] = SERVICES) -> str:
    """What is wrong with what is called; `task` is the property that describes an ECS task."""
    service = [*arn.split(":"), "", "", ""][2]
    if service not in known:
        return f"must be the ARN of one of {', '.join(known)}, which the laptop can call, got {arn!r}"
    if (service == "ecs") != has_task:
        return f"{task} must {'' if service == 'ecs' else 'not '}be given for {arn}"
    return ""


def input_problem(text: str, *, has_task: bool) -> str:
    """RunTask takes the input of an ECS task as overrides."""
    try:
        document = json.loads(text)
    except ValueError as error:
        return f"must be JSON, got {text[:60]!r}: {error}"
    if isinstance(document, dict) or not has_task:
        return ""
    return f"of an ECS task must be its overrides, a JSON object with containerOverrides, got {text[:60]!r}"


def called(_case: Case, target: dict[str, Any]) -> str:
    arn = target.get("arn")
    if arn is None or re.fullmatch(OPERATION, arn):  # not known yet, or none of a service
        return ""
    reason = target_problem(arn, has_task="ecsParameters" in target, task="ecsParameters")
    return f"arn: {reason}" if reason else ""


def sent(_case: Case, target: dict[str, Any]) -> str:
    text = target.get("input")
    reason = "" if text is None else input_problem(text, has_task="ecsParameters" in target)
    return f"input {reason}" if reason else ""


def no_tags(_case: Case, _tags: dict[str, Any]) -> str:
    return "are not set by the laptop; leave them out, propagateTags takes those of the task definition"


def same_time(one: Any, other: Any) -> bool:
    """Times may be written in several ways."""
    try:
        return datetime.fromisoformat(str(one)) == datetime.fromisoformat(str(other))
    except ValueError:
        return bool(one == other)


def window(_case: Case, value: dict[str, Any]) -> str:
    flexible, minutes = value.get("mode") == "FLEXIBLE", value.get("maximumWindowInMinutes")
    if flexible == (minutes is not None):
        return ""
    wanted = "is needed" if flexible else "must be left out"
    return f"maximumWindowInMinutes {wanted} where mode is {value.get('mode')}, got {minutes}"


TYPES = [
    ResourceType(
        token="aws:scheduler/schedule:Schedule",
        service="scheduler",
        create=Call(operation="create_schedule", sends=Send.ALL),
        id="{groupName}/{name}",
        import_id=r"(?P<groupName>[^/]+)/(?P<name>.+)",
        reads=[Read(operation="get_schedule", args={"GroupName": "{groupName}", "Name": "{name}"})],
        updates=[
            Update(
                on=SETTINGS,
                call=Call(
                    operation="update_schedule",
                    sends=SETTINGS,
                    args={"GroupName": "{groupName}", "Name": "{name}"},
                ),
            )
        ],
        delete=Call(operation="delete_schedule", args={"GroupName": "{groupName}", "Name": "{name}"}),
        names=ecs_names("target.ecsParameters"),
        auto_name=AutoName(limit=64),
        defaults={
            "groupName": "default",
            "scheduleExpressionTimezone": "UTC",
            "state": "ENABLED",
        },
        replaces=["name", "groupName"],
        same={"startDate": same_time, "endDate": same_time},
        rules=[
            Matches("name", r"[0-9A-Za-z_.-]{1,64}", "1 to 64 of letters, digits and _ . -"),
            Matches(
                "scheduleExpression",
                f"{RATE}|{CRON}|{AT}",
                "rate(5 minutes), cron(0 6 * * ? *) or at(2030-01-31T06:00:00)",
            ),
            Says("scheduleExpression", cron_fields),
            Says("scheduleExpressionTimezone", known_zone),
            Between("flexibleTimeWindow.maximumWindowInMinutes", 1, 1440),
            Says("flexibleTimeWindow", window),
            Exists("groupName", "a group of schedules", "scheduler", "get_schedule_group", {"Name": "{value}"}, "Name"),
            Says("target", called),
            Says("target", sent),
            Says("target.ecsParameters.tags", no_tags),
            role_exists("target.roleArn"),
        ],
    ),
]
