"""Every way of placing tasks, taken up, changed into another while people use the site, and down again."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from infra.pure.amis import newest
from ops.records import BY_HAND
from tests.e2e.checkout import Checkout, wait_until
from tests.e2e.load import steady_load
from tests.unit.stack_files import PROJECT

APP = Path(__file__).parent / "apps/greeter"
SERVICES = {"services": {"web": {"source": "greeter", "port": 8000, "routes": ["/"], "health": "/", "memoryMib": 128}}}
X86 = "ami-05fb4f257abd42992"
CLUSTER = f"  {PROJECT}:cluster:\n"
NETWORK = f"  {PROJECT}:network:\n"


@pytest.fixture(scope="module")
def placed(checkout: Checkout) -> Checkout:
    """The smallest app, deployed as the default has it: tasks at ports of their instance."""
    shutil.copytree(APP, checkout.root / "greeter")
    (checkout.root / "app.yaml").write_text(json.dumps(SERVICES))
    checkout.edit("Pulumi.local.yaml", f"(?s)  {PROJECT}:services:.*?(?=  {PROJECT}:database)", "")
    checkout.up()
    return checkout


def change(placed: Checkout, pattern: str, replacement: str) -> None:
    """Another placement, while people ask the site; nothing is left to do afterwards."""
    placed.edit("Pulumi.local.yaml", pattern, replacement)
    with steady_load(placed.stranger, "/", lambda response: "") as load:
        placed.up()
    assert load.failed == {}, load.statuses
    assert load.statuses["200"] > 50
    placed.up()
    assert placed.last_changes() == {}


def service(placed: Checkout) -> dict[str, Any]:
    (found,) = placed.client("ecs").describe_services(cluster=placed.outputs["cluster"], services=names(placed))[
        "services"
    ]
    return dict(found)


def names(placed: Checkout) -> list[str]:
    arns: list[str] = placed.client("ecs").list_services(cluster=placed.outputs["cluster"])["serviceArns"]
    return arns


def target_types(placed: Checkout) -> list[str]:
    return [group["TargetType"] for group in placed.client("elbv2").describe_target_groups()["TargetGroups"]]


def test_tasks_get_interfaces_of_their_own_without_a_lost_request(placed: Checkout) -> None:
    assert target_types(placed) == ["instance"]
    placed.edit("Pulumi.local.yaml", NETWORK, f"{NETWORK}    egress: nat\n")
    change(placed, CLUSTER, f"{CLUSTER}    network: awsvpc\n    instanceType: t3.small\n")
    assert target_types(placed) == ["ip"]
    config = service(placed)["networkConfiguration"]["awsvpcConfiguration"]
    assert config["assignPublicIp"] == "DISABLED" and len(config["subnets"]) == 2
    (task,) = tasks(placed)
    (interface,) = [one for one in task["attachments"] if one["type"] == "ElasticNetworkInterface"]
    (address,) = [row["value"] for row in interface["details"] if row["name"] == "privateIPv4Address"]
    elb = placed.client("elbv2")
    (group,) = elb.describe_target_groups()["TargetGroups"]
    health = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
    assert [(row["Target"]["Id"], row["Target"]["Port"]) for row in health] == [(address, 8000)]


def tasks(placed: Checkout) -> list[dict[str, Any]]:
    ecs, cluster = placed.client("ecs"), placed.outputs["cluster"]
    return list(ecs.describe_tasks(cluster=cluster, tasks=ecs.list_tasks(cluster=cluster)["taskArns"])["tasks"])


def test_trunking_is_the_instances_own_setting_and_moves_no_task(placed: Checkout) -> None:
    (before,) = tasks(placed)
    change(placed, "network: awsvpc\n    instanceType: t3.small", "network: trunked\n    instanceType: m5.large")
    assert [one["taskArn"] for one in tasks(placed)] == [before["taskArn"]]
    settings = placed.client("ecs").list_account_settings(name="awsvpcTrunking")["settings"]
    assert [one["type"] for one in settings] == ["aws"]  # nothing was set for the account


def test_fargate_takes_tasks_with_interfaces_over_in_their_target_group(placed: Checkout) -> None:
    before = placed.client("elbv2").describe_target_groups()["TargetGroups"]
    placed.edit("Pulumi.local.yaml", "egress: nat", "egress: endpoints")
    change(placed, CLUSTER, f"{CLUSTER}    launchType: FARGATE\n")
    assert placed.client("elbv2").describe_target_groups()["TargetGroups"] == before
    found = service(placed)
    assert found["launchType"] == "FARGATE"
    assert found["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
    endpoints = placed.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    assert {one["ServiceName"].removeprefix("com.amazonaws.us-east-1.") for one in endpoints} == {
        "s3", "ecr.api", "ecr.dkr", "logs", "ssmmessages",
    }  # fmt: skip


def test_tasks_go_back_to_ports_of_their_instance_without_a_lost_request(placed: Checkout) -> None:
    placed.edit("Pulumi.local.yaml", "    egress: endpoints\n", "")
    change(placed, "    launchType: FARGATE\n    network: trunked\n    instanceType: m5.large\n", "")
    assert target_types(placed) == ["instance"]
    assert not service(placed).get("networkConfiguration")
    ec2 = placed.client("ec2")
    assert [one for one in ec2.describe_nat_gateways()["NatGateways"] if one["State"] != "deleted"] == []


def machines(placed: Checkout) -> tuple[int, str]:
    """How many instances there are at the least, and of which image new ones are."""
    (group,) = placed.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    template = group["LaunchTemplate"]["LaunchTemplateId"]
    (version,) = placed.client("ec2").describe_launch_template_versions(
        LaunchTemplateId=template, Versions=["$Latest"]
    )["LaunchTemplateVersions"]
    data = version["LaunchTemplateData"]
    return group["MinSize"], f"{data['InstanceType']} {data['ImageId']}"


def test_two_smaller_instances_take_the_place_of_one(placed: Checkout) -> None:
    count, image = machines(placed)
    assert count == 1 and image == f"t3a.small {X86}"
    change(placed, CLUSTER, f"{CLUSTER}    instanceType: t3a.micro\n    minInstances: 2\n")
    assert machines(placed) == (2, f"t3a.micro {X86}")


def test_one_of_the_two_on_spot_is_taken_back_and_no_request_is_lost(placed: Checkout) -> None:
    small = "instanceType: t3a.micro\n    minInstances: 2\n"
    change(placed, f"    {small}", f"    {small}    spot: {{onDemandBaseCapacity: 1}}\n")
    (group,) = groups(placed)
    policy = group["MixedInstancesPolicy"]
    assert policy["InstancesDistribution"]["OnDemandBaseCapacity"] == 1 and group["CapacityRebalance"]
    types = [one["InstanceType"] for one in policy["LaunchTemplate"]["Overrides"]]
    assert types == ["t3a.micro", "t3.micro", "t3a.small"]
    ecs, cluster = placed.client("ecs"), placed.outputs["cluster"]
    (task,) = tasks(placed)
    lost = task["containerInstanceArn"]
    with steady_load(placed.stranger, "/", lambda response: "") as load:
        # What the ECS agent does two minutes before the end of its instance, and then the end.
        told = ecs.update_container_instances_state(cluster=cluster, containerInstances=[lost], status="DRAINING")
        assert [one["status"] for one in told["containerInstances"]] == ["DRAINING"]
        wait_until(lambda: [one["containerInstanceArn"] for one in tasks(placed)] not in ([lost], [], [lost, lost]))
        wait_until(lambda: len(tasks(placed)) == 1)
        instance = told["containerInstances"][0]["ec2InstanceId"]
        placed.client("autoscaling").terminate_instance_in_auto_scaling_group(
            InstanceId=instance, ShouldDecrementDesiredCapacity=False
        )
    assert load.failed == {} and load.statuses["200"] > 20, load.statuses
    (moved,) = tasks(placed)
    present = ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
    assert moved["containerInstanceArn"] in present and lost not in present and len(present) == 2
    assert placed.ops("doctor", "--drift").returncode == 0
    placed.edit("Pulumi.local.yaml", "    spot: .*\n", "")


def test_arm_takes_their_place_with_an_image_of_its_own(placed: Checkout) -> None:
    placed.edit("Pulumi.local.yaml", "instanceType: t3a.micro\n    minInstances: 2", "instanceType: t4g.small")
    refused = placed.run("up")
    assert refused.code != 0 and f"must be an image for arm64, as t4g.small is, got {X86}" in refused.output
    parameter = f"{newest('arm64')}/image_id"
    assert parameter in refused.output
    arm = placed.client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
    change(placed, f"amiId: {X86}", f"amiId: {arm}")
    assert machines(placed) == (1, f"t4g.small {arm}")


def test_the_default_comes_back(placed: Checkout) -> None:
    placed.edit("Pulumi.local.yaml", "amiId: .*", f"amiId: {X86}")
    change(placed, "    instanceType: t4g.small\n", "")
    assert machines(placed) == (1, f"t3a.small {X86}")


def groups(placed: Checkout) -> list[Any]:
    return list(placed.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"])


def test_fargate_takes_the_tasks_over_by_one_setting_and_no_instance_is_left(placed: Checkout) -> None:
    change(placed, CLUSTER, f"{CLUSTER}    launchType: FARGATE\n")
    assert target_types(placed) == ["ip"]
    found, (task,) = service(placed), tasks(placed)
    assert (found["launchType"], task["launchType"]) == ("FARGATE", "FARGATE")
    assert found["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "ENABLED"
    assert (task["cpu"], task["memory"]) == ("256", "512")
    assert groups(placed) == []
    assert placed.client("iam").list_instance_profiles()["InstanceProfiles"] == []
    assert "Fargate runs 1 task" in placed.outputs["plan"]


def test_commands_know_fargate(placed: Checkout) -> None:
    run = placed.ops(
        "run", "--service", "web", "--", "python", "-c", "import os; print('ran', os.environ['APP_VERSION'])"
    )
    assert run.returncode == 0 and f"ran {placed.outputs['services']['web']['version']}" in run.stdout
    launched = placed.client("ecs").describe_tasks(cluster=placed.outputs["cluster"], tasks=stopped(placed))["tasks"]
    assert {one["launchType"] for one in launched if one.get("startedBy") == BY_HAND} == {"FARGATE"}
    told = placed.ops("status")
    assert told.returncode == 0 and "1 of 1 tasks run, 1 of 1 healthy" in told.stdout
    assert placed.ops("doctor", "--drift").returncode == 0
    refused = placed.ops("upgrade-hosts")
    assert refused.returncode != 0 and "the stack runs on Fargate (cluster.launchType)" in refused.stderr


def stopped(placed: Checkout) -> list[str]:
    found: list[str] = placed.client("ecs").list_tasks(cluster=placed.outputs["cluster"], desiredStatus="STOPPED")[
        "taskArns"
    ]
    return found


def test_instances_take_the_tasks_over_again(placed: Checkout) -> None:
    change(placed, "    launchType: FARGATE\n", "")
    assert target_types(placed) == ["instance"]
    assert [one["launchType"] for one in tasks(placed)] == ["EC2"] and len(groups(placed)) == 1


def test_what_has_no_room_is_refused_with_the_cheapest_ways_out(placed: Checkout) -> None:
    placed.edit("Pulumi.local.yaml", CLUSTER, f"{CLUSTER}    network: awsvpc\n    maxInstances: 1\n")
    run = placed.run("up")
    assert run.code != 0
    assert "network.egress: is required where cluster.network is awsvpc" in run.output
    assert "none for web (256 CPU units, 128 MiB and 1 network interface)" in run.output
    with placed.stranger() as visitor:
        assert visitor.get("/").text == "hello\n"
