"""`make status`: what is told of each part, and of what is wrong with it, from AWS's answers."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from ops.hosts import hosts
from ops.managed import alarms, database, mail, site
from ops.part import Part
from ops.services import services
from ops.status import LOOKS, lines

AT = datetime(2026, 11, 26, 14, 3, tzinfo=UTC)


class Paginator:
    """One page for each answer."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = pages

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        return iter(self.pages)


def target(outputs: Mapping[str, Any], place: Any = None, **clients: Any) -> Any:
    """A stack on AWS whose services answer with what they are given."""
    option, up = "" if place else " STACK=prod", "pulumi up -s prod"
    on_fargate = outputs.get("machine") == {}
    return SimpleNamespace(
        outputs=outputs, place=place, option=option, up=up, on_fargate=on_fargate, client=lambda name: clients[name]
    )


def deployment(**changes: Any) -> dict[str, Any]:
    return {"status": "PRIMARY", "createdAt": AT, "rolloutState": "COMPLETED", "rolloutStateReason": ""} | changes


def described(**changes: Any) -> dict[str, Any]:
    found = {
        "serviceName": "backend-1a", "runningCount": 2, "desiredCount": 2, "deployments": [deployment()],
        "loadBalancers": [{"targetGroupArn": "group"}], "events": [],
    }  # fmt: skip
    return found | changes


def told(service: dict[str, Any], *states: dict[str, str], failures: Any = ()) -> Part:
    ecs = SimpleNamespace(
        describe_services=lambda **_: {"services": [service] if service else [], "failures": list(failures)}
    )
    health = {"TargetHealthDescriptions": [{"TargetHealth": one} for one in states]}
    balancing = SimpleNamespace(describe_target_health=lambda **_: health)
    facts = {"backend": {"service": "backend-1a", "version": "abc123"}}
    (part,) = services(target({"cluster": "c", "services": facts}, ecs=ecs, elbv2=balancing))
    return part


HEALTHY, DRAINING = {"State": "healthy"}, {"State": "draining"}


def test_a_service_tells_its_version_tasks_health_and_deployment() -> None:
    part = told(described(), HEALTHY, HEALTHY, DRAINING)
    assert part.state == f"abc123  2 of 2 tasks run, 2 of 2 healthy, deployed {AT.astimezone():%Y-%m-%d %H:%M}"
    assert (part.name, list(part.problems)) == ("backend", [])


def test_a_service_that_nobody_asks_has_no_health() -> None:
    assert "healthy" not in told(described(loadBalancers=[])).state


def test_a_deployment_that_is_under_way_is_told_and_is_no_problem() -> None:
    for changes in ({"deployments": [deployment(rolloutState="IN_PROGRESS")]}, {"deployments": [deployment()] * 2}):
        part = told(described(**changes), HEALTHY)
        assert "a deployment is under way since 2026-11-2" in part.state and not part.problems


def test_missing_tasks_come_with_ecs_s_reason_and_the_command_that_shows_the_log() -> None:
    part = told(described(runningCount=1, events=[{"message": "no memory left"}, {"message": "older"}]), HEALTHY)
    (problem,) = part.problems
    assert problem == (
        "1 of 2 tasks do not run; no memory left; `make logs SERVICE=backend STACK=prod` shows what they print"
    )


def test_a_target_that_fails_its_check_is_a_problem_once_for_each_reason() -> None:
    failing = {"State": "unhealthy", "Description": "Request timed out"}
    part = told(described(), HEALTHY, failing, failing)
    assert "1 of 3 healthy" in part.state
    (problem,) = part.problems
    assert problem.startswith("a task does not pass the load balancer's health check: Request timed out; `make logs")


def test_a_failed_deployment_is_told_with_its_reason() -> None:
    part = told(described(deployments=[deployment(rolloutState="FAILED", rolloutStateReason="tasks failed")]), HEALTHY)
    assert list(part.problems) == ["the last deployment failed: tasks failed; `pulumi up -s prod` tries it again"]


def test_a_service_that_is_gone_is_a_problem() -> None:
    part = told({}, failures=[{"arn": "arn:aws:ecs:us-east-1:1:service/c/backend-1a", "reason": "MISSING"}])
    assert (part.name, part.state) == ("backend", "missing")
    assert "ECS has no such service (MISSING); `pulumi refresh` and then `pulumi up -s prod`" in part.problems[0]


