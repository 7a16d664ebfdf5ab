"""A migration: run once for each version, its failure told with its log."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.steps import ecs_logs, migration_run
from infra.steps.common import StepError
from infra.steps.migration_run import MigrationRun
from tests.unit.steps.aws_fakes import Clock, FakeEcs, FakeLogs, refusal, task

PROPS = {
    "region": "us-east-1",
    "cluster": "cluster",
    "capacityProvider": "capacity",
    "taskDefinition": "arn:td:2",
    "container": "backend",
    "command": ["alembic", "upgrade", "head"],
    "version": "0123456789abcdef",
    "logGroup": "/app/dev/backend",
    "tags": {"stack": "dev", "component": "migration"},
    "timeoutSeconds": 60,
}


def use(monkeypatch: pytest.MonkeyPatch, ecs: FakeEcs, lines: list[str] | None = None) -> FakeEcs:
    clock = Clock()
    monkeypatch.setattr(boto3, "client", lambda name, **_: {"ecs": ecs, "logs": FakeLogs(lines)}[name])
    monkeypatch.setattr(migration_run, "time", clock)
    monkeypatch.setattr(ecs_logs, "time", clock)
    return ecs


def test_it_runs_the_command_with_the_new_version_and_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    ecs = use(monkeypatch, FakeEcs(tasks=[task(["PROVISIONING", "RUNNING", "STOPPED"], exit_code=0)]))
    result = MigrationRun().create({**PROPS})
    assert result.outs is not None and result.outs["taskDefinition"] == "arn:td:2"
    (call,) = ecs.called("run_task")
    assert call["taskDefinition"] == "arn:td:2"
    assert call["capacityProviderStrategy"] == [{"capacityProvider": "capacity", "weight": 1}]
    assert call["overrides"]["containerOverrides"] == [{"name": "backend", "command": ["alembic", "upgrade", "head"]}]
    assert call["tags"] == [{"key": "component", "value": "migration"}, {"key": "stack", "value": "dev"}]
    assert len(call["startedBy"]) <= 36


def test_without_a_capacity_provider_it_runs_on_fargate(monkeypatch: pytest.MonkeyPatch) -> None:
    ecs = use(monkeypatch, FakeEcs(tasks=[task(["RUNNING", "STOPPED"], exit_code=0)]))
    MigrationRun().create({key: value for key, value in PROPS.items() if key != "capacityProvider"})
    (call,) = ecs.called("run_task")
    assert call["launchType"] == "FARGATE" and "capacityProviderStrategy" not in call


def test_a_failure_shows_how_it_ended_and_its_last_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeEcs(tasks=[task(["STOPPED"], exit_code=1)]), ["Traceback", "RuntimeError: no such era"])
    with pytest.raises(StepError) as caught:
        MigrationRun().update("id", PROPS, {**PROPS})
    text = str(caught.value)
    assert text.startswith("migration: failed, so the service was not moved to the new version")
    assert "container backend exited with code 1" in text
    assert "no such era" in text


def test_a_task_that_never_started_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeEcs(tasks=[task(["STOPPED"], reason="CannotPullContainerError")]))
    with pytest.raises(StepError, match="CannotPullContainerError"):
        MigrationRun().create({**PROPS})


def test_no_task_at_all_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeEcs())
    with pytest.raises(StepError, match="ECS did not start the task\n  no room"):
        MigrationRun().create({**PROPS})


def test_an_interrupted_run_is_waited_for_and_not_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    running = task(["RUNNING", "STOPPED"], exit_code=0, desired="RUNNING")
    ecs = use(monkeypatch, FakeEcs(tasks=[running]))
    MigrationRun().create({**PROPS})
    assert ecs.called("run_task") == []


class ForgetfulEcs(FakeEcs):
    """Answers MISSING to the first looks."""

    def __init__(self, misses: int) -> None:
        super().__init__(tasks=[task(["STOPPED"], exit_code=0)])
        self.misses = misses

    def describe_tasks(self, **arguments: Any) -> dict[str, Any]:
        self.misses -= 1
        return {"tasks": []} if self.misses >= 0 else super().describe_tasks(**arguments)


def test_a_task_that_ecs_knows_a_moment_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, ForgetfulEcs(migration_run.MISSING_LOOKS - 1))
    assert MigrationRun().create({**PROPS}).id == "backend-migration"


def test_a_task_that_ecs_forgot_is_told_with_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, ForgetfulEcs(migration_run.MISSING_LOOKS))
    with pytest.raises(StepError, match=r"ECS no longer knows the task arn:.*look into the log /app/dev/backend"):
        MigrationRun().create({**PROPS})


def test_a_success_tells_what_was_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ['{"level": "INFO", "message": "Running upgrade 0001 -> 0002"}', "plain", '"no object"', "[1]"]
    use(monkeypatch, FakeEcs(tasks=[task(["STOPPED"], exit_code=0)]), lines)
    MigrationRun().create({**PROPS})
    told = ["Running upgrade 0001 -> 0002", "plain", '"no object"', "[1]"]
    assert capsys.readouterr().out.splitlines()[1:] == [f"migration: {line}" for line in told]


class WaryEcs(FakeEcs):
    """Refuses the task's role at first, in the call or when the task starts."""

    def __init__(self, refusals: list[str]) -> None:
        super().__init__(tasks=[task(["STOPPED"], exit_code=0)])
        self.refusals = refusals

    def run_task(self, **arguments: Any) -> dict[str, Any]:
        refusal_text = self.refusals.pop(0) if self.refusals else ""
        if refusal_text.startswith("AccessDenied"):
            raise refusal(refusal_text)
        if refusal_text:
            self.tasks = [task(["STOPPED"], reason=refusal_text)]
        else:
            self.tasks = [task(["STOPPED"], exit_code=0)]
        return super().run_task(**arguments)


