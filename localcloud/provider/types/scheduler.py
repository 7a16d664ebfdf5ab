"""EventBridge Scheduler: schedules."""

from datetime import datetime
from typing import Any

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, Update, names
from localcloud.provider.definition.rules import Between, Case, Exists, Matches, Says
from localcloud.provider.types.iam import role_exists

SETTINGS = names(
    "actionAfterCompletion description endDate flexibleTimeWindow kmsKeyArn scheduleExpression "
    "scheduleExpressionTimezone startDate state target"
)
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
EXPRESSION = (
    r"rate\([1-9]\d* (minutes?|hours?|days?)\)"
    r"|cron\((\S+ ){5}\S+\)"
    r"|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)"
)


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
        names={
            "target.ecsParameters.capacityProviderStrategies": "CapacityProviderStrategy",
            "target.ecsParameters.placementStrategies": "PlacementStrategy",
            "target.ecsParameters.enableEcsManagedTags": "EnableECSManagedTags",
        },
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
            Matches("scheduleExpression", EXPRESSION, "rate(5 minutes), cron(0 6 * * ? *) or at(2030-01-31T06:00:00)"),
            Between("flexibleTimeWindow.maximumWindowInMinutes", 1, 1440),
            Says("flexibleTimeWindow", window),
            Exists("groupName", "a group of schedules", "scheduler", "get_schedule_group", {"Name": "{value}"}, "Name"),
            role_exists("target.roleArn"),
        ],
    ),
]
