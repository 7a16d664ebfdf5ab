"""A deployment of a service with alarms: watched until its tasks have been healthy for a time, and taken back."""

import time
from pathlib import Path

import pytest

from tests.engine.site import Client, Load, Site
from tests.engine.support import APPS, Emulator, Engine, eventually


def with_alarm(cloud: tuple[Engine, Emulator], aws: Client) -> Site:
    """The alarm `errors` rings when the metric `Errors` has been over 5 within a minute."""
    aws("cloudwatch").put_metric_alarm(
        AlarmName="errors", Namespace="Shop", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=5, ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching",
    )  # fmt: skip
    return Site.create(cloud, aws)


@pytest.fixture
def site(cloud: tuple[Engine, Emulator], aws: Client) -> Site:
    """Version 1 serves."""
    made = with_alarm(cloud, aws)
    made.serve(made.register(made.image(APPS / "web", "1")), alarms=("errors",))
    return made


def ring(site: Site, seconds_ago: float = 0) -> None:
    row = {"MetricName": "Errors", "Value": 9, "Timestamp": time.time() - seconds_ago}
    site.aws("cloudwatch").put_metric_data(Namespace="Shop", MetricData=[row])


def states(site: Site) -> list[str]:
    return [health["State"] for health in site.targets().values()]


def reason(site: Site) -> str:
    failed = [one for one in site.service()["deployments"] if one["rolloutState"] == "FAILED"]
    return str(failed[0]["rolloutStateReason"]) if failed else ""


def test_an_alarm_takes_the_deployment_back_without_a_lost_request(site: Site, tmp_path: Path) -> None:
    before = site.service()["taskDefinition"]
    update = site.register(site.variant(tmp_path, "2", v1="v2"))
    with Load(site) as load:
        site.update(update)
        eventually(lambda: load.answers["v2"] > 0)
        assert site.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"  # it is still watched
        ring(site)
        eventually(lambda: reason(site))
        eventually(lambda: site.is_steady() and site.service()["taskDefinition"] == before)
        load.answers.clear()
        eventually(lambda: load.answers["v1"] > 50)
    assert set(load.answers) == {"v1"}
    assert reason(site) == "ECS deployment failed: alarm detected: errors."
    assert "deployment failed: alarm detected" in site.events()


def test_a_deployment_without_an_alarm_ends_when_its_tasks_have_been_healthy_for_a_time(
    site: Site, tmp_path: Path
) -> None:
    update = site.register(site.variant(tmp_path, "2", v1="v2"))
    site.update(update)
    eventually(lambda: site.is_steady() and site.service()["taskDefinition"] == update)
    assert [one["status"] for one in site.service()["deployments"]] == ["PRIMARY"]
    assert {site.version() for _ in range(10)} == {"v2"}


def test_an_alarm_that_was_on_before_stops_no_deployment(site: Site, tmp_path: Path) -> None:
    ring(site)
    eventually(
        lambda: site.aws("cloudwatch").describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"]
        == "ALARM"
    )
    update = site.register(site.variant(tmp_path, "2", v1="v2"))
    site.update(update)
    eventually(lambda: site.is_steady() and site.service()["taskDefinition"] == update)
    assert reason(site) == ""


def test_a_first_deployment_that_an_alarm_ends_runs_nothing(cloud: tuple[Engine, Emulator], aws: Client) -> None:
    site = with_alarm(cloud, aws)
    definition = site.register(site.image(APPS / "web", "1"))
    site.serve(definition, until=lambda: "healthy" in states(site), alarms=("errors",))
    ring(site)
    eventually(lambda: reason(site))
    assert site.service()["deployments"][0]["desiredCount"] == 0
