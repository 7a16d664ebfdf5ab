"""A deployment that waits: it succeeds only when the wanted version runs, and says why when it does not."""

from typing import Any

import boto3
import pytest

from infra.steps import deployment, ecs_logs
from infra.steps.common import StepError
from infra.steps.deployment import DeploymentWait, Verdict, look_at
from tests.unit.steps.aws_fakes import Clock, FakeEcs, FakeLogs, task

OLD, NEW = "arn:td:1", "arn:td:2"
PROPS = {
    "region": "us-east-1",
    "cluster": "cluster",
    "service": "backend-service",
    "taskDefinition": NEW,
    "container": "backend",
    "logGroup": "/app/dev/backend",
    "timeoutSeconds": 60,
}


def rollout(
    definition: str, state: str, *, status: str = "PRIMARY", running: int = 1, reason: str = ""
) -> dict[str, Any]:
    return {
        "taskDefinition": definition,
        "status": status,
        "rolloutState": state,
        "rolloutStateReason": reason,
        "runningCount": running,
        "desiredCount": 1,
        "failedTasks": 0,
    }


def service(*deployments: dict[str, Any]) -> dict[str, Any]:
    return {"status": "ACTIVE", "desiredCount": 1, "deployments": list(deployments), "events": []}


STEADY = service(rollout(NEW, "COMPLETED"))
MOVING = service(rollout(NEW, "IN_PROGRESS", running=0), rollout(OLD, "COMPLETED", status="ACTIVE"))
BROKEN = rollout(NEW, "FAILED", status="ACTIVE", running=0, reason="circuit breaker was triggered")
ROLLED_BACK = service(rollout(OLD, "COMPLETED"), BROKEN)
FAILED = service(rollout(NEW, "FAILED", running=0, reason="circuit breaker was triggered"))


@pytest.fixture
def logs() -> FakeLogs:
    return FakeLogs(["starting", "no flux capacitor"])


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, logs: FakeLogs) -> Any:
    """Deploy against a service that goes through `states`; returns the ECS that was asked."""

    def deploy(states: list[dict[str, Any]], tasks: list[dict[str, Any]] | None = None) -> FakeEcs:
        ecs = FakeEcs(states, tasks)
        clock = Clock()
        monkeypatch.setattr(boto3, "client", lambda name, **_: {"ecs": ecs, "logs": logs}[name])
        monkeypatch.setattr(deployment, "time", clock)
        monkeypatch.setattr(ecs_logs, "time", clock)
        try:
            deployment.deploy(PROPS)
        finally:
            deploy.ecs = ecs  # type: ignore[attr-defined]
        return ecs

    return deploy


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (STEADY, Verdict.STEADY),
        (MOVING, Verdict.MOVING),
        (ROLLED_BACK, Verdict.ELSEWHERE),
        (FAILED, Verdict.FAILED),
        (service(), Verdict.MOVING),
        # The new tasks run, yet old ones still answer: a page of the old version could be cached again.
        (service(rollout(NEW, "COMPLETED"), rollout(OLD, "COMPLETED", status="ACTIVE")), Verdict.MOVING),
        # Called complete before its task runs.
        (service(rollout(NEW, "COMPLETED", running=0)), Verdict.MOVING),
    ],
)
def test_verdict(seen: Any, verdict: Verdict) -> None:
    assert look_at(seen, NEW).verdict is verdict


def test_a_deployment_is_followed_to_its_end(run: Any) -> None:
    assert run([MOVING, MOVING, STEADY]).called("update_service") == []


def test_a_rollback_fails_with_the_reason_and_the_last_lines(run: Any, logs: FakeLogs) -> None:
    crashed = task(["STOPPED"], exit_code=1, reason="Essential container in task exited")
    with pytest.raises(StepError) as caught:
        run([MOVING, ROLLED_BACK], [crashed])
    text = str(caught.value)
    assert text.startswith("backend: the new version does not run, the earlier version keeps serving\n")
    assert "circuit breaker was triggered" in text
    assert "Essential container in task exited" in text
    assert "container backend exited with code 1" in text
    assert "last log lines, of /app/dev/backend:" in text
    assert "no flux capacitor" in text
    assert set(logs.asked) == {("/app/dev/backend", "backend/backend/0123")}


