"""A preview environment's database: made by one task, dropped by another."""

import boto3
import pytest

from infra.steps import ecs_logs, migration_run
from infra.steps.common import StepError
from infra.steps.own_database import OwnDatabase
from tests.unit.steps.aws_fakes import Clock, FakeEcs, FakeLogs, task

PROPS = {
    "region": "us-east-1",
    "cluster": "cluster",
    "capacityProvider": "capacity",
    "taskDefinition": "arn:td:1",
    "container": "backend",  # of the fake cluster
    "logGroup": "/app/dev-pr-12/database-task",
    "tags": {"stack": "dev-pr-12"},
    "timeoutSeconds": 60,
    "database": "dev_pr_12",
    "secretArn": "arn:secret",
}


@pytest.fixture
def ecs(monkeypatch: pytest.MonkeyPatch) -> FakeEcs:
    made, clock = FakeEcs(tasks=[task(["RUNNING", "STOPPED"], exit_code=0)]), Clock()
    monkeypatch.setattr(boto3, "client", lambda name, **_: {"ecs": made, "logs": FakeLogs(["it is done"])}[name])
    monkeypatch.setattr(migration_run, "time", clock)
    monkeypatch.setattr(ecs_logs, "time", clock)
    return made


def test_it_is_made_and_dropped_by_the_same_task_definition(ecs: FakeEcs, capsys: pytest.CaptureFixture[str]) -> None:
    assert (OwnDatabase().create({**PROPS}).outs or {}) == PROPS
    ecs.tasks = [task(["STOPPED"], exit_code=0)]
    newer = OwnDatabase().update("dev_pr_12", {**PROPS}, {**PROPS, "taskDefinition": "arn:td:2"}).outs or {}
    OwnDatabase().delete("dev_pr_12", newer)
    made, dropped = ecs.called("run_task")
    assert made["overrides"]["containerOverrides"][0]["command"] == ["python", "database.py", "make"]
    assert dropped["overrides"]["containerOverrides"][0]["command"] == ["python", "database.py", "drop"]
    assert (made["taskDefinition"], dropped["taskDefinition"]) == ("arn:td:1", "arn:td:2")
    assert made["startedBy"] != dropped["startedBy"]
    assert "database: it is done" in capsys.readouterr().out


def test_a_failure_is_told_as_the_databases(ecs: FakeEcs) -> None:
    ecs.tasks = [task(["STOPPED"], exit_code=1)]
    with pytest.raises(StepError, match=r"^database: failed\n"):
        OwnDatabase().create({**PROPS})
