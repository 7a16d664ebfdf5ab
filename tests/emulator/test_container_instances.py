"""The instances of a group are known to ECS, and tasks are on them. What happens to tasks that really run is tried
end to end, in tests/e2e/test_placement.py."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Client

INTERFACE = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}


@pytest.fixture
def cluster(aws: Client, request: pytest.FixtureRequest) -> str:
    """With a group of two instances, which may be three."""
    name = f"c{abs(hash(request.node.name))}"
    aws("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name, MinSize=2, MaxSize=3, AvailabilityZones=["us-east-1a", "us-east-1b"],
        LaunchTemplate={"LaunchTemplateName": "template", "Version": "1"},
    )  # fmt: skip
    (group,) = aws("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    provider = {"autoScalingGroupArn": group["AutoScalingGroupARN"]}
    aws("ecs").create_capacity_provider(name=name, autoScalingGroupProvider=provider)
    aws("ecs").create_cluster(clusterName=name)
    aws("ecs").put_cluster_capacity_providers(
        cluster=name, capacityProviders=[name], defaultCapacityProviderStrategy=[]
    )
    return name


def run(aws: Client, cluster: str, count: int = 1) -> list[dict[str, Any]]:
    container = {"name": "app", "image": "app", "memory": 128}
    aws("ecs").register_task_definition(family="app", containerDefinitions=[container])
    strategy = [{"capacityProvider": cluster, "weight": 1}]
    asked = {"cluster": cluster, "taskDefinition": "app", "capacityProviderStrategy": strategy}
    return [aws("ecs").run_task(**asked)["tasks"][0] for _ in range(count)]


def told(aws: Client, cluster: str) -> dict[str, dict[str, Any]]:
    ecs = aws("ecs")
    arns = ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
    found = ecs.describe_container_instances(cluster=cluster, containerInstances=arns)["containerInstances"]
    return {one["containerInstanceArn"]: one for one in found}


def drain(aws: Client, cluster: str, *arns: str) -> None:
    aws("ecs").update_container_instances_state(cluster=cluster, containerInstances=list(arns), status="DRAINING")


def test_tasks_are_spread_over_the_zones_and_counted(aws: Client, cluster: str) -> None:
    places = {one["containerInstanceArn"] for one in run(aws, cluster, 2)}
    instances = told(aws, cluster)
    assert places == set(instances)
    assert {one["runningTasksCount"] for one in instances.values()} == {1}
    assert {one["attributes"][0]["value"] for one in instances.values()} == {"us-east-1a", "us-east-1b"}


def test_a_drained_instance_gets_no_task_and_another_comes_where_none_is_left(aws: Client, cluster: str) -> None:
    first, second = told(aws, cluster)
    drain(aws, cluster, first)
    assert {one["containerInstanceArn"] for one in run(aws, cluster, 3)} == {second}
    listed = aws("ecs").list_container_instances(cluster=cluster, status="DRAINING")["containerInstanceArns"]
    assert listed == [first]
    drain(aws, cluster, second)
    (task,) = run(aws, cluster)
    assert task["containerInstanceArn"] in told(aws, cluster).keys() - {first, second}
    aws("ecs").update_container_instances_state(cluster=cluster, containerInstances=[first], status="ACTIVE")
    assert told(aws, cluster)[first]["status"] == "ACTIVE"


def test_an_ended_instance_takes_its_tasks_with_it_and_has_a_successor(aws: Client, cluster: str) -> None:
    (task,) = run(aws, cluster)
    instance = told(aws, cluster)[task["containerInstanceArn"]]["ec2InstanceId"]
    aws("autoscaling").terminate_instance_in_auto_scaling_group(
        InstanceId=instance, ShouldDecrementDesiredCapacity=False
    )
    (ended,) = aws("ecs").describe_tasks(cluster=cluster, tasks=[task["taskArn"]])["tasks"]
    assert ended["stoppedReason"] == f"Host EC2 (instance {instance}) terminated."
    assert len(told(aws, cluster)) == 2 and task["containerInstanceArn"] not in told(aws, cluster)
    with pytest.raises(ClientError, match="No managed instance found"):
        aws("autoscaling").terminate_instance_in_auto_scaling_group(
            InstanceId=instance, ShouldDecrementDesiredCapacity=True
        )


def test_on_fargate_a_task_is_on_no_instance_and_other_states_are_refused(aws: Client, cluster: str) -> None:
    container = {"name": "app", "image": "app", "memory": 128}
    more = {"requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512", "networkMode": "awsvpc"}
    aws("ecs").register_task_definition(family="free", containerDefinitions=[container], **more)
    asked = {"cluster": cluster, "taskDefinition": "free", "networkConfiguration": INTERFACE}
    (task,) = aws("ecs").run_task(**asked, launchType="FARGATE")["tasks"]
    assert "containerInstanceArn" not in task
    with pytest.raises(ClientError, match="Only ACTIVE and DRAINING"):
        aws("ecs").update_container_instances_state(
            cluster=cluster, containerInstances=[next(iter(told(aws, cluster)))], status="REGISTERING"
        )
