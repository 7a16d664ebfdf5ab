"""EventBridge: rules and their targets."""

from typing import Any

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, TagStyle, Update, names
from localcloud.provider.definition.rules import (
    AtLeastOne,
    Case,
    Document,
    ExactlyOne,
    Exists,
    Matches,
    OneOf,
    Says,
)
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.iam import role_exists
from localcloud.provider.types.scheduler import CRON, SERVICES, cron_fields, ecs_names, input_problem, target_problem
from localcloud.provider.values import Props

# Of a rule; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
RATE = r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)"
DEFAULT_BUS = "default"
SETTINGS = names("description eventPattern roleArn scheduleExpression state")
SENT = names("arn deadLetterConfig ecsTarget input inputPath inputTransformer retryPolicy roleArn sqsTarget targetId")


def path(bus: str | None, *parts: Any) -> list[str]:
    """The parts of a name; the default bus is left out of it."""
    return [*([] if bus in (None, DEFAULT_BUS) else [str(bus)]), *map(str, parts)]


class Rule(Handler):
    def outgoing(self, values: Props) -> Props:
        key = "/".join(path(values.get("eventBusName"), values.get("name")))
        return {**values, "key": key, "description": values.get("description") or ""}


class Target(Handler):
    def outgoing(self, values: Props) -> Props:
        return {**values, "key": self.key(values)}

    def key(self, values: Props) -> str:
        return "-".join(path(values.get("eventBusName"), values.get("rule"), values.get("targetId")))

    def current_id(self, resource_id: str, state: Props) -> str:
        return self.key({**self.from_id(resource_id), **state})


def bus_of_schedule(case: Case, _expression: str) -> str:
    bus = case.inputs.get("eventBusName", DEFAULT_BUS)
    return "" if bus == DEFAULT_BUS else f"stands on the bus {DEFAULT_BUS} alone, got eventBusName {bus}"


def called(case: Case, arn: str) -> str:
    has_task = "ecsTarget" in case.given
    if has_task and "roleArn" not in case.given:
        return "of a cluster needs a roleArn"
    return target_problem(arn, has_task=has_task, task="ecsTarget", known=(*SERVICES, "logs"))


def sent(case: Case, text: str) -> str:
    return input_problem(text, has_task="ecsTarget" in case.given)


BUS = Exists("eventBusName", "an event bus", "events", "describe_event_bus", {"Name": "{value}"}, "Name")
NAMED = {"Name": "{name}", "EventBusName": "{eventBusName}"}
OWNED = {"Rule": "{rule}", "EventBusName": "{eventBusName}"}

TYPES = [
    ResourceType(
        token="aws:cloudwatch/eventRule:EventRule",
        service="events",
        handler=Rule,
        create=Call(operation="put_rule", sends=SETTINGS, args=NAMED),
        id="{key}",
        import_id="((?P<eventBusName>[^/]+)/)?(?P<name>[^/]+)",
        reads=[Read(operation="describe_rule", args=NAMED)],
        updates=[Update(on=SETTINGS, call=Call(operation="put_rule", sends=SETTINGS, args=NAMED))],
        delete=Call(operation="delete_rule", args=NAMED),
        auto_name=AutoName(limit=64),
        defaults={"eventBusName": DEFAULT_BUS, "state": "ENABLED"},
        local=["forceDestroy"],
        documents=["eventPattern"],
        replaces=["name", "eventBusName"],
        tags=TagStyle(
            create="Tags",
            add=Call(operation="tag_resource", args={"ResourceARN": "{arn}", "Tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"ResourceARN": "{arn}", "TagKeys": "{-tagsAll}"}),
            read=Read(operation="list_tags_for_resource", args={"ResourceARN": "{Arn}"}),
        ),
        rules=[
            Matches("name", r"[.\-_A-Za-z0-9]{1,64}", "1 to 64 of letters, digits and . - _"),
            AtLeastOne(("eventPattern", "scheduleExpression")),
            Matches(
                "scheduleExpression", f"{RATE}|{CRON}", "rate(5 minutes), rate(1 hour) or cron(0 6 * * ? *), in UTC"
            ),
            Says("scheduleExpression", cron_fields),
            Says("scheduleExpression", bus_of_schedule),
            Document("eventPattern", policy=False),
            OneOf("state", names("ENABLED DISABLED ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")),
            BUS,
            role_exists("roleArn"),
        ],
    ),
    ResourceType(
        token="aws:cloudwatch/eventTarget:EventTarget",
        service="events",
        handler=Target,
        create=Call(operation="put_targets", sends=SENT, root="Targets", args=OWNED),
        id="{key}",
        import_id="((?P<eventBusName>[^/]+)/)?(?P<rule>[^/]+)/(?P<targetId>[^/]+)",
        reads=[
            Read(operation="list_targets_by_rule", args=OWNED, item="Targets[?Id=='{targetId}'] | [0]"),
        ],
        updates=[Update(on=SENT, call=Call(operation="put_targets", sends=SENT, root="Targets", args=OWNED))],
        delete=Call(operation="remove_targets", args={**OWNED, "Ids": ["{targetId}"]}),
        names={
            "targetId": "Id",
            "ecsTarget": "EcsParameters",
            **ecs_names("ecsTarget"),
            "inputTransformer.inputPaths": "InputPathsMap",
            "sqsTarget": "SqsParameters",
        },
        auto_name=AutoName(name="targetId", limit=64),
        defaults={"eventBusName": DEFAULT_BUS, "ecsTarget.taskCount": 1},
        local=["rule", "eventBusName", "forceDestroy"],
        documents=["input"],
        replaces=["rule", "eventBusName", "targetId"],
        rules=[
            Matches("targetId", r"[.\-_A-Za-z0-9]{1,64}", "1 to 64 of letters, digits and . - _"),
            Says("arn", called),
            Says("input", sent),
            ExactlyOne(("input", "inputPath", "inputTransformer"), needed=False),
            Exists(
                "rule",
                "a rule",
                "events",
                "describe_rule",
                {"Name": "{value}", "EventBusName": "{eventBusName}"},
                "Name",
            ),
            role_exists("roleArn"),
        ],
    ),
]
