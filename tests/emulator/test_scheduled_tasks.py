"""Schedules and rules run ECS tasks. Without an engine a task counts as running at once."""

import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.conftest import Client, running
from tests.engine.support import Emulator, eventually

ROLE = "arn:aws:iam::000000000000:role/scheduler"
OVERRIDES = {"containerOverrides": [{"name": "app", "command": ["report"]}]}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One for all tests of this file."""
    with running(tmp_path_factory.mktemp("emulator")) as made:
        yield made


@pytest.fixture
def target(aws: Client) -> dict[str, Any]:
    cluster = aws("ecs").create_cluster(clusterName="c")["cluster"]["clusterArn"]
    container = {"name": "app", "image": "app:1", "memory": 64}
    made = aws("ecs").register_task_definition(family="app", containerDefinitions=[container])
    task = {"TaskDefinitionArn": made["taskDefinition"]["taskDefinitionArn"], "TaskCount": 2, "Group": "reports"}
    return {"Arn": cluster, "RoleArn": ROLE, "EcsParameters": task, "Input": json.dumps(OVERRIDES)}


def tasks(aws: Client, started_by: str) -> list[dict[str, Any]]:
    arns = aws("ecs").list_tasks(cluster="c", startedBy=started_by)["taskArns"]
    return list(aws("ecs").describe_tasks(cluster="c", tasks=arns)["tasks"]) if arns else []


def test_a_schedule_runs_its_task_when_it_is_time(aws: Client, target: dict[str, Any]) -> None:
    soon = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
    aws("scheduler").create_schedule(
        Name="nightly", ScheduleExpression=f"at({soon})", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
    )
    found = eventually(lambda: tasks(aws, "schedule/nightly"))
    assert [task["group"] for task in found] == ["reports"] * 2
    assert found[0]["overrides"]["containerOverrides"] == OVERRIDES["containerOverrides"]


def test_a_rule_runs_its_task_and_what_cannot_run_is_in_the_log(
    emulator: Emulator, aws: Client, target: dict[str, Any]
) -> None:
    events = aws("events")
    events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    broken = {**target["EcsParameters"], "TaskDefinitionArn": "arn:aws:ecs:us-east-1:000000000000:task-definition/no:1"}
    rows = [{**target, "Id": "good"}, {**target, "Id": "broken", "EcsParameters": broken}]
    events.put_targets(Rule="orders", Targets=rows)
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    assert len(eventually(lambda: tasks(aws, "schedule/orders"))) == 2
    assert eventually(lambda: "orders: its task was not run: " in emulator.log.read_text())
