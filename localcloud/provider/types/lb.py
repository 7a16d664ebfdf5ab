"""Elastic Load Balancing: balancers, target groups, listeners, rules."""

from collections.abc import Mapping
from typing import Any

from localcloud.provider.definition.resource_type import (
    AutoName,
    Call,
    Read,
    ResourceType,
    Send,
    TagStyle,
    Update,
    names,
)
from localcloud.provider.definition.rules import Between, Case, ExactlyOne, Exists, Matches, Needed, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import exists
from localcloud.provider.values import Props, at

TAGS = TagStyle(
    create="Tags",
    add=Call(operation="add_tags", args={"ResourceArns": ["{id}"], "Tags": "{+tagsAll}"}),
    remove=Call(operation="remove_tags", args={"ResourceArns": ["{id}"], "TagKeys": "{-tagsAll}"}),
    read=Read(operation="describe_tags", args={"ResourceArns": ["{id}"]}, item="{Tags: TagDescriptions[0].Tags}"),
)
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
NAME = Matches(
    "name",
    r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    "1 to 32 of letters, digits and hyphens, no hyphen at either end, not beginning with internal-",
)
BALANCER_ATTRIBUTES = {
    "idleTimeout": "idle_timeout.timeout_seconds",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "clientKeepAlive": "client_keep_alive.seconds",
    "enableTlsVersionAndCipherSuiteHeaders": "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "enableWafFailOpen": "waf.fail_open.enabled",
}
TARGET_ATTRIBUTES = {
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "slowStart": "slow_start.duration_seconds",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "stickiness.enabled": "stickiness.enabled",
    "stickiness.type": "stickiness.type",
    "stickiness.cookieDuration": "stickiness.lb_cookie.duration_seconds",
    "stickiness.cookieName": "stickiness.app_cookie.cookie_name",
}


def written(attributes: Mapping[str, str], values: Props) -> list[dict[str, str]]:
    """The API's list of attributes from properties."""
    found = {key: at(values, path) for path, key in attributes.items()}
    texts = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in found.items() if v is not None}
    return [{"Key": key, "Value": value} for key, value in texts.items()]


def attributes_read(attributes: Mapping[str, str], rows: list[dict[str, str]]) -> Props:
    """Properties from the API's list of attributes."""
    by_key = {row["Key"]: row["Value"] for row in rows}
    result: Props = {}
    for path, key in attributes.items():
        if key in by_key:
            *parents, name = path.split(".")
            place = result
            for parent in parents:
                place = place.setdefault(parent, {})
            place[name] = by_key[key]
    return result


class Balancer(Handler):
    operations = ("describe_subnets",)

    def outgoing(self, values: Props) -> Props:
        scheme = {"scheme": "internal" if values.get("internal") else "internet-facing"}
        return {**values, **scheme, "attributes": written(BALANCER_ATTRIBUTES, values)}

    def incoming(self, item: Props) -> Props:
        subnets = [zone["SubnetId"] for zone in item.get("AvailabilityZones", ())]
        vpc = self.vpc_of(subnets) or item.get("VpcId")
        return {
            **item,
            **attributes_read(BALANCER_ATTRIBUTES, item.pop("Attributes", [])),
            "subnets": subnets,
            "internal": item.get("Scheme") == "internal",
            "VpcId": vpc,
            "zoneId": item.get("CanonicalHostedZoneId"),
            "arnSuffix": item["LoadBalancerArn"].split("loadbalancer/", 1)[1],
        }

    def vpc_of(self, subnets: list[str]) -> str | None:
        """The VPC of the subnets; the emulator answers the default one for every balancer."""
        if not subnets:
            return None
        answer = self.context.client("ec2").describe_subnets(Filters=[{"Name": "subnet-id", "Values": subnets[:1]}])
        return next((row["VpcId"] for row in answer["Subnets"]), None)

    def delete(self, resource_id: str, state: Props) -> None:
        item = self.fetch(resource_id, state)
        if item and attributes_read(BALANCER_ATTRIBUTES, item["Attributes"]).get("enableDeletionProtection") == "true":
            self.fail("enableDeletionProtection: must be false before it can be deleted, got true; set it and run `up`")
        super().delete(resource_id, state)


