"""Elastic Load Balancing: target groups."""

from localcloud.provider.definition.resource_type import (
    AutoName,
    Call,
    Read,
    ResourceType,
    Send,
    Update,
    names,
)
from localcloud.provider.definition.rules import Between, Matches, Needed, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import exists
from localcloud.provider.types.lb import NAME, TAGS, attributes_read, written
from localcloud.provider.values import Props

TARGET_ATTRIBUTES = {
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "slowStart": "slow_start.duration_seconds",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "stickiness.enabled": "stickiness.enabled",
    "stickiness.type": "stickiness.type",
    "stickiness.cookieDuration": "stickiness.lb_cookie.duration_seconds",
    "stickiness.cookieName": "stickiness.app_cookie.cookie_name",
}


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


TYPES = [
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
]
