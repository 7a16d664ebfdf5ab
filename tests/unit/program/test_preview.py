"""A preview environment: what it makes, and what it takes of its base."""

from collections.abc import Mapping
from typing import Any

import pytest

from infra import program
from infra.config.load import APP_FILE, app_settings, checked, over
from infra.config.stack_file import own_settings, with_base
from infra.pure.routing import OF_PREVIEWS, host_priority, priority
from tests.unit.program.recorder import Recorded, record

STACK = "dev-pr-12"
ADDRESS = {"mail": {"address": "somebody@a-company.dev"}}


def preview(base: Recorded, changes: Mapping[str, Any] | None = None) -> Recorded:
    """A preview environment on the stack dev, as that one was recorded."""
    own = over(over(with_base({"preview": {"base": "dev"}}), ADDRESS), changes or {})
    config = checked(own, app=app_settings(APP_FILE))
    return record(lambda: program.build(config), stack=STACK, deployed={"shared": base.outputs["shared"]})


@pytest.fixture(scope="module")
def beside(stacks: dict[str, Recorded]) -> Recorded:
    return preview(stacks["dev"])


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr("pulumi.log.error", lines.append)
    return lines


def test_what_takes_minutes_or_costs_by_the_hour_is_the_bases(beside: Recorded) -> None:
    services = {r.type.split("/")[0] for r in beside.resources}
    assert services.isdisjoint({"aws:ec2", "aws:rds", "aws:autoscaling", "aws:elasticache", "aws:vpc"})
    made = {r.type for r in beside.resources}
    assert made.isdisjoint(
        {"aws:lb/loadBalancer:LoadBalancer", "aws:ecs/cluster:Cluster", "aws:cloudfront/vpcOrigin:VpcOrigin"}
    )
    assert len(beside.of("aws:ecs/service:Service")) == 2
    assert beside.one("cdn-distribution").inputs["waitForDeployment"] is False


def test_its_services_run_in_the_network_and_cluster_of_the_base(beside: Recorded, dev: Recorded) -> None:
    shared = dev.outputs["shared"]
    for service in beside.of("aws:ecs/service:Service"):
        assert service.inputs["cluster"] == shared["cluster"]["name"]
        assert service.inputs["capacityProviderStrategies"][0]["capacityProvider"] == shared["capacity_provider"]
    assert {r.inputs["vpcId"] for r in beside.of("aws:lb/targetGroup:TargetGroup")} == {shared["vpc"]}
    origin = beside.one("cdn-distribution").inputs["origins"][0]
    assert origin["vpcOriginConfig"]["vpcOriginId"] == shared["vpc_origin"]


def test_a_request_gets_to_it_by_its_own_distribution_alone_and_before_the_bases_rules(
    beside: Recorded, dev: Recorded
) -> None:
    header = beside.one("cdn-distribution").inputs["origins"][0]["customHeaders"]
    assert header == [{"name": "X-Stack", "value": STACK}]
    rules = [r for r in beside.of("aws:lb/listenerRule:ListenerRule") if not r.name.endswith("-anchor")]
    for rule in rules:
        assert {"httpHeader": {"httpHeaderName": "X-Stack", "values": [STACK]}} in rule.inputs["conditions"]
    assert {r.inputs["listenerArn"] for r in rules} == {dev.outputs["shared"]["load_balancer"]["listener_arn"]}
    assert (
        beside.one("load-balancer-route-api").inputs["priority"] < beside.one("load-balancer-route").inputs["priority"]
    )
    assert set(beside.one("load-balancer-rule-numbers").inputs["rules"]) == {
        r.name for r in beside.of("aws:lb/listenerRule:ListenerRule")
    }
    assert host_priority("backend") < min(OF_PREVIEWS) and max(OF_PREVIEWS) < priority("/a-path-of-40-letters-or-so")


def test_its_database_is_its_own_and_the_servers_password_is_for_one_task(beside: Recorded, dev: Recorded) -> None:
    of_server = dev.outputs["shared"]["database_secret"]
    holders = [r.name for r in beside.of("aws:iam/rolePolicy:RolePolicy") if of_server in r.inputs["policy"]]
    assert holders == ["database-task-task-policy"]
    told = beside.one("backend-definition").inputs["containerDefinitions"]
    assert '"value": "dev_pr_12"' in told and of_server not in told
    assert beside.one("database-made").inputs["database"] == "dev_pr_12"
    assert beside.depends("backend-migration-run", on="database-made")


def test_on_fargate_its_tasks_stand_in_the_places_of_the_bases() -> None:
    of_base = {"cluster": {"launchType": "FARGATE"}}
    own = over(over(own_settings("dev"), ADDRESS), of_base)
    base = record(lambda: program.build(checked(own, app=app_settings(APP_FILE))), stack="dev")
    beside = preview(base, of_base)
    for service in beside.of("aws:ecs/service:Service"):
        of_same = base.one(service.name).inputs
        assert service.inputs["launchType"] == "FARGATE"
        assert service.inputs["networkConfiguration"] == of_same["networkConfiguration"]
    made = beside.one("database-made").inputs
    assert "capacityProvider" not in made and made["network"]["assignPublicIp"] == "ENABLED"
    (task,) = [r for r in beside.of("aws:ecs/taskDefinition:TaskDefinition") if r.name == "database-task-definition"]
    assert (task.inputs["cpu"], task.inputs["memory"]) == ("256", "512")


def test_nothing_of_it_runs_by_a_clock_and_nobody_is_told(beside: Recorded) -> None:
    assert not beside.of("aws:scheduler/schedule:Schedule") and not beside.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert beside.outputs.keys() & {"shared", "monthly_cost", "plan"} == set()


def test_a_base_that_is_not_deployed_is_told_before_anything_is_made(dev: Recorded, told: list[str]) -> None:
    config = checked(over(with_base({"preview": {"base": "dev"}}), ADDRESS), app=app_settings(APP_FILE))
    with pytest.raises(SystemExit):
        record(lambda: program.build(config), stack=STACK)
    assert "preview.base: must be deployed by this version of the program, got dev" in told[0]
