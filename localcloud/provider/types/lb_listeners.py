"""Elastic Load Balancing: listeners and their rules."""

from typing import Any

from localcloud.provider.definition.resource_type import (
    Call,
    Read,
    ResourceType,
    Send,
    Update,
)
from localcloud.provider.definition.rules import Between, Case, Exists, Needed, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.lb import TAGS
from localcloud.provider.values import Props

ACTION_NAMES = {
    name: f"{kind}Config"
    for path in ("defaultActions", "actions")
    for name, kind in (
        (f"{path}.redirect", "Redirect"),
        (f"{path}.fixedResponse", "FixedResponse"),
        (f"{path}.forward", "Forward"),
    )
} | {
    f"{path}.forward.{inner}": member
    for path in ("defaultActions", "actions")
    for inner, member in (("targetGroups.arn", "TargetGroupArn"), ("stickiness", "TargetGroupStickinessConfig"))
}
REDIRECT = {"host": "#{host}", "path": "/#{path}", "port": "#{port}", "protocol": "#{protocol}", "query": "#{query}"}
CONDITIONS = {
    "pathPattern": ("path-pattern", "PathPatternConfig"),
    "hostHeader": ("host-header", "HostHeaderConfig"),
    "httpRequestMethod": ("http-request-method", "HttpRequestMethodConfig"),
    "sourceIp": ("source-ip", "SourceIpConfig"),
    "httpHeader": ("http-header", "HttpHeaderConfig"),
}


class Rule(Handler):
    """In the API a condition names its field beside its configuration."""

    def outgoing(self, values: Props) -> Props:
        conditions = [
            {"field": CONDITIONS[key][0], f"{key}Config": value}
            for condition in values.get("conditions", ())
            for key, value in condition.items()
            if key in CONDITIONS
        ]
        return {**values, "conditions": conditions}

    def incoming(self, item: Props) -> Props:
        conditions = [
            {key: row[member] for key, (_, member) in CONDITIONS.items() if row.get(member)}
            for row in item.get("Conditions", ())
        ]
        listener = item["RuleArn"].replace(":listener-rule/", ":listener/").rsplit("/", 1)[0]
        return {**item, "Conditions": conditions, "listenerArn": listener}


def actions(_case: Case, rows: list[dict[str, Any]]) -> str:
    """Each action brings what its type needs."""
    needs = {"forward": ("targetGroupArn", "forward"), "redirect": ("redirect",), "fixed-response": ("fixedResponse",)}
    for row in rows:
        wanted = needs.get(row.get("type", ""))
        if wanted and not any(key in row for key in wanted):
            return f"an action of type {row['type']} needs {' or '.join(wanted)}, got {', '.join(row)}"
    return ""


def free_priority(case: Case, priority: int) -> str:
    """Each priority exists once in a listener."""
    listener = case.inputs.get("listenerArn")
    if listener is None or not (case.is_new("priority") or case.is_new("listenerArn")):
        return ""
    rows = case.context.client("elbv2").describe_rules(ListenerArn=listener)["Rules"]
    taken = next((row for row in rows if row["Priority"] == str(priority)), None)
    return f"must be free in the listener, got {priority}, which {taken['RuleArn']} has" if taken else ""


def target_group(path: str) -> Exists:
    item = "TargetGroups[0].TargetGroupArn"
    return Exists(path, "a target group", "elbv2", "describe_target_groups", {"TargetGroupArns": ["{value}"]}, item)


TYPES = [
    ResourceType(
        token="aws:lb/listener:Listener",
        service="elbv2",
        create=Call(operation="create_listener", sends=Send.ALL),
        id="{Listeners.0.ListenerArn}",
        reads=[
            Read(
                operation="describe_listeners",
                args={"ListenerArns": ["{id}"]},
                item="Listeners[?ListenerArn=='{id}'] | [0]",
            )
        ],
        updates=[
            Update(
                on=["port", "protocol", "defaultActions", "sslPolicy", "certificateArn", "alpnPolicy"],
                call=Call(
                    operation="modify_listener",
                    sends=["port", "protocol", "defaultActions", "sslPolicy"],
                    args={"ListenerArn": "{id}"},
                ),
            )
        ],
        delete=Call(operation="delete_listener", args={"ListenerArn": "{id}"}),
        names={**ACTION_NAMES, "arn": "ListenerArn"},
        defaults={f"defaultActions.redirect.{name}": value for name, value in REDIRECT.items()},
        replaces=["loadBalancerArn"],
        tags=TAGS,
        rules=[
            Between("port", 1, 65535),
            Needed("port"),
            Says("defaultActions", actions),
            target_group("defaultActions.targetGroupArn"),
            Exists(
                "loadBalancerArn",
                "a load balancer",
                "elbv2",
                "describe_load_balancers",
                {"LoadBalancerArns": ["{value}"]},
                "LoadBalancers[0].LoadBalancerArn",
            ),
        ],
    ),
    ResourceType(
        token="aws:lb/listenerRule:ListenerRule",
        service="elbv2",
        handler=Rule,
        create=Call(operation="create_rule", sends=Send.ALL),
        id="{Rules.0.RuleArn}",
        reads=[Read(operation="describe_rules", args={"RuleArns": ["{id}"]}, item="Rules[?RuleArn=='{id}'] | [0]")],
        updates=[
            Update(
                on=["priority"],
                call=Call(
                    operation="set_rule_priorities",
                    args={"RulePriorities": [{"RuleArn": "{id}", "Priority": "{priority}"}]},
                ),
            ),
            Update(
                on=["actions", "conditions"],
                call=Call(operation="modify_rule", sends=["actions", "conditions"], args={"RuleArn": "{id}"}),
            ),
        ],
        delete=Call(operation="delete_rule", args={"RuleArn": "{id}"}),
        names={**ACTION_NAMES, "arn": "RuleArn"},
        defaults={f"actions.redirect.{name}": value for name, value in REDIRECT.items()},
        replaces=["listenerArn"],
        tags=TAGS,
        rules=[
            Between("priority", 1, 50000),
            Needed("priority"),
            Says("actions", actions),
            target_group("actions.targetGroupArn"),
            Says("priority", free_priority, ("describe_rules",)),
            Exists(
                "listenerArn",
                "a listener",
                "elbv2",
                "describe_listeners",
                {"ListenerArns": ["{value}"]},
                "Listeners[0].ListenerArn",
            ),
        ],
    ),
]
