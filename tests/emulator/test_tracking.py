"""Policies that follow a metric: they move a service of ECS up, and down again."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.conftest import Client, count, scaled_service
from tests.engine.support import eventually

TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/c/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
GROUP = "targetgroup/web/1"


@pytest.fixture
def scaling(aws: Client) -> Iterator[Any]:
    with scaled_service(aws, 1) as api:
        yield api


def track(scaling: Any, name: str, kind: str, value: float, **label: str) -> None:
    metric = {"PredefinedMetricType": kind, **label}
    scaling.put_scaling_policy(
        **TARGET, PolicyName=name, PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": value, "PredefinedMetricSpecification": metric},
    )  # fmt: skip


def put(aws: Client, namespace: str, name: str, value: float, seconds_ago: float, **dimensions: str) -> None:
    of = [{"Name": key, "Value": text} for key, text in dimensions.items()]
    row = {"MetricName": name, "Value": value, "Dimensions": of, "Timestamp": time.time() - seconds_ago}
    aws("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[row])


def test_requests_bring_tasks_and_their_end_takes_them_away(aws: Client, scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=4)
    label = f"app/shop/2/{GROUP}"
    track(scaling, "requests", "ALBRequestCountPerTarget", 100, ResourceLabel=label)
    put(aws, "AWS/ApplicationELB", "RequestCountPerTarget", 250, 30, TargetGroup=GROUP)
    put(aws, "AWS/ApplicationELB", "RequestCountPerTarget", 9000, 30, TargetGroup="targetgroup/other/1")
    eventually(lambda: count(aws) == 3)
    eventually(lambda: count(aws) == 1)  # the requests are more than a minute old


def test_the_policy_that_asks_for_most_tasks_counts_and_the_target_bounds_it(aws: Client, scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=4)
    track(scaling, "cpu", "ECSServiceAverageCPUUtilization", 50)
    track(scaling, "memory", "ECSServiceAverageMemoryUtilization", 50)
    put(aws, "AWS/ECS", "MemoryUtilization", 10, 0, ClusterName="c", ServiceName="web")
    put(aws, "AWS/ECS", "CPUUtilization", 900, 0, ClusterName="c", ServiceName="web")
    eventually(lambda: count(aws) == 4)