def test_tasks_of_another_version_do_not_explain_the_failure(run: Any) -> None:
    drained = task(["STOPPED"], exit_code=0, reason="Scaling activity", definition=OLD)
    with pytest.raises(StepError) as caught:
        run([MOVING, ROLLED_BACK], [drained])
    assert "Scaling activity" not in str(caught.value)


def test_after_a_rollback_the_next_run_deploys_the_same_version_again(run: Any) -> None:
    ecs = run([ROLLED_BACK, MOVING, STEADY])
    assert ecs.called("update_service") == [
        {"cluster": "cluster", "service": "backend-service", "taskDefinition": NEW, "forceNewDeployment": True}
    ]


def test_a_first_deployment_that_failed_is_tried_again(run: Any) -> None:
    assert len(run([FAILED, MOVING, STEADY]).called("update_service")) == 1


def test_it_tries_once_and_no_more(run: Any) -> None:
    with pytest.raises(StepError, match="the new version does not run"):
        run([ROLLED_BACK, MOVING, ROLLED_BACK])
    assert len(run.ecs.called("update_service")) == 1


def test_a_deployment_that_does_not_end_is_given_up(run: Any) -> None:
    with pytest.raises(StepError, match=r"did not run after 1 minutes \(0 of 1 new tasks running, 0 failed\)"):
        run([MOVING])


def test_without_a_reason_the_services_latest_events_are_told(run: Any) -> None:
    silent = {
        **ROLLED_BACK,
        "deployments": [rollout(OLD, "COMPLETED")],
        "events": [{"message": f"event {i}"} for i in range(5)],
    }
    with pytest.raises(StepError) as caught:
        run([MOVING, silent])
    assert "event 0\n  event 1\n  event 2\n  no log" in str(caught.value)


def test_progress_is_told_once_for_each_change(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run([MOVING, MOVING, MOVING, STEADY])
    assert capsys.readouterr().out.splitlines() == [
        "backend: 0 of 1 new tasks running, 0 failed",
        "backend: 1 of 1 new tasks running, 0 failed",
    ]


def test_a_service_that_is_gone_is_said_so(run: Any) -> None:
    with pytest.raises(StepError, match="is not there; run `pulumi refresh`"):
        run([])


def test_a_failure_without_a_log_says_so(run: Any, logs: FakeLogs) -> None:
    logs.lines = None
    with pytest.raises(StepError, match="no log in /app/dev/backend"):
        run([MOVING, ROLLED_BACK], [task(["STOPPED"], reason="CannotPullContainerError")])


@pytest.mark.parametrize(
    ("change", "changes", "replaces"),
    [
        ({}, False, []),
        ({"taskDefinition": OLD}, True, []),
        ({"timeoutSeconds": 5, "logGroup": "elsewhere"}, False, []),
        ({"service": "another"}, True, ["service"]),
    ],
)
def test_only_another_version_or_service_is_a_change(
    change: dict[str, Any], changes: bool, replaces: list[str]
) -> None:
    result = DeploymentWait().diff("id", PROPS, {**PROPS, **change})
    assert (result.changes, result.replaces) == (changes, replaces)


@pytest.mark.parametrize(("seen", "definition"), [(STEADY, NEW), (ROLLED_BACK, OLD)])
def test_a_refresh_sees_what_runs(monkeypatch: pytest.MonkeyPatch, seen: dict[str, Any], definition: str) -> None:
    monkeypatch.setattr(boto3, "client", lambda name, **_: FakeEcs([seen]))
    result = DeploymentWait().read("id", PROPS)
    assert result.outs == {**PROPS, "taskDefinition": definition}


def test_a_refresh_sees_that_the_service_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "client", lambda name, **_: FakeEcs([]))
    assert DeploymentWait().read("id", PROPS).id == ""