UNASSUMED = "ECS was unable to assume the role 'arn:aws:iam::1:role/r' that was provided for this task."


def test_a_role_that_aws_does_not_know_everywhere_yet_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ecs = use(monkeypatch, WaryEcs(["AccessDeniedException", UNASSUMED]))
    assert MigrationRun().create({**PROPS}).id == "backend-migration"
    assert len(ecs.called("run_task")) == 2
    assert capsys.readouterr().out.count("does not accept the task's new role yet") == 2


def test_a_role_that_is_refused_for_longer_than_a_minute_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, WaryEcs([UNASSUMED] * 100))
    with pytest.raises(StepError, match="unable to assume the role"):
        MigrationRun().create({**PROPS})
    use(monkeypatch, WaryEcs(["AccessDeniedException"] * 100))
    with pytest.raises(ClientError, match="AccessDenied"):
        MigrationRun().create({**PROPS})


def test_any_other_refusal_is_an_error_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ecs = use(monkeypatch, FakeEcs(tasks=[task(["STOPPED"], exit_code=1)]))
    monkeypatch.setattr(ecs, "run_task", lambda **_: (_ for _ in ()).throw(refusal("ClusterNotFoundException")))
    with pytest.raises(ClientError, match="ClusterNotFound"):
        MigrationRun().create({**PROPS})


def test_a_run_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    ecs = use(monkeypatch, FakeEcs(tasks=[task(["RUNNING"])]))
    with pytest.raises(StepError, match="took longer than 1 minutes"):
        MigrationRun().create({**PROPS})
    assert len(ecs.called("stop_task")) == 1


@pytest.mark.parametrize(
    ("change", "changes"),
    [({}, False), ({"taskDefinition": "arn:td:3"}, True), ({"timeoutSeconds": 5, "capacityProvider": "x"}, False)],
)
def test_it_runs_again_exactly_for_another_version(change: dict[str, Any], changes: bool) -> None:
    assert MigrationRun().diff("id", PROPS, {**PROPS, **change}).changes is changes
