"""A stack that sleeps at night: when, what it saves, and what its schedules do."""

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from infra import program
from infra.config.load import APP_FILE, ConfigError, app_settings, parse
from infra.config.sleep import SleepConfig
from infra.planning import cost
from infra.planning.report import price
from infra.planning.stack import planned
from infra.stack import lookups
from tests.unit.program.recorder import Recorded, record
from tests.unit.stack_files import PROJECT, filled_in


def built(sleep: dict[str, Any], deployed: Mapping[str, Any] | None = None, **changes: Any) -> Recorded:
    own = {f"{PROJECT}:{key}": json.dumps(value) for key, value in {"sleep": sleep, **changes}.items()}
    config = parse({**filled_in("dev"), **own}, namespace=PROJECT, app=app_settings(APP_FILE))
    return record(lambda: program.build(config), stack="dev", deployed=deployed)


@pytest.fixture(scope="module")
def asleep() -> Recorded:
    scaling = {"backend": {"desiredCount": 2, "scaling": {"maxCount": 3, "cpuPercent": 60}}}
    cluster = {**json.loads(filled_in("dev")[f"{PROJECT}:cluster"]), "minInstances": 2, "maxInstances": 4}
    return built({"timezone": "Europe/Berlin"}, services=scaling, cluster=cluster)


def test_each_call_is_made_when_it_is_time(asleep: Recorded) -> None:
    found = {
        one.name.removeprefix("sleep-"): (
            one.inputs["scheduleExpression"],
            one.inputs["target"]["arn"].removeprefix("arn:aws:scheduler:::aws-sdk:"),
            json.loads(one.inputs["target"]["input"]),
        )
        for one in asleep.of("aws:scheduler/schedule:Schedule")
    }
    evening, morning = "cron(0 20 ? * * *)", "cron(0 7 ? * MON-FRI *)"
    group = {"AutoScalingGroupName": "cluster-instances-1a2b3c4"}
    database = {"DbInstanceIdentifier": "database-instance-1a2b3c4"}
    update, grow = "ecs:updateService", "autoscaling:updateAutoScalingGroup"
    register, target = "applicationautoscaling:registerScalableTarget", {
        "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": "service/cluster-ecs-1a2b3c4/backend-service-1a2b3c4",
    }  # fmt: skip
    cluster = {"Cluster": "cluster-ecs-1a2b3c4"}
    backend, frontend = ({**cluster, "Service": f"{one}-service-1a2b3c4"} for one in ("backend", "frontend"))
    assert found == {
        "stop-backend-scaling": (evening, register, {**target, "MinCapacity": 0, "MaxCapacity": 0}),
        "stop-backend": (evening, update, {**backend, "DesiredCount": 0}),
        "stop-frontend": (evening, update, {**frontend, "DesiredCount": 0}),
        "stop-instances": (evening, grow, {**group, "MinSize": 0, "DesiredCapacity": 0}),
        "stop-database": (evening, "rds:stopDBInstance", database),
        "start-database": ("cron(45 6 ? * MON-FRI *)", "rds:startDBInstance", database),
        "start-instances": (morning, grow, {**group, "MinSize": 2}),
        "start-backend-scaling": (morning, register, {**target, "MinCapacity": 2, "MaxCapacity": 3}),
        "start-backend": (morning, update, {**backend, "DesiredCount": 2}),
        "start-frontend": (morning, update, {**frontend, "DesiredCount": 1}),
    }
    assert {one.inputs["scheduleExpressionTimezone"] for one in asleep.of("aws:scheduler/schedule:Schedule")} == {
        "Europe/Berlin"
    }


def test_commands_make_the_calls_in_an_order_that_works(asleep: Recorded) -> None:
    told = asleep.outputs["sleep"]
    assert [name.rpartition("-")[0] for name in told["sleep"]][-1] == "sleep-stop-database"
    assert [name.rpartition("-")[0] for name in told["wake"]][:2] == ["sleep-start-database", "sleep-start-instances"]
    assert told["told"] == "from 20:00 to 07:00, and at weekends (Europe/Berlin)"