class TargetGroup(Handler):
    """Its health check lies flat in the API."""

    def outgoing(self, values: Props) -> Props:
        check = values.get("healthCheck") or {}
        flat = {
            f"healthCheck{key[0].upper()}{key[1:]}": check.get(key) for key in ("path", "port", "protocol", "enabled")
        }
        flat |= {
            "healthCheckIntervalSeconds": check.get("interval"),
            "healthCheckTimeoutSeconds": check.get("timeout"),
            "healthyThresholdCount": check.get("healthyThreshold"),
            "unhealthyThresholdCount": check.get("unhealthyThreshold"),
            "matcher": {"httpCode": check["matcher"]} if check.get("matcher") else None,
            "attributes": written(TARGET_ATTRIBUTES, values),
        }
        return {**values, **{key: value for key, value in flat.items() if value is not None}}

    def incoming(self, item: Props) -> Props:
        check = {
            "enabled": item.get("HealthCheckEnabled"),
            "path": item.get("HealthCheckPath"),
            "port": item.get("HealthCheckPort"),
            "protocol": item.get("HealthCheckProtocol"),
            "interval": item.get("HealthCheckIntervalSeconds"),
            "timeout": item.get("HealthCheckTimeoutSeconds"),
            "healthyThreshold": item.get("HealthyThresholdCount"),
            "unhealthyThreshold": item.get("UnhealthyThresholdCount"),
            "matcher": (item.get("Matcher") or {}).get("HttpCode"),
        }
        attributes = attributes_read(TARGET_ATTRIBUTES, item.pop("Attributes", []))
        return {**item, **attributes, "healthCheck": check, "arnSuffix": item["TargetGroupArn"].rsplit(":", 1)[1]}


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


