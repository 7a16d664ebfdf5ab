"""Application Auto Scaling of the emulator: what it does with a service of ECS, and what it refuses."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Client, count, scaled_service, soon
from tests.engine.support import Emulator, eventually

TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/c/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
CPU = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}, "TargetValue": 70}


@pytest.fixture
def scaling(aws: Client) -> Iterator[Any]:
    with scaled_service(aws, 3) as api:
        yield api


@pytest.mark.parametrize(("low", "high", "wanted"), [(1, 2, 2), (5, 9, 5), (1, 9, 3)])
def test_a_count_outside_of_the_target_is_brought_into_it(
    aws: Client, scaling: Any, low: int, high: int, wanted: int
) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=low, MaxCapacity=high)
    assert count(aws) == wanted
    scaling.deregister_scalable_target(**TARGET)


def test_a_scheduled_action_changes_the_target_when_it_is_time(aws: Client, scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=9)
    capacity = {"MinCapacity": 7}
    scaling.put_scheduled_action(
        **TARGET, ScheduledActionName="day", Schedule=f"at({soon()})", ScalableTargetAction=capacity
    )
    eventually(lambda: count(aws) == 7)
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (7, 9)


def test_what_aws_refuses_is_refused(scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=9)
    policy = {**TARGET, "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": CPU}
    scaling.put_scaling_policy(**policy, PolicyName="cpu")
    scaling.put_scaling_policy(**policy, PolicyName="cpu")
    other = {**TARGET, "ResourceId": "service/c/none"}
    capacity = {"MinCapacity": 1, "MaxCapacity": 2}
    calls: list[tuple[str, str, Callable[[], Any]]] = [
        ("ValidationException", "Only one TargetTrackingScaling",
         lambda: scaling.put_scaling_policy(**policy, PolicyName="again")),
        ("ValidationException", "ECS service doesn't exist: service/c/none",
         lambda: scaling.register_scalable_target(**other, **capacity)),
        ("ValidationException", "less than minimum",
         lambda: scaling.register_scalable_target(**TARGET, MinCapacity=10)),
        ("ObjectNotFoundException", "ScalableTarget",
         lambda: scaling.put_scaling_policy(**{**policy, **other}, PolicyName="cpu")),
        ("ObjectNotFoundException", "ScalingPolicy",
         lambda: scaling.delete_scaling_policy(**TARGET, PolicyName="none")),
        ("UnknownOperationException", "not there on the laptop",
         lambda: scaling.describe_scaling_activities(ServiceNamespace="ecs")),
    ]  # fmt: skip
    for code, words, call in calls:
        with pytest.raises(ClientError, match=words) as caught:
            call()
        assert caught.value.response["Error"]["Code"] == code


def test_with_a_target_go_its_policies_and_all_of_it_is_kept_over_a_restart(emulator: Emulator, scaling: Any) -> None:
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=9, Tags={"a": "b"})
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    arn = target["ScalableTargetARN"]
    scaling.put_scaling_policy(
        **TARGET, PolicyName="cpu", PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=CPU
    )
    emulator.wait_until_saved()
    emulator.kill()
    emulator.start()
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"a": "b"}
    assert len(scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]) == 1
    scaling.deregister_scalable_target(**TARGET)
    assert scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []
