"""Other placements than the default: what is made for them, and what is not."""

import base64
import json
from typing import Any

import pytest

from infra import program
from infra.config.load import parse
from tests.unit.program.recorder import Recorded, record
from tests.unit.stack_files import PROJECT, filled_in

PAGE = {"source": "frontend", "port": 3000, "routes": ["/"], "health": "/healthz"}
API = {"source": "backend", "port": 8000, "routes": ["/api"], "health": "/live", "migrate": ["migrate"]}
NIGHT = {"service": "api", "command": ["night"], "schedule": "rate(1 day)"}


def of(cluster: dict[str, Any], network: dict[str, Any], *, shell: bool = True, **more: Any) -> Recorded:
    """The stack dev with an app that uses a database. `more`: further sections."""
    own = {"shell": shell, **more}
    found = {**filled_in("dev"), **{f"{PROJECT}:{key}": json.dumps(value) for key, value in own.items()}}
    for section, more in (("cluster", cluster), ("network", network)):
        found[f"{PROJECT}:{section}"] = json.dumps({**json.loads(found[f"{PROJECT}:{section}"]), **more})
    app = {"services": {"page": PAGE, "api": {**API, "uses": ["database"]}}, "jobs": {"night": NIGHT}}
    config = parse(found, namespace=PROJECT, app=app)
    return record(lambda: program.build(config), stack="dev")


@pytest.fixture(scope="module")
def own() -> Recorded:
    return of({"network": "awsvpc", "instanceType": "t3.small", "maxInstances": 3}, {"egress": "nat"})


@pytest.fixture(scope="module")
def trunked() -> Recorded:
    return of({"network": "trunked", "instanceType": "m5.large"}, {"egress": "endpoints"})


@pytest.fixture(scope="module")
def fargate() -> Recorded:
    return of({"launchType": "FARGATE"}, {}, alarms={"to": ["me@a-company.dev"]})


@pytest.fixture(scope="module")
def arm() -> Recorded:
    return of({"instanceType": "t4g.small"}, {})


def script(stack: Recorded) -> str:
    return base64.b64decode(stack.one("cluster-instance").inputs["userData"]).decode()


def test_every_way_of_starting_a_task_gives_it_the_interface_of_its_service(own: Recorded) -> None:
    subnets = ["network-private-subnet-a-id", "network-private-subnet-b-id"]
    service = {"assignPublicIp": False, "securityGroups": ["firewall-service-api-id"], "subnets": subnets}
    assert own.one("api-service").inputs["networkConfiguration"] == service
    job = own.one("night-schedule").inputs["target"]["ecsParameters"]["networkConfiguration"]
    assert job == service
    run = own.one("api-migration-run").inputs["network"]
    assert (run["subnets"], run["securityGroups"]) == (subnets, ["firewall-service-api-id"])
    assert own.one("api-definition").inputs["networkMode"] == "awsvpc"
    (container,) = json.loads(own.one("api-definition").inputs["containerDefinitions"])
    assert container["portMappings"] == [{"containerPort": 8000, "hostPort": 8000, "protocol": "tcp"}]
    assert own.one("api-group").inputs["targetType"] == "ip"


def rules(stack: Recorded, direction: str) -> set[tuple[str, str, int]]:
    found = stack.of(f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule")
    sides = ("referencedSecurityGroupId", "prefixListId", "cidrIpv4")
    return {
        (
            r.inputs["securityGroupId"].removesuffix("-id").removeprefix("firewall-"),
            next(r.inputs[side] for side in sides if side in r.inputs).removesuffix("-id").removeprefix("firewall-"),
            int(r.inputs["fromPort"]),
        )
        for r in found
    }


def test_a_service_reaches_what_it_uses_and_instances_reach_nothing_of_the_stack(own: Recorded) -> None:
    assert {rule for rule in rules(own, "Ingress") if not rule[1].startswith("pl-")} == {
        ("service-page", "load-balancer", 3000),
        ("service-api", "load-balancer", 8000),
        ("database", "service-api", 5432),
    }
    assert {rule for rule in rules(own, "Egress") if rule[0] != "load-balancer"} == {
        ("service-page", "0.0.0.0/0", 443),
        ("service-api", "0.0.0.0/0", 443),
        ("service-api", "database", 5432),
        ("instances", "0.0.0.0/0", 443),
    }


def test_tasks_start_when_their_way_out_is_there(own: Recorded, trunked: Recorded) -> None:
    assert own.depends("api-service", "way-out-route")
    assert own.depends("api-migration-run", "way-out-route")
    assert own.one("way-out-gateway").inputs["subnetId"] == "network-public-subnet-a-id"
    assert trunked.depends("api-service", "way-out-secretsmanager")
    assert not trunked.of("aws:ec2/natGateway:NatGateway")


def test_endpoints_are_those_that_services_use_and_tasks_reach_nothing_else(trunked: Recorded) -> None:
    made = [r.inputs for r in trunked.of("aws:ec2/vpcEndpoint:VpcEndpoint") if r.component == "way-out"]
    assert {one["serviceName"].rpartition(".")[2] for one in made} == {"secretsmanager", "ssmmessages"}
    assert all(one["privateDnsEnabled"] and one["securityGroupIds"] == ["firewall-endpoints-id"] for one in made)
    assert {rule for rule in rules(trunked, "Egress") if rule[0] == "service-page"} == {
        ("service-page", "endpoints", 443),
        ("service-page", "pl-0123456789abcdef0", 443),  # S3
    }


def test_without_a_shell_in_tasks_there_is_no_endpoint_for_it() -> None:
    closed = of({"network": "trunked", "instanceType": "m5.large"}, {"egress": "endpoints"}, shell=False)
    names = [r.inputs["serviceName"] for r in closed.of("aws:ec2/vpcEndpoint:VpcEndpoint") if r.component == "way-out"]
    assert [name.rpartition(".")[2] for name in names] == ["secretsmanager"]


def test_trunking_is_set_by_the_instances_for_their_own_role_alone(own: Recorded, trunked: Recorded) -> None:
    policy = json.loads(trunked.one("cluster-instance-trunking").inputs["policy"])
    (statement,) = policy["Statement"]
    assert statement["Action"] == ["ecs:PutAccountSetting"]
    assert statement["Condition"] == {"StringEquals": {"ecs:account-setting": "awsvpcTrunking"}}
    command = "aws ecs put-account-setting --region us-east-1 --name awsvpcTrunking --value enabled"
    lines = script(trunked).splitlines()
    assert lines.index(command) < lines.index("cat >> /etc/ecs/ecs.config <<'END'")
    assert "put-account-setting" not in script(own)
    assert not [r for r in own.resources if r.name == "cluster-instance-trunking"]
    for stack in (own, trunked):
        assert "ECS_AWSVPC_BLOCK_IMDS=true" in script(stack).splitlines()
        assert not stack.of("aws:ecs/accountSettingDefault:AccountSettingDefault")


def test_images_and_tasks_are_of_the_instances_architecture(arm: Recorded, own: Recorded) -> None:
    assert arm.one("cluster-instance").inputs["instanceType"] == "t4g.small"
    for name in ("backend", "frontend"):
        assert arm.one(f"{name}-image-build").inputs["platform"] == "linux/arm64"
        assert "platform" not in own.one(f"{name}-image-build").inputs
        assert arm.one(f"{name}-image-build").inputs["tag"] != own.one(f"{name}-image-build").inputs["tag"]
    for name in ("page", "api"):
        architecture = {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
        assert arm.one(f"{name}-definition").inputs["runtimePlatform"] == architecture
        assert "runtimePlatform" not in own.one(f"{name}-definition").inputs


def test_fargate_runs_every_task_and_nothing_of_instances_is_left(fargate: Recorded) -> None:
    assert fargate.one("api-service").inputs["launchType"] == "FARGATE"
    assert fargate.one("night-schedule").inputs["target"]["ecsParameters"]["launchType"] == "FARGATE"
    assert "capacityProvider" not in fargate.one("api-migration-run").inputs
    for name in ("api-service", "night-schedule", "api-migration-run"):
        told = json.dumps(fargate.one(name).inputs)
        assert "apacityProvider" not in told and "orderedPlacementStrategies" not in told
    left = {"autoscaling", "ec2/launchTemplate", "ec2/keyPair", "iam/instanceProfile", "ecs/capacityProvider"}
    assert not [r for r in fargate.resources if any(r.type.startswith(f"aws:{kind}") for kind in left)]
    assert not [r.name for r in fargate.resources if "instance" in r.name and r.component != "database"]
    assert not [r.name for r in fargate.resources if "host-" in r.name]  # alarms


def test_a_task_on_fargate_has_the_smallest_size_that_holds_it_and_all_of_that(fargate: Recorded) -> None:
    definition = fargate.one("api-definition").inputs
    assert definition["requiresCompatibilities"] == ["FARGATE"]
    assert (definition["cpu"], definition["memory"]) == ("256", "512")
    (container,) = json.loads(definition["containerDefinitions"])
    assert (container["cpu"], container["memory"]) == (256, 512)


def test_a_task_on_fargate_has_a_public_address_that_lets_nobody_in_or_a_nat_gateway(fargate: Recorded) -> None:
    service = fargate.one("api-service").inputs["networkConfiguration"]
    subnets = ["network-public-subnet-a-id", "network-public-subnet-b-id"]
    assert service == {"assignPublicIp": True, "securityGroups": ["firewall-service-api-id"], "subnets": subnets}
    assert fargate.one("night-schedule").inputs["target"]["ecsParameters"]["networkConfiguration"] == service
    assert fargate.one("api-migration-run").inputs["network"]["assignPublicIp"] == "ENABLED"
    assert {rule for rule in rules(fargate, "Ingress") if not rule[1].startswith("pl-")} == {
        ("service-page", "load-balancer", 3000),
        ("service-api", "load-balancer", 8000),
        ("database", "service-api", 5432),
    }
    behind = of({"launchType": "FARGATE"}, {"egress": "nat"})
    service = behind.one("api-service").inputs["networkConfiguration"]
    assert not service["assignPublicIp"] and service["subnets"][0] == "network-private-subnet-a-id"


def test_without_instances_endpoints_are_for_images_logs_and_secrets_too() -> None:
    closed = of({"launchType": "FARGATE"}, {"egress": "endpoints"})
    names = [r.inputs["serviceName"] for r in closed.of("aws:ec2/vpcEndpoint:VpcEndpoint") if r.component == "way-out"]
    assert {name.removeprefix("com.amazonaws.us-east-1.") for name in names} == {
        "ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssmmessages",
    }  # fmt: skip


def test_a_stack_on_fargate_sleeps_without_instances_to_end() -> None:
    asleep = of({"launchType": "FARGATE"}, {}, sleep={"timezone": "UTC"})
    names = {r.name for r in asleep.of("aws:scheduler/schedule:Schedule")}
    assert {"sleep-stop-api", "sleep-start-api", "sleep-stop-database"} < names
    assert "sleep-stop-instances" not in names
    assert "autoscaling:UpdateAutoScalingGroup" not in asleep.one("sleep-policy").inputs["policy"]


def test_the_first_instance_is_on_demand_and_the_others_are_spot_of_several_types() -> None:
    found = of({"spot": {}}, {})
    group = found.one("cluster-instances").inputs
    assert "launchTemplate" not in group and group["capacityRebalance"]
    policy = group["mixedInstancesPolicy"]
    assert policy["instancesDistribution"] == {
        "onDemandAllocationStrategy": "prioritized",
        "onDemandBaseCapacity": 1,
        "onDemandPercentageAboveBaseCapacity": 0,
        "spotAllocationStrategy": "price-capacity-optimized",
    }
    types = [one["instanceType"] for one in policy["launchTemplate"]["overrides"]]
    assert types == ["t3a.small", "t3.small", "t3a.medium"]
    assert "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true" in script(found).splitlines()


def test_without_spot_all_instances_are_of_one_type_on_demand(own: Recorded) -> None:
    group = own.one("cluster-instances").inputs
    assert "mixedInstancesPolicy" not in group and "capacityRebalance" not in group
    assert "SPOT" not in script(own)
