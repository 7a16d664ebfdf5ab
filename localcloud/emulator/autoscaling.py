"""Application Auto Scaling, which MiniStack lacks: it keeps a service's count of tasks between two numbers.

These change by themselves at the times of scheduled actions; between them, policies that track a metric move it
(`tracking.py`); those with steps are recorded alone. https://docs.aws.amazon.com/autoscaling/application/APIReference/Welcome.html
"""

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from ministack import app
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region
from ministack.services import ecs, scheduler

from localcloud.emulator.schedules import watch
from localcloud.times import Times

SERVICE = "application-autoscaling"
DESIRED_COUNT = "ecs:service:DesiredCount"
JSON = {"Content-Type": "application/x-amz-json-1.1"}
TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")

Row = dict[str, Any]
Rows = dict[str, AccountRegionScopedDict]

# The role that AWS makes for it.
ROLE = (
    "arn:aws:iam::{}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_ECSService"
)

rows: Rows = {
    kind: AccountRegionScopedDict() for kind in ("ScalableTarget", "ScalingPolicy", "ScheduledAction", "Tags")
}


class RefusedError(Exception):
    """An AWS error: its code and its message."""


def serve() -> None:
    """Before the application starts."""
    app.SERVICE_HANDLERS[SERVICE] = answer
    watch(lambda: rows["ScheduledAction"]._data, times_of_action, run_action)


def state() -> Rows:
    """What is saved."""
    return rows


def load() -> None:
    for kind, saved in (persistence.load_state(SERVICE) or {}).items():
        rows[kind].update(saved)


async def answer(_method: str, _path: str, headers: Mapping[str, str], body: bytes, _query: Any) -> Any:
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    try:
        if operation not in OPERATIONS:
            raise RefusedError("UnknownOperationException", f"{operation}: is not there on the laptop")
        return 200, dict(JSON), json.dumps(OPERATIONS[operation](json.loads(body or b"{}"))).encode()
    except RefusedError as error:
        code, text = error.args
        return 400, dict(JSON), json.dumps({"__type": code, "message": text}).encode()


def target_key(asked: Row) -> str:
    return "|".join(asked[name] for name in TARGET)


def key(asked: Row, name: str) -> str:
    return f"{target_key(asked)}|{asked[name]}"


def arn(kind: str, **more: str) -> str:
    parts = "".join(f":{name}/{value}" for name, value in more.items())
    return (
        f"arn:aws:{'autoscaling' if more else SERVICE}:{get_region()}:{get_account_id()}:{kind}/{uuid.uuid4()}{parts}"
    )


# Targets.


def register(asked: Row) -> Row:
    old = rows["ScalableTarget"].get(target_key(asked), {})
    tags = asked.pop("Tags", None)
    if not old and not {"MinCapacity", "MaxCapacity"} <= {*asked}:
        raise RefusedError("ValidationException", "MinCapacity and MaxCapacity are required to register a new target")
    made = {"ScalableTargetARN": arn("scalable-target"), "RoleARN": ROLE.format(get_account_id())}
    row = {"SuspendedState": {}, "CreationTime": time.time(), **made, **old, **asked}
    if row["MinCapacity"] > row["MaxCapacity"]:
        raise RefusedError("ValidationException", "Maximum capacity cannot be less than minimum capacity")
    hold(row)
    rows["ScalableTarget"][target_key(asked)] = row
    if tags is not None:
        rows["Tags"][row["ScalableTargetARN"]] = tags
    return {"ScalableTargetARN": row["ScalableTargetARN"]}


def hold(target: Row) -> None:
    """Bring a service's count of tasks between the target's numbers."""
    if target["ScalableDimension"] != DESIRED_COUNT:
        return
    resource, cluster, name = [*target["ResourceId"].split("/"), "", "", ""][:3]
    service = ecs._services.get(f"{cluster}/{name}")
    if resource != "service" or not service or service["status"] != "ACTIVE":
        raise RefusedError("ValidationException", f"ECS service doesn't exist: {target['ResourceId']}")
    count = min(max(service["desiredCount"], target["MinCapacity"]), target["MaxCapacity"])
    if count != service["desiredCount"]:
        ecs._update_service({"cluster": cluster, "service": name, "desiredCount": count})


def deregister(asked: Row) -> Row:
    found = existing("ScalableTarget", target_key(asked))
    for kind in ("ScalingPolicy", "ScheduledAction"):
        for name in [name for name in rows[kind] if name.startswith(f"{target_key(asked)}|")]:
            del rows[kind][name]
    rows["Tags"].pop(found["ScalableTargetARN"], None)
    del rows["ScalableTarget"][target_key(asked)]
    return {}