def test_the_page_says_that_it_sleeps(asleep: Recorded, dev: Recorded) -> None:
    assert asleep.one("assets-upload").inputs["sleep"] == asleep.outputs["sleep"]["told"]
    assert "sleep" not in dev.one("assets-upload").inputs and not dev.of("app:infra:Sleep")


@pytest.mark.parametrize(
    ("keys", "crons", "awake"),
    [
        ({}, ("0 20 ? * * *", "0 7 ? * MON-FRI *", "45 6 ? * MON-FRI *"), 65 / 168),
        ({"weekends": False}, ("0 20 ? * * *", "0 7 ? * * *", "45 6 ? * * *"), 91 / 168),
        ({"at": 1350, "until": "08:10"}, ("30 22 ? * * *", "10 8 ? * MON-FRI *", "55 7 ? * MON-FRI *"), 71.667 / 168),
    ],
)
def test_times(keys: dict[str, Any], crons: tuple[str, ...], awake: float) -> None:
    """YAML reads 22:30 without quotes as the number of its minutes."""
    found = SleepConfig(**keys)
    assert (found.falls_asleep, found.wakes, found.database_wakes) == tuple(f"cron({one})" for one in crons)
    assert found.awake == pytest.approx(awake, abs=0.0005)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sleep": {"at": "25:00"}}, "sleep.at: must be a time of day, got '25:00'"),
        ({"sleep": {"until": "00:10"}}, "sleep.until: must be 00:15 or later, got 00:10"),
        (
            {"sleep": {"at": "06:30"}},
            "sleep.at: must be an hour or more after until (07:00) on the same day, got 06:30",
        ),
        ({"sleep": {"timezone": "Mars"}}, "sleep.timezone: "),
        ({"sleep": {}, "alarms": {"to": ["me@a-company.dev"]}}, "sleep: must be left out where there are alarms"),
        ({"sleep": {}, "recipe": "released"}, "sleep: must be left out with the recipe released"),
    ],
)
def test_what_cannot_sleep_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        planned("dev", changes)
    assert problem in str(refused.value)


def test_it_saves_what_nobody_waits_for() -> None:
    always, slept = planned("dev"), planned("dev", {"sleep": {}})
    hours = 730 * (0.0188 + 0.005) + 30 * 0.08 + 730 * 0.016  # instance, address, disk; class of the database
    assert cost.saved(slept) == pytest.approx(hours * (1 - 0.387), abs=0.01)
    assert cost.month(always) - cost.month(slept) == cost.saved(slept)
    assert price(slept).endswith("; its sleep from 20:00 to 07:00, and at weekends (UTC) saves 19.28")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    for how in ("error", "warn"):
        monkeypatch.setattr(f"pulumi.log.{how}", lines.append)
    return lines


def services(monkeypatch: pytest.MonkeyPatch, *counts: int) -> None:
    found = [{"status": "ACTIVE", "desiredCount": count} for count in counts]
    ecs = SimpleNamespace(describe_services=lambda **_: {"services": found})
    monkeypatch.setattr(lookups, "aws_client", lambda *_: ecs)


def test_nothing_is_deployed_while_it_sleeps(
    monkeypatch: pytest.MonkeyPatch, asleep: Recorded, told: list[str]
) -> None:
    services(monkeypatch, 0, 0)
    with pytest.raises(SystemExit):
        built({"timezone": "Europe/Berlin"}, asleep.outputs)
    text = "the stack sleeps from 20:00 to 07:00, and at weekends (Europe/Berlin), and `up` needs it awake"
    assert told == [f"nothing was changed: {text}; run `make wake STACK=dev` first"]

    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    told.clear()
    built({"timezone": "Europe/Berlin"}, asleep.outputs)
    assert f"{text}; run `make wake STACK=dev` first" in told


def test_awake_it_is_deployed_to_as_any_other(
    monkeypatch: pytest.MonkeyPatch, asleep: Recorded, told: list[str]
) -> None:
    services(monkeypatch, 0, 1)  # a service may be scaled to nothing by hand
    built({}, asleep.outputs)
    assert told == []