def of_host(connected: bool = True, state: str = "ACTIVE", days: int = 10) -> Part:
    def resources(mib: int) -> list[dict[str, Any]]:
        return [{"name": "CPU", "integerValue": 2048}, {"name": "MEMORY", "integerValue": mib}]

    joined = {
        "ec2InstanceId": "i-1", "agentConnected": connected, "status": state, "runningTasksCount": 2,
        "remainingResources": resources(900), "registeredResources": resources(1940),
    }  # fmt: skip
    machine = {
        "InstanceId": "i-1", "ImageId": "ami-1", "InstanceType": "t3a.small",
        "Placement": {"AvailabilityZone": "us-east-1a"},
    }  # fmt: skip
    made = (datetime.now(UTC) - timedelta(days=days, hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    ecs = SimpleNamespace(
        get_paginator=lambda _: Paginator({"containerInstanceArns": ["a"]}, {"containerInstanceArns": []}),
        describe_container_instances=lambda **_: {"containerInstances": [joined]},
    )
    ec2 = SimpleNamespace(
        get_paginator=lambda _: Paginator({"Reservations": [{"Instances": [machine]}]}),
        describe_images=lambda **_: {"Images": [{"ImageId": "ami-1", "CreationDate": made}]},
    )
    (part,) = hosts(target({"cluster": "c"}, ecs=ecs, ec2=ec2))
    return part


def test_a_host_tells_its_room_and_its_image() -> None:
    part = of_host()
    assert part.state.startswith("t3a.small in us-east-1a, 2 tasks, 900 of 1940 MiB left, ami-1 of 20")
    assert (part.name, list(part.problems)) == ("i-1", [])
    assert of_host(state="DRAINING").state.endswith(", draining")


def test_an_old_image_and_a_silent_agent_are_problems() -> None:
    assert list(of_host(days=90).problems) != []
    assert list(of_host(days=89).problems) == []
    (problem,) = of_host(connected=False).problems
    assert "`aws ec2 terminate-instances --instance-ids i-1` ends it" in problem


def test_a_cluster_without_an_instance_is_a_problem_and_the_laptop_has_none() -> None:
    ecs = SimpleNamespace(get_paginator=lambda _: Paginator({"containerInstanceArns": []}))
    (part,) = hosts(target({"cluster": "c"}, ecs=ecs))
    assert part.state == "none" and "no instance has joined the cluster" in part.problems[0]
    assert list(hosts(target({"cluster": "c"}, place=object()))) == []
    assert list(hosts(target({"cluster": "c", "machine": {}}, ecs=ecs))) == []  # Fargate


def of_database(**changes: Any) -> Part:
    instance = {
        "DBInstanceStatus": "available", "EngineVersion": "18.1", "DBInstanceClass": "db.t4g.micro",
        "Endpoint": {"Address": "db.example"}, "AllocatedStorage": 20, "BackupRetentionPeriod": 7,
    }  # fmt: skip
    others: list[dict[str, Any]] = [{}, {"Endpoint": {"Address": "other"}}]
    rds = SimpleNamespace(get_paginator=lambda _: Paginator({"DBInstances": [*others, instance | changes]}))
    (part,) = database(target({"database": "db.example"}, rds=rds))
    return part


def test_a_database_tells_its_version_and_state() -> None:
    part = of_database()
    assert part.state == "PostgreSQL 18.1 on db.t4g.micro, available, 20 GiB, backups of 7 days"
    assert not part.problems and not of_database(DBInstanceStatus="backing-up").problems


def test_a_database_that_does_not_answer_or_is_gone_is_a_problem() -> None:
    assert "RDS calls it storage-full" in of_database(DBInstanceStatus="storage-full").problems[0]
    gone = of_database(Endpoint={"Address": "new"})
    assert gone.state == "missing: db.example" and gone.problems


def of_site(status: str = "Deployed", enabled: bool = True) -> Part:
    answer = {"Distribution": {"Status": status, "DistributionConfig": {"Enabled": enabled}}}
    client = SimpleNamespace(get_distribution=lambda **asked: answer if asked == {"Id": "E1"} else None)
    (part,) = site(target({"distribution": "E1", "url": "https://d1.example"}, cloudfront=client))
    return part


def test_a_site_tells_its_address_and_whether_all_edges_have_the_last_change() -> None:
    assert of_site().state == "https://d1.example, at all edges"
    assert of_site("InProgress").state == "https://d1.example, a change is on its way to all edges"
    assert not of_site("InProgress").problems
    assert "its distribution is disabled" in of_site(enabled=False).problems[0]


def test_names_that_services_have_tell_the_same_of_their_distributions() -> None:
    answer = {"Distribution": {"Status": "Deployed", "DistributionConfig": {"Enabled": True}}}
    off = {"Distribution": {"Status": "Deployed", "DistributionConfig": {"Enabled": False}}}
    client = SimpleNamespace(get_distribution=lambda **asked: {"E1": answer, "E2": off}[asked["Id"]])
    hosts = {"admin": {"service": "admin", "url": "https://admin.d1.example", "distribution": "E2"}}
    parts = list(site(target({"distribution": "E1", "url": "https://d1.example", "hosts": hosts}, cloudfront=client)))
    assert [(part.name, part.state) for part in parts] == [
        ("site", "https://d1.example, at all edges"),
        ("host admin", "https://admin.d1.example, at all edges"),
    ]
    assert [len(part.problems) for part in parts] == [0, 1]


def of_mail(verified: bool = True, sending: bool = True, production: bool = True) -> Part:
    account = {
        "SendingEnabled": sending, "ProductionAccessEnabled": production,
        "SendQuota": {"SentLast24Hours": 3.0, "Max24HourSend": 200.0},
    }  # fmt: skip
    identity = {"VerifiedForSendingStatus": verified}
    client = SimpleNamespace(get_account=lambda: account, get_email_identity=lambda **_: identity)
    (part,) = mail(target({"mail_address": "me@example.com"}, sesv2=client))
    return part


def test_mail_tells_its_address_quota_and_sandbox() -> None:
    assert of_mail().state == "me@example.com, verified, 3 of 200 mails in the last 24 hours"
    assert of_mail(production=False).state.endswith(", sandbox (to verified addresses only)")
    assert not of_mail(production=False).problems


def test_mail_that_cannot_be_sent_is_a_problem() -> None:
    assert "open the link that AWS sent to it" in of_mail(verified=False).problems[0]
    assert "SES has stopped this account's sending" in of_mail(sending=False).problems[0]


def alarm(name: str, state: str) -> dict[str, Any]:
    return {
        "AlarmName": f"shop-prod-{name}", "StateValue": state, "StateUpdatedTimestamp": AT,
        "AlarmDescription": f"{name} is wrong.",
    }  # fmt: skip


def of_alarms(**by_region: list[dict[str, Any]]) -> list[Part]:
    def client(service: str, region: str) -> Any:
        assert service == "cloudwatch"
        pages = Paginator({"MetricAlarms": by_region[region.replace("-", "_")]})
        return SimpleNamespace(get_paginator=lambda _: pages)

    stack = SimpleNamespace(project="shop", name="prod", config={"region": "eu-west-1"}, client=client)
    return list(alarms(stack))  # type: ignore[arg-type] # it is asked for no more


def test_alarms_are_counted_in_both_regions_and_those_that_are_on_are_problems() -> None:
    (part,) = of_alarms(eu_west_1=[alarm("memory", "OK"), alarm("disk", "ALARM")], us_east_1=[alarm("edge", "OK")])
    assert part.state == "1 of 3 on"
    assert list(part.problems) == [f"shop-prod-disk since {AT.astimezone():%Y-%m-%d %H:%M}: disk is wrong."]
    assert of_alarms(eu_west_1=[], us_east_1=[]) == []


@pytest.mark.parametrize("look", [database, mail])
def test_a_part_that_the_stack_lacks_is_not_told(look: Any) -> None:
    assert look in LOOKS and list(look(target({}))) == []


def test_problems_follow_all_parts() -> None:
    parts = [Part(name="a", state="up", problems=["one", "two"]), Part(name="longer", state="down")]
    assert list(lines(parts)) == ["  a       up", "  longer  down", "! a: one", "! a: two"]
