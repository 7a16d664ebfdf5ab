"""Policies of Application Auto Scaling that keep a metric of an ECS service near a target, by its number of tasks.

AWS looks at three minutes before it starts tasks, and at fifteen before it stops some. Here it is the last minute
either way, so that somebody can watch it.
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
"""

import logging
import math
import threading
import time
from typing import Any, NoReturn

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, ecs

from localcloud.emulator import autoscaling

LOOK_SECONDS = 2
WINDOW_SECONDS = 60
# Of the target; AWS stops tasks below nine tenths of it.
LOW = 0.9
# Before the next change: the metric of the last minute still tells of the time with fewer tasks.
AFTER_OUT_SECONDS, AFTER_IN_SECONDS = 20.0, 20.0
OF_ECS = {
    "ECSServiceAverageCPUUtilization": "CPUUtilization",
    "ECSServiceAverageMemoryUtilization": "MemoryUtilization",
}

Row = dict[str, Any]

logger = logging.getLogger(__name__)
changed: dict[str, float] = {}


def follow() -> None:
    """Before the application starts."""
    threading.Thread(target=watch, name="scaling", daemon=True).start()


def watch() -> NoReturn:
    while True:
        time.sleep(LOOK_SECONDS)
        for (account, region, _), target in list(autoscaling.rows["ScalableTarget"]._data.items()):
            with request_scope(account, region):
                try:
                    look(target)
                except Exception:  # the others are moved all the same
                    logger.exception("%s: it is not scaled", target["ResourceId"])


def look(target: Row) -> None:
    """Of several policies the one that asks for most tasks counts."""
    if target["ScalableDimension"] != autoscaling.DESIRED_COUNT:
        return
    _, cluster, name = target["ResourceId"].split("/")
    service, now = ecs._services.get(f"{cluster}/{name}"), time.monotonic()
    asked = [wanted(policy, service["desiredCount"]) for policy in policies(target)] if service else []
    known = [count for count in asked if count is not None]
    if service is None or not known:
        return
    count = min(max(*known, target["MinCapacity"]), target["MaxCapacity"])
    pause = AFTER_OUT_SECONDS if count > service["desiredCount"] else AFTER_IN_SECONDS
    if count == service["desiredCount"] or now - changed.get(target["ScalableTargetARN"], -pause) < pause:
        return
    changed[target["ScalableTargetARN"]] = now
    ecs._update_service({"cluster": cluster, "service": name, "desiredCount": count})


def policies(target: Row) -> list[Row]:
    found = [
        one
        for one in autoscaling.rows["ScalingPolicy"].values()
        if autoscaling.target_key(one) == autoscaling.target_key(target)
    ]
    return [one for one in found if "TargetTrackingScalingPolicyConfiguration" in one]


def wanted(policy: Row, count: int) -> int | None:
    """How many tasks bring the metric to its target; None where nobody knows the metric."""
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    aim, value = float(tracking["TargetValue"]), metric(policy, tracking)
    if value is None:
        return None
    if LOW * aim <= value <= aim or (value < aim and tracking.get("DisableScaleIn")):
        return count
    return max(math.ceil(count * value / aim), 0)


def metric(policy: Row, tracking: Row) -> float | None:
    predefined = tracking.get("PredefinedMetricSpecification", {})
    kind = predefined.get("PredefinedMetricType")
    _, cluster, name = policy["ResourceId"].split("/")
    if kind in OF_ECS:
        return last_minute("AWS/ECS", OF_ECS[kind], {"ClusterName": cluster, "ServiceName": name}, "Average")
    if kind == "ALBRequestCountPerTarget":
        group = "targetgroup" + predefined["ResourceLabel"].partition("/targetgroup")[2]
        return last_minute("AWS/ApplicationELB", "RequestCountPerTarget", {"TargetGroup": group}, "Sum") or 0.0
    return None


def last_minute(namespace: str, name: str, dimensions: dict[str, str], statistic: str) -> float | None:
    points = cloudwatch._metrics.get((namespace, name, cloudwatch._dims_key(dimensions))) or []
    held = [one for one in list(points) if one["Timestamp"] > time.time() - WINDOW_SECONDS]
    return float(cloudwatch._calc_stats(held)[statistic]) if held else None
