"""Alarms as somebody relies on them: all that they look at is there, and they reach those who are to be told."""

import json
from typing import Any

import pytest

from infra import program
from infra.config.load import APP_FILE, app_settings, parse
from infra.config.stack import StackConfig
from infra.planning.alarms import alarms
from infra.planning.cost import month
from infra.pure.prices import ALARM_MONTH
from tests.unit.program.recorder import Recorded, record
from tests.unit.stack_files import PROJECT, filled_in

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TO = ["one@a-company.dev", "two@a-company.dev"]


def config(**sections: Any) -> StackConfig:
    """The stack dev with a queue, a job and alarms."""
    app = app_settings(APP_FILE)
    app["services"]["backend"]["uses"] += ["queues.work", "cache"]
    app["services"]["inner"] = {"source": "backend", "port": 9000, "health": "/healthz", "private": True}
    job = {"service": "backend", "command": ["python"], "schedule": "rate(1 day)"}
    app |= {"queues": {"work": {}}, "jobs": {"night": job}}
    domain = {"name": "shop.a-company.dev", "zone": "made"}
    settings = {"alarms": {"to": TO}, "domain": domain, **sections}
    own = {f"{PROJECT}:{name}": one if isinstance(one, str) else json.dumps(one) for name, one in settings.items()}
    return parse({**filled_in("dev"), **own}, namespace=PROJECT, app=app)


def of(found: StackConfig) -> Recorded:
    return record(lambda: program.build(found), stack="dev")


@pytest.fixture(scope="module")
def shop() -> Recorded:
    return of(config())


@pytest.fixture(scope="module")
def abroad() -> Recorded:
    return of(config(region="eu-central-1", network={"zones": ["eu-central-1a", "eu-central-1b"]}))


def test_every_alarm_of_the_table_is_made_once_of_parts_that_are_there(shop: Recorded) -> None:
    table = {f"{PROJECT}-dev-{alarm.name}": alarm for alarm in alarms(config())}
    made = {one.inputs["name"]: one.inputs for one in shop.of(ALARM)}
    assert made.keys() == table.keys() and len(made) == len(shop.of(ALARM))
    for name, alarm in table.items():
        assert made[name].get("dimensions", {}).keys() == {*alarm.dimensions, *alarm.fixed}
        assert alarm.why in made[name]["alarmDescription"] and len(alarm.why) > 20


def test_each_name_that_a_service_has_is_watched_and_its_alarm_costs_what_alarms_cost() -> None:
    admin = {"source": "backend", "port": 9000, "health": "/healthz", "hosts": ["admin"]}
    plain = {**admin, "hosts": [], "routes": ["/admin"]}
    with_host, without = config(services={"admin": admin}), config(services={"admin": plain})
    names = {alarm.name for alarm in alarms(with_host)}
    assert names - {alarm.name for alarm in alarms(without)} == {"admin-edge-errors"}
    assert {"admin-down", "admin-errors"} < names
    stack = of(with_host)
    made = {one.inputs["name"]: one.inputs for one in stack.of(ALARM)}
    (dimension,) = [v for k, v in made[f"{PROJECT}-dev-admin-edge-errors"]["dimensions"].items() if k != "Region"]
    assert dimension == "admin-cdn-distribution-id"
    assert round(month(with_host) - month(without), 2) == ALARM_MONTH


def test_parts_that_a_stack_has_have_alarms() -> None:
    names = {alarm.name for alarm in alarms(config())}
    assert {
        "certificate-expiry",
        "work-dead-letters",
        "missed-jobs",
        "inner-down",
        "database-connections",
        "mail-bounces",
    } <= names
    assert "frontend-slow" not in names  # it hands out files


def test_the_dashboard_shows_each_alarm_with_its_threshold(shop: Recorded) -> None:
    (page,) = shop.of("aws:cloudwatch/dashboard:Dashboard")
    shown = {w["properties"]["title"]: w["properties"] for w in json.loads(page.inputs["dashboardBody"])["widgets"]}
    for alarm in alarms(config()):
        widget = shown.pop(alarm.name)
        assert widget["metrics"][0][:2] == [alarm.namespace, alarm.metric]
        assert len(widget["metrics"][0]) == 2 + 2 * len({**alarm.dimensions, **alarm.fixed})
        assert widget["annotations"]["horizontal"][0]["value"] == alarm.threshold
    assert not shown


def test_everybody_is_told_when_an_alarm_goes_on_and_off_by_a_topic_that_alarms_may_use(shop: Recorded) -> None:
    topic, key = shop.one("alarms-topic"), shop.one("alarms-key")
    for alarm in shop.of(ALARM):
        assert (
            alarm.inputs["alarmActions"]
            == alarm.inputs["okActions"]
            == [f"arn:aws:mock:us-east-1:123456789012:{topic.name}"]
        )
    subscriptions = shop.of("aws:sns/topicSubscription:TopicSubscription")
    told = {one.inputs["endpoint"] for one in subscriptions if one.inputs["protocol"] == "email"}
    assert told == {*TO}
    assert topic.inputs["kmsMasterKeyId"].endswith(key.name)
    statements = json.loads(key.inputs["policy"])["Statement"]
    used = [one["Action"] for one in statements if one["Principal"] == {"Service": "cloudwatch.amazonaws.com"}]
    assert used == [["kms:Decrypt", "kms:GenerateDataKey*"]]
    (may,) = json.loads(shop.one("alarms-may-tell").inputs["policy"])["Statement"]
    assert may["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_elsewhere_what_cloudfront_tells_is_watched_and_told_in_us_east_1(abroad: Recorded) -> None:
    for alarm in abroad.of(ALARM):
        edge = alarm.inputs["namespace"] in ("AWS/CloudFront", "AWS/CertificateManager")
        assert alarm.inputs.get("region") == ("us-east-1" if edge else None)
        assert alarm.inputs["alarmActions"][0].endswith("alarms-edge-topic" if edge else "alarms-topic")
    for kind in ("key", "topic", "may-tell", "mail-1", "mail-2"):
        assert abroad.one(f"alarms-edge-{kind}").inputs["region"] == "us-east-1"
        assert "region" not in abroad.one(f"alarms-{kind}").inputs


def test_a_deployment_is_taken_back_when_its_service_fails(shop: Recorded) -> None:
    for name in ("backend", "frontend", "inner"):
        wanted = {"alarmNames": [f"{PROJECT}-dev-{name}-errors"], "enable": True, "rollback": True}
        assert shop.one(f"{name}-service").inputs["alarms"] == wanted


def test_aws_mails_before_the_budget_is_spent_and_a_smaller_one_changes_nothing() -> None:
    (budget,) = of(config(budget="200")).of("aws:budgets/budget:Budget")
    assert (budget.inputs["limitAmount"], budget.inputs["limitUnit"]) == ("200", "USD")
    told = {(one["notificationType"], one["threshold"]): one["subscriberEmailAddresses"]
            for one in budget.inputs["notifications"]}  # fmt: skip
    assert told == {("ACTUAL", 80): TO, ("FORECASTED", 100): TO}
    with pytest.raises(SystemExit):
        of(config(budget="20"))


def test_instances_tell_how_full_their_disks_are_where_somebody_is_told(shop: Recorded, dev: Recorded) -> None:
    assert "cluster-instance-metrics" in {one.name for one in shop.all}
    assert "cluster-instance-metrics" not in {one.name for one in dev.all}
    assert not dev.of(ALARM) and not dev.of("aws:kms/key:Key")