def two_zones(case: Case, subnets: list[str]) -> str:
    """An application load balancer stands in two zones or more."""
    if case.inputs.get("loadBalancerType", "application") != "application" or not case.is_new("subnets"):
        return ""
    rows = case.context.client("ec2").describe_subnets(Filters=[{"Name": "subnet-id", "Values": subnets}])["Subnets"]
    zones = {row["AvailabilityZone"] for row in rows}
    return "" if len(zones) > 1 else f"must be in at least two availability zones, got {', '.join(sorted(zones))}"


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
        token="aws:lb/loadBalancer:LoadBalancer",
        service="elbv2",
        handler=Balancer,
        create=Call(operation="create_load_balancer", sends=Send.ALL, args={"Name": "{name}", "Scheme": "{scheme}"}),
        id="{LoadBalancers.0.LoadBalancerArn}",
        reads=[
            Read(operation="describe_load_balancers", args={"LoadBalancerArns": ["{id}"]}, item="LoadBalancers[0]"),
            Read(operation="describe_load_balancer_attributes", args={"LoadBalancerArn": "{id}"}),
        ],
        updates=[
            Update(
                on=list(BALANCER_ATTRIBUTES),
                settles=True,
                call=Call(
                    operation="modify_load_balancer_attributes",
                    args={"LoadBalancerArn": "{id}", "Attributes": "{attributes}"},
                ),
            ),
            Update(
                on=["securityGroups"],
                call=Call(operation="set_security_groups", sends=["securityGroups"], args={"LoadBalancerArn": "{id}"}),
            ),
            Update(
                on=["subnets"],
                call=Call(operation="set_subnets", sends=["subnets"], args={"LoadBalancerArn": "{id}"}),
            ),
            Update(
                on=["ipAddressType"],
                call=Call(operation="set_ip_address_type", sends=["ipAddressType"], args={"LoadBalancerArn": "{id}"}),
            ),
        ],
        delete=Call(operation="delete_load_balancer", args={"LoadBalancerArn": "{id}"}),
        names={"name": "LoadBalancerName", "loadBalancerType": "Type", "arn": "LoadBalancerArn"},
        auto_name=AutoName(limit=32),
        handled=["internal", "name", *BALANCER_ATTRIBUTES],
        defaults={
            "loadBalancerType": "application",
            "enableDeletionProtection": False,
            "idleTimeout": 60,
            "dropInvalidHeaderFields": False,
        },
        replaces=["name", "internal", "loadBalancerType", "customerOwnedIpv4Pool"],
        tags=TAGS,
        ready="State.Code=='active'",
        failed="State.Code=='failed' && State.Reason",
        rules=[
            NAME,
            exists("subnets"),
            exists("securityGroups"),
            ExactlyOne(("subnets", "subnetMappings")),
            Says("subnets", two_zones, ("describe_subnets",)),
            Between("idleTimeout", 1, 4000),
        ],
    ),
    ResourceType(
        token="aws:lb/targetGroup:TargetGroup",
        service="elbv2",
        handler=TargetGroup,
        create=Call(operation="create_target_group", sends=Send.ALL, args={"Name": "{name}"}),
        id="{TargetGroups.0.TargetGroupArn}",
        reads=[
            Read(operation="describe_target_groups", args={"TargetGroupArns": ["{id}"]}, item="TargetGroups[0]"),
            Read(operation="describe_target_group_attributes", args={"TargetGroupArn": "{id}"}),
        ],
        updates=[
            Update(
                on=["healthCheck"],
                call=Call(
                    operation="modify_target_group",
                    sends=names(
                        "healthCheckPath healthCheckPort healthCheckProtocol healthCheckEnabled matcher "
                        "healthCheckIntervalSeconds healthCheckTimeoutSeconds healthyThresholdCount "
                        "unhealthyThresholdCount"
                    ),
                    args={"TargetGroupArn": "{id}"},
                ),
            ),
            Update(
                on=["deregistrationDelay", "slowStart", "loadBalancingAlgorithmType", "stickiness"],
                settles=True,
                call=Call(
                    operation="modify_target_group_attributes",
                    args={"TargetGroupArn": "{id}", "Attributes": "{attributes}"},
                ),
            ),
        ],
        delete=Call(operation="delete_target_group", args={"TargetGroupArn": "{id}"}),
        names={"name": "TargetGroupName", "arn": "TargetGroupArn"},
        auto_name=AutoName(limit=32),
        defaults={
            "targetType": "instance",
            "deregistrationDelay": 300,
            "healthCheck.enabled": True,
            "healthCheck.healthyThreshold": 3,
            "healthCheck.interval": 30,
            "healthCheck.port": "traffic-port",
            "healthCheck.protocol": "HTTP",
            "healthCheck.unhealthyThreshold": 3,
        },
        handled=["name", "healthCheck", "deregistrationDelay", "slowStart", "loadBalancingAlgorithmType", "stickiness"],
        replaces=["name", "port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType"],
        tags=TAGS,
        rules=[
            NAME,
            exists("vpcId"),
            Between("port", 1, 65535),
            Between("deregistrationDelay", 0, 3600),
            Needed("vpcId", lambda inputs: inputs.get("targetType") != "lambda"),
            Needed("port", lambda inputs: inputs.get("targetType") != "lambda"),
            Needed("protocol", lambda inputs: inputs.get("targetType") != "lambda"),
            OneOf("targetType", ("instance", "ip", "lambda", "alb")),
            Between("healthCheck.interval", 5, 300),
            Between("healthCheck.timeout", 2, 120),
            Between("healthCheck.healthyThreshold", 2, 10),
            Between("healthCheck.unhealthyThreshold", 2, 10),
            Matches("healthCheck.path", "/[!-~]{0,1023}", "a path that begins with /"),
            Says(
                "healthCheck",
                lambda _case, check: ""
                if check.get("timeout", 5) < check.get("interval", 30)
                else f"timeout must be below interval {check.get('interval', 30)}, got {check.get('timeout', 5)}",
            ),
        ],
    ),
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
