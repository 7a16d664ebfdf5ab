"""A deployment that waits: it succeeds only when the wanted version runs, and says why when it does not."""

from typing import Any

import boto3
import pytest

from infra.steps import deployment, ecs_logs
from infra.steps.common import StepError
from infra.steps.deployment import DeploymentWait, Goal, Verdict, look_at
from tests.unit.steps.aws_fakes import Clock, FakeBalancer, FakeEcs, FakeLogs, task

OLD, NEW = "arn:td:1", "arn:td:2"
PROPS = {
    "region": "us-east-1",
    "cluster": "cluster",
    "service": "backend-service",
    "taskDefinition": NEW,
    "version": "3c4d",
    "desiredCount": 1.0,  # as Pulumi hands it on
    "container": "backend",
    "logGroup": "/app/dev/backend",
    "timeoutSeconds": 60,
}


def rollout(
    definition: str,
    state: str,
    *,
    status: str = "PRIMARY",
    running: int = 1,
    reason: str = "",
    deployment: str | None = None,
) -> dict[str, Any]:
    return {
        "id": deployment or f"of {definition}",
        "taskDefinition": definition,
        "status": status,
        "rolloutState": state,
        "rolloutStateReason": reason,
        "runningCount": running,
        "desiredCount": 1,
        "failedTasks": 0,
    }


def service(*deployments: dict[str, Any], desired: int = 1, events: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "status": "ACTIVE",
        "desiredCount": desired,
        "deployments": list(deployments),
        "loadBalancers": [{"targetGroupArn": "arn:group"}],
        "events": [{"id": text, "message": text} for text in events],
    }


AGAIN = "again"
STEADY = service(rollout(NEW, "COMPLETED"))
MOVING = service(rollout(NEW, "IN_PROGRESS", running=0), rollout(OLD, "COMPLETED", status="ACTIVE"))
BROKEN = rollout(NEW, "FAILED", status="ACTIVE", running=0, reason="circuit breaker was triggered")
ROLLED_BACK = service(rollout(OLD, "COMPLETED"), BROKEN)
BEFORE = service(rollout(OLD, "COMPLETED"))
STEADY_AGAIN = service(rollout(NEW, "COMPLETED", deployment=AGAIN))
MOVING_AGAIN = service(
    rollout(NEW, "IN_PROGRESS", running=0, deployment=AGAIN), rollout(OLD, "COMPLETED", status="ACTIVE")
)
FAILED_AGAIN = service(rollout(NEW, "FAILED", running=0, reason="circuit breaker was triggered", deployment=AGAIN))
FAILED = service(rollout(NEW, "FAILED", running=0, reason="circuit breaker was triggered"))


@pytest.fixture
def logs() -> FakeLogs:
    return FakeLogs(["starting", "no flux capacitor"])


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, logs: FakeLogs) -> Any:
    """Deploy against a service that goes through `states`; returns the ECS that was asked."""

    def deploy(
        states: list[dict[str, Any]] | FakeEcs,
        tasks: list[dict[str, Any]] | None = None,
        *,
        targets: tuple[str, ...] = ("healthy",),
        looks: int = 0,
        clock: Clock | None = None,
        before: str | None = None,
        **changes: Any,
    ) -> FakeEcs:
        ecs = states if isinstance(states, FakeEcs) else FakeEcs(states, tasks)
        clients = {"ecs": ecs, "logs": logs, "elbv2": FakeBalancer(*targets, looks=looks)}
        clock = clock or Clock()
        monkeypatch.setattr(boto3, "client", lambda name, **_: clients[name])
        monkeypatch.setattr(deployment, "time", clock)
        monkeypatch.setattr(ecs_logs, "time", clock)
        try:
            deployment.deploy({**PROPS, **changes}, before)
        finally:
            deploy.ecs = ecs  # type: ignore[attr-defined]
        return ecs

    return deploy


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (STEADY, Verdict.STEADY),
        (MOVING, Verdict.MOVING),
        (ROLLED_BACK, Verdict.FAILED),
        (FAILED, Verdict.FAILED),
        (BEFORE, Verdict.ELSEWHERE),
        (service(), Verdict.ELSEWHERE),
        (None, Verdict.ELSEWHERE),
        # Another version became the one to run, and the wanted one did not fail.
        (service(rollout(OLD, "IN_PROGRESS"), rollout(NEW, "COMPLETED", status="ACTIVE")), Verdict.ELSEWHERE),
        # Not scaled yet.
        ({**STEADY, "desiredCount": 2}, Verdict.ELSEWHERE),
        # The new tasks run, yet old ones still answer: a page of the old version could be cached again.
        (service(rollout(NEW, "COMPLETED"), rollout(OLD, "COMPLETED", status="ACTIVE")), Verdict.MOVING),
        # Called complete before its task runs.
        (service(rollout(NEW, "COMPLETED", running=0)), Verdict.MOVING),
    ],
)
def test_verdict(seen: Any, verdict: Verdict) -> None:
    assert look_at(seen, Goal(definition=NEW, count=1)).verdict is verdict


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


@pytest.mark.parametrize(
    ("states", "targets"), [(ROLLED_BACK, ()), (ROLLED_BACK, ("unhealthy",)), (FAILED, ("healthy",))]
)
def test_no_earlier_version_serves_where_none_passes_the_load_balancers_check(
    run: Any, states: dict[str, Any], targets: tuple[str, ...]
) -> None:
    with pytest.raises(StepError) as caught:
        run([MOVING, states], targets=targets)
    assert str(caught.value).startswith("backend: the new version does not run\n")


def test_an_alarm_is_told(run: Any) -> None:
    taken_back = rollout(NEW, "FAILED", status="ACTIVE", running=1, reason="ECS deployment failed: alarm detected: e.")
    with pytest.raises(StepError) as caught:
        run([MOVING, service(rollout(OLD, "IN_PROGRESS"), taken_back)], targets=("healthy",))
    first, second, *_ = str(caught.value).splitlines()
    assert first == "backend: an alarm went on during the deployment, the earlier version keeps serving"
    assert second == "  ECS deployment failed: alarm detected: e."


def test_the_load_balancers_reason_is_told_where_its_check_ended_the_task(run: Any) -> None:
    why = "(port 8000) is unhealthy in (target-group g) due to (reason Health checks failed with these codes: [500])"
    seen = {**ROLLED_BACK, "events": [{"id": "1", "message": "has begun draining"}, {"id": "2", "message": why}]}
    with pytest.raises(StepError) as caught:
        run([MOVING, seen], [task(["STOPPED"], reason="Task failed ELB health checks in (target-group g)")])
    assert why in str(caught.value) and "has begun draining" not in str(caught.value)


def test_the_log_of_an_earlier_task_is_told_where_the_latest_wrote_nothing(run: Any, logs: FakeLogs) -> None:
    tasks = [task(["STOPPED"], exit_code=127), task(["STOPPED"], exit_code=127)]
    tasks[0]["taskArn"] += "-silent"
    logs.silent = {"backend/backend/0123-silent"}
    with pytest.raises(StepError, match="no flux capacitor"):
        run([MOVING, ROLLED_BACK], tasks)


NO_ROOM = "was unable to place a task because no container instance met all of its requirements. Reason: memory"
UNABLE = "is unable to consistently start tasks successfully."


def test_more_tasks_that_find_no_room_fail_with_ecss_reason(run: Any) -> None:
    seen = service(rollout(NEW, "COMPLETED", running=3), desired=5, events=(NO_ROOM,))
    with pytest.raises(StepError) as caught:
        run([seen], desiredCount=5)
    assert "did not run after 1 minutes (3 of 5 new tasks running, 0 failed)" in str(caught.value)
    assert NO_ROOM in str(caught.value)


def test_more_tasks_that_do_not_start_fail_as_soon_as_ecs_says_so(run: Any) -> None:
    before = service(rollout(NEW, "COMPLETED", running=3), desired=5, events=("an old one " + UNABLE,))
    after = service(rollout(NEW, "COMPLETED", running=3), desired=5, events=(UNABLE, "an old one " + UNABLE))
    clock = Clock()
    with pytest.raises(StepError, match=r"not all tasks run \(3 of 5 new tasks running, 0 failed\)"):
        run([before, before, after], [task(["STOPPED"], exit_code=1)], desiredCount=5, clock=clock)
    assert clock.now < 15


class LateEcs(FakeEcs):
    """ECS as it is now and then: every other answer shows the service as it was some seconds ago.

    `history`: what the service is from which second on; after `update_service`, what it is from then on.
    """

    def __init__(
        self, clock: Clock, history: list[tuple[float, Any]], again: list[tuple[float, Any]], lag: float
    ) -> None:
        super().__init__()
        self.clock, self.history, self.again, self.lag = clock, history, again, lag
        self.looks = 0

    def at(self, when: float) -> Any:
        return [state for since, state in self.history if since <= when][-1]

    def describe_services(self, **arguments: Any) -> dict[str, Any]:
        self.looks += 1
        seen = self.at(max(self.clock.now - self.lag * (self.looks % 2), self.history[0][0]))
        return {"services": [seen] if seen else []}

    def update_service(self, **arguments: Any) -> dict[str, Any]:
        self.history += [(self.clock.now + delay, state) for delay, state in self.again]
        return super().update_service(**arguments)


@pytest.mark.parametrize("before", [BEFORE, None, service(rollout(OLD, "COMPLETED"), rollout("arn:td:0", "FAILED"))])
def test_an_answer_of_before_the_update_is_not_taken_for_another_version(run: Any, before: Any) -> None:
    clock = Clock()
    ecs = LateEcs(clock, [(-1, before), (0, MOVING), (20, STEADY)], [], lag=8)
    assert run(ecs, clock=clock).called("update_service") == []


def test_an_answer_of_before_the_new_attempt_neither_fails_it_nor_starts_another(run: Any) -> None:
    clock = Clock()
    ecs = LateEcs(clock, [(-1, ROLLED_BACK)], [(0, MOVING_AGAIN), (20, STEADY_AGAIN)], lag=8)
    assert len(run(ecs, clock=clock).called("update_service")) == 1


def test_an_answer_of_before_the_scaling_is_not_the_end(run: Any) -> None:
    clock = Clock()
    scaled = service(rollout(NEW, "COMPLETED", running=3), desired=3)
    waiting = service(rollout(NEW, "COMPLETED", running=1), desired=3)
    ecs = LateEcs(clock, [(-1, STEADY), (0, waiting), (20, scaled)], [], lag=8)
    run(ecs, clock=clock, targets=("healthy",) * 3, desiredCount=3)
    assert clock.now >= 20 and ecs.called("update_service") == []


def test_a_version_that_stays_away_is_deployed_again(run: Any) -> None:
    clock = Clock()
    ecs = LateEcs(clock, [(-1, BEFORE)], [(0, MOVING_AGAIN), (20, STEADY_AGAIN)], lag=8)
    assert len(run(ecs, clock=clock).called("update_service")) == 1


def test_tasks_of_another_version_do_not_explain_the_failure(run: Any) -> None:
    drained = task(["STOPPED"], exit_code=0, reason="Scaling activity", definition=OLD)
    with pytest.raises(StepError) as caught:
        run([MOVING, ROLLED_BACK], [drained])
    assert "Scaling activity" not in str(caught.value)


def test_after_a_rollback_the_next_run_deploys_the_same_version_again(run: Any) -> None:
    ecs = run([ROLLED_BACK, MOVING_AGAIN, STEADY_AGAIN])
    service = {"cluster": "cluster", "service": "backend-service"}
    wanted = {"taskDefinition": NEW, "desiredCount": 1, "forceNewDeployment": True}
    assert ecs.called("update_service") == [{**service, **wanted}]


def test_a_first_deployment_that_failed_is_tried_again(run: Any) -> None:
    assert len(run([FAILED, MOVING_AGAIN, STEADY_AGAIN]).called("update_service")) == 1


def test_it_tries_once_and_no_more(run: Any) -> None:
    with pytest.raises(StepError, match="the new version does not run"):
        run([ROLLED_BACK, MOVING_AGAIN, FAILED_AGAIN])
    assert len(run.ecs.called("update_service")) == 1


def test_a_deployment_that_does_not_end_is_given_up(run: Any) -> None:
    with pytest.raises(StepError, match=r"did not run after 1 minutes \(0 of 1 new tasks running, 0 failed\)"):
        run([MOVING])


def test_without_a_reason_the_services_latest_events_are_told(run: Any) -> None:
    silent = {
        **ROLLED_BACK,
        "deployments": [rollout(OLD, "COMPLETED")],
        "events": [{"id": str(i), "message": f"event {i}"} for i in range(5)],
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


def test_further_tasks_count_when_they_pass_the_load_balancers_check(
    run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    scaled = service(rollout(NEW, "COMPLETED", running=3), desired=3)
    run([scaled], targets=("healthy",) * 3, looks=2, desiredCount=3.0)
    assert capsys.readouterr().out.splitlines() == [
        "backend: 3 of 3 new tasks running, 0 failed, 1 of 3 pass the load balancer's check",
        "backend: 3 of 3 new tasks running, 0 failed",
    ]


def test_further_tasks_that_never_pass_the_check_fail_the_deployment(run: Any) -> None:
    scaled = service(rollout(NEW, "COMPLETED", running=3), desired=3)
    with pytest.raises(StepError, match="1 of 3 pass the load balancer's check"):
        run([scaled], targets=("healthy", "unhealthy", "unhealthy"), desiredCount=3.0)


def test_the_last_line_tells_the_version_that_runs_and_the_one_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever runs plain `pulumi up` reads it too; `make up` sums it up."""
    clients = {"ecs": FakeEcs([STEADY]), "elbv2": FakeBalancer("healthy")}
    monkeypatch.setattr(boto3, "client", lambda name, **_: clients[name])
    step = DeploymentWait()
    step.create(PROPS)
    step.update("id", {**PROPS, "version": "1a2b"}, PROPS)
    step.update("id", PROPS, PROPS)
    step.update("id", {key: value for key, value in PROPS.items() if key != "version"}, PROPS)
    told = [line for line in capsys.readouterr().out.splitlines() if "version" in line]
    runs = "backend: version 3c4d runs"
    assert told == [runs, f"{runs}, in place of 1a2b", runs, runs]


def test_a_worker_must_still_run_a_while_later(run: Any) -> None:
    clock = Clock()
    run([MOVING, STEADY], clock=clock, settleSeconds=15.0)
    assert clock.now >= 15


def worker(*deployments: dict[str, Any], events: tuple[str, ...] = ()) -> dict[str, Any]:
    return {**service(*deployments, events=events), "loadBalancers": []}


ENDED = worker(rollout(NEW, "COMPLETED", running=0))
BACK = [{"cluster": "cluster", "service": "backend-service", "taskDefinition": OLD}]


def test_a_worker_whose_tasks_end_again_and_again_is_no_success(run: Any, logs: FakeLogs) -> None:
    """ECS calls its deployment complete as soon as a task runs."""
    crashed = task(["STOPPED"], exit_code=1, reason="Essential container in task exited")
    with pytest.raises(StepError, match="backend: its tasks end soon after they start") as caught:
        run([MOVING, STEADY, STEADY, ENDED], [crashed], settleSeconds=15.0)
    assert "container backend exited with code 1" in str(caught.value) and "no flux capacitor" in str(caught.value)


def test_a_worker_goes_back_to_the_version_that_ran(run: Any) -> None:
    """ECS rolls back by a load balancer's checks, which a worker has none of."""
    with pytest.raises(StepError, match=r"0 failed\), the service is put back to the earlier version\n"):
        run([MOVING, STEADY, STEADY, ENDED], settleSeconds=15.0, before=OLD)
    assert run.ecs.called("update_service") == BACK


def test_a_worker_whose_tasks_never_run_goes_back_too(run: Any) -> None:
    moving = worker(rollout(NEW, "IN_PROGRESS", running=0))
    unable = worker(rollout(NEW, "IN_PROGRESS", running=0), events=(f"(service x) {deployment.UNABLE}.",))
    with pytest.raises(StepError, match=r"not all tasks run .*, the service is put back to the earlier version"):
        run([moving, unable], settleSeconds=15.0, before=OLD)
    assert run.ecs.called("update_service") == BACK


@pytest.mark.parametrize(
    ("ended", "before"),
    [
        (ENDED, None),
        (ENDED, NEW),
        (service(rollout(NEW, "COMPLETED", running=0)), OLD),  # behind a load balancer, ECS rolls back
        (worker(rollout(OLD, "COMPLETED"), rollout(NEW, "FAILED", status="ACTIVE")), OLD),  # it has done so
    ],
)
def test_nothing_is_put_back_where_there_is_no_need_or_nothing_else(run: Any, ended: Any, before: str | None) -> None:
    with pytest.raises(StepError) as caught:
        run([MOVING, STEADY, STEADY, ended], settleSeconds=15.0, before=before)
    assert "put back" not in str(caught.value)
    assert run.ecs.called("update_service") == []


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
        ({"desiredCount": 2}, True, []),
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