def existing(kind: str, name: str) -> Row:
    found = rows[kind].get(name)
    if found is None:
        raise RefusedError("ObjectNotFoundException", f"No {kind} found for {name.replace('|', ', ')}")
    return dict(found)


# Policies and scheduled actions.


def about(asked: Row) -> dict[str, str]:
    return {"resource": f"{asked['ServiceNamespace']}/{asked['ResourceId']}"}


def put_policy(asked: Row) -> Row:
    existing("ScalableTarget", target_key(asked))
    refuse_second_tracker(asked)
    old = rows["ScalingPolicy"].get(key(asked, "PolicyName"), {})
    made = {
        "PolicyARN": arn("scalingPolicy", **about(asked), policyName=asked["PolicyName"]),
        "CreationTime": time.time(),
        "PolicyType": "StepScaling",
    }
    rows["ScalingPolicy"][key(asked, "PolicyName")] = row = {**made, **old, **asked}
    return {"PolicyARN": row["PolicyARN"], "Alarms": []}


def refuse_second_tracker(asked: Row) -> None:
    def metric(row: Row) -> Any:
        tracking = row.get("TargetTrackingScalingPolicyConfiguration", {})
        return tracking.get("PredefinedMetricSpecification") or tracking.get("CustomizedMetricSpecification")

    for row in rows["ScalingPolicy"].values():
        same = target_key(row) == target_key(asked) and row["PolicyName"] != asked["PolicyName"]
        if same and metric(row) and metric(row) == metric(asked):
            text = "Only one TargetTrackingScaling policy for a given metric specification is allowed."
            raise RefusedError("ValidationException", text)


def put_action(asked: Row) -> Row:
    existing("ScalableTarget", target_key(asked))
    name = key(asked, "ScheduledActionName")
    old = rows["ScheduledAction"].get(name, {})
    named = {**about(asked), "scheduledActionName": asked["ScheduledActionName"]}
    made = {"ScheduledActionARN": arn("scheduledAction", **named), "CreationTime": time.time()}
    rows["ScheduledAction"][name] = {**made, **old, **asked}
    return {}


def times_of_action(action: Row) -> Times:
    return Times(
        expression=action["Schedule"],
        zone=action.get("Timezone") or "UTC",
        begins=scheduler._to_epoch(action.get("StartTime")) or action["CreationTime"],
        ends=scheduler._to_epoch(action.get("EndTime")),
    )


def run_action(action: Row, _now: float) -> None:
    register({**{name: action[name] for name in TARGET}, **action.get("ScalableTargetAction", {})})


def listed(kind: str, names: str, name: str) -> Any:
    """The operation that lists a kind, by what the request names of it."""

    def operation(asked: Row) -> Row:
        wanted = asked.get(names)
        found = [
            row
            for row in rows[kind].values()
            if all(row[part] == asked[part] for part in TARGET if asked.get(part))
            and (not wanted or row[name] in wanted)
        ]
        return {f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s": found}

    return operation


def deleted(kind: str, name: str) -> Any:
    def operation(asked: Row) -> Row:
        existing(kind, key(asked, name))
        del rows[kind][key(asked, name)]
        return {}

    return operation


# Tags.


def tag(asked: Row) -> Row:
    rows["Tags"][asked["ResourceARN"]] = {**rows["Tags"].get(asked["ResourceARN"], {}), **asked["Tags"]}
    return {}


def untag(asked: Row) -> Row:
    old = rows["Tags"].get(asked["ResourceARN"], {})
    rows["Tags"][asked["ResourceARN"]] = {name: value for name, value in old.items() if name not in asked["TagKeys"]}
    return {}


OPERATIONS = {
    "RegisterScalableTarget": register,
    "DeregisterScalableTarget": deregister,
    "DescribeScalableTargets": listed("ScalableTarget", "ResourceIds", "ResourceId"),
    "PutScalingPolicy": put_policy,
    "DeleteScalingPolicy": deleted("ScalingPolicy", "PolicyName"),
    "DescribeScalingPolicies": listed("ScalingPolicy", "PolicyNames", "PolicyName"),
    "PutScheduledAction": put_action,
    "DeleteScheduledAction": deleted("ScheduledAction", "ScheduledActionName"),
    "DescribeScheduledActions": listed("ScheduledAction", "ScheduledActionNames", "ScheduledActionName"),
    "TagResource": tag,
    "UntagResource": untag,
    "ListTagsForResource": lambda asked: {"Tags": rows["Tags"].get(asked["ResourceARN"], {})},
}
