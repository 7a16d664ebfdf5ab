"""Application Auto Scaling: how many tasks a service may have, and what changes their number."""

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
from localcloud.provider.definition.rules import Between, Case, Matches, OneOf, Says
from localcloud.provider.types.scheduler import AT, CRON, RATE, cron_fields, known_zone, same_time
from localcloud.provider.values import Props

TARGET = {
    "ServiceNamespace": "{serviceNamespace}",
    "ResourceId": "{resourceId}",
    "ScalableDimension": "{scalableDimension}",
}
OF_TARGET = names("serviceNamespace resourceId scalableDimension")
CAPACITY = names("minCapacity maxCapacity roleArn suspendedState")
ACTION = names("schedule timezone startTime endTime scalableTargetAction")
CONFIGURATIONS = {
    "StepScaling": "stepScalingPolicyConfiguration",
    "TargetTrackingScaling": "targetTrackingScalingPolicyConfiguration",
    "PredictiveScaling": "predictiveScalingPolicyConfiguration",
}
IMPORT = r"(?P<serviceNamespace>[^/]+)/(?P<resourceId>.+)/(?P<scalableDimension>[^/]+)"
BOUND = "stepScalingPolicyConfiguration.stepAdjustments.metricInterval{}Bound"


def same_number(one: str, other: str) -> bool:
    return float(one) == float(other)


def not_above(case: Case, low: int) -> str:
    high = case.inputs.get("maxCapacity", low)
    return "" if low <= high else f"must not be above maxCapacity {high}, got {low}"


def capacities(_case: Case, action: Props) -> str:
    low, high = action.get("minCapacity"), action.get("maxCapacity")
    if low is None and high is None:
        return "needs minCapacity or maxCapacity, got neither"
    if low is None or high is None or low <= high:
        return ""
    return f"minCapacity must not be above maxCapacity {high}, got {low}"


def configured(case: Case, kind: str) -> str:
    given = [name for name in CONFIGURATIONS.values() if name in case.given]
    wanted = CONFIGURATIONS.get(kind, "")
    return "" if given == [wanted] else f"{kind} needs {wanted} alone, got {', '.join(given) or 'none'}"


TYPES = [
    ResourceType(
        token="aws:appautoscaling/target:Target",
        service="application-autoscaling",
        create=Call(operation="register_scalable_target", sends=Send.ALL),
        id="{resourceId}",
        state_id="{resourceId}",
        import_id=IMPORT,
        reads=[
            Read(
                operation="describe_scalable_targets",
                args={
                    **{name: TARGET[name] for name in ("ServiceNamespace", "ScalableDimension")},
                    "ResourceIds": ["{resourceId}"],
                },
                item="ScalableTargets[0]",
            )
        ],
        updates=[
            Update(on=CAPACITY, call=Call(operation="register_scalable_target", sends=CAPACITY, args=TARGET)),
        ],
        delete=Call(operation="deregister_scalable_target", args=TARGET),
        names={"arn": "ScalableTargetARN"},
        replaces=OF_TARGET,
        tags=TagStyle(
            create="Tags",
            add=Call(operation="tag_resource", args={"ResourceARN": "{arn}", "Tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"ResourceARN": "{arn}", "TagKeys": "{-tagsAll}"}),
            read=Read(operation="list_tags_for_resource", args={"ResourceARN": "{ScalableTargetARN}"}),
        ),
        rules=[
            Between("minCapacity", 0, 2**31 - 1),
            Between("maxCapacity", 0, 2**31 - 1),
            Says("minCapacity", not_above),
        ],
    ),
    ResourceType(
        token="aws:appautoscaling/policy:Policy",
        service="application-autoscaling",
        create=Call(operation="put_scaling_policy", sends=Send.ALL),
        id="{name}",
        state_id="{name}",
        import_id=f"{IMPORT}/(?P<name>[^/]+)",
        reads=[
            Read(
                operation="describe_scaling_policies",
                args={**TARGET, "PolicyNames": ["{name}"]},
                item="ScalingPolicies[0]",
            )
        ],
        updates=[
            Update(
                on=["policyType", *CONFIGURATIONS.values()],
                call=Call(
                    operation="put_scaling_policy",
                    sends=["policyType", *CONFIGURATIONS.values()],
                    args={**TARGET, "PolicyName": "{name}"},
                ),
            )
        ],
        delete=Call(operation="delete_scaling_policy", args={**TARGET, "PolicyName": "{name}"}),
        names={"name": "PolicyName", "arn": "PolicyARN"},
        auto_name=AutoName(limit=256),
        defaults={"policyType": "StepScaling"},
        replaces=["name", *OF_TARGET],
        same={BOUND.format(side): same_number for side in ("Lower", "Upper")},
        rules=[OneOf("policyType", tuple(CONFIGURATIONS)), Says("policyType", configured)],
    ),
    ResourceType(
        token="aws:appautoscaling/scheduledAction:ScheduledAction",
        service="application-autoscaling",
        create=Call(operation="put_scheduled_action", sends=Send.ALL),
        id="{name}-{serviceNamespace}-{resourceId}",
        reads=[
            Read(
                operation="describe_scheduled_actions",
                args={**TARGET, "ScheduledActionNames": ["{name}"]},
                item="ScheduledActions[0]",
            )
        ],
        updates=[
            Update(
                on=ACTION,
                call=Call(
                    operation="put_scheduled_action", sends=ACTION, args={**TARGET, "ScheduledActionName": "{name}"}
                ),
            )
        ],
        delete=Call(operation="delete_scheduled_action", args={**TARGET, "ScheduledActionName": "{name}"}),
        names={"name": "ScheduledActionName", "arn": "ScheduledActionARN"},
        auto_name=AutoName(limit=256),
        defaults={"timezone": "UTC"},
        replaces=["name", *OF_TARGET],
        same={"startTime": same_time, "endTime": same_time},
        rules=[
            Matches("schedule", f"{RATE}|{CRON}|{AT}", "rate(1 day), cron(0 6 * * ? *) or at(2030-01-31T06:00:00)"),
            Says("schedule", cron_fields),
            Says("timezone", known_zone),
            Says("scalableTargetAction", capacities),
        ],
    ),
]
