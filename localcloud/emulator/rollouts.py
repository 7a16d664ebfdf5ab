"""ECS services whose deployments succeed, and whose tasks live, by the health of their targets.

MiniStack calls a deployment complete once its tasks have run for a second. Here, as on AWS, the tasks' targets must be
healthy first, and a task whose target is unhealthy after the service's grace period is replaced and counts as failed.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
"""

import logging
import threading
import time
from typing import Any, NoReturn

from ministack.core.concurrency import spawn_background
from ministack.core.responses import new_uuid, request_scope
from ministack.services import ecs

from localcloud.emulator import metrics
from localcloud.emulator.listeners import listens
from localcloud.emulator.targets import TICK_SECONDS, Target, Targets, groups_in_use, serve

LOOPBACK = "127."
# Between a failure and the next attempt, as ECS's scheduler throttles a service whose tasks fail again and again.
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
UNABLE_AFTER = 3
EVENTS = 100
INCONSISTENT = "is unable to consistently start tasks successfully."

logger = logging.getLogger(__name__)


def balancers_of(service: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that ask its tasks by a target group; a classic load balancer has none."""
    return [one for one in service.get("loadBalancers") or () if one.get("targetGroupArn")]


def targets_of(service: dict[str, Any], task: dict[str, Any]) -> list[Target]:
    """Where the load balancers of a service reach a task; empty for a task without an address."""
    address = ecs._task_ip(task)
    balancers = balancers_of(service) if address else []
    return [Target(one["targetGroupArn"], address, one.get("containerPort", 80)) for one in balancers]


def is_balanced(service: dict[str, Any]) -> bool:
    """Whether health decides: a service behind a load balancer whose tasks really run."""
    return bool(ecs._get_docker()) and bool(balancers_of(service))


def running(service: dict[str, Any]) -> list[dict[str, Any]]:
    group = f"service:{service['serviceName']}"
    return [
        task
        for task in list(ecs._tasks.values())
        if task.get("group") == group
        and task.get("clusterArn") == service.get("clusterArn")
        and task.get("lastStatus") == "RUNNING"
        and task.get("desiredStatus") == "RUNNING"
    ]


def service_of(task: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """A task's service and its key among ECS's services."""
    cluster = ecs._cluster_name_from_arn(task.get("clusterArn", ""))
    key = f"{cluster}/{task.get('group', '').partition(':')[2]}"
    return key, ecs._services.get(key) if task.get("group", "").startswith("service:") else None


def owner(target: Target) -> dict[str, Any] | None:
    """The running task that has the target's address."""
    return next(
        (
            task
            for _, task in ecs._tasks.all_items()
            if task.get("lastStatus") == "RUNNING" and ecs._task_ip(task) == target.id
        ),
        None,
    )


def vouch(target: Target) -> bool:
    """Whether the program that answers at a target is the task's own: only containers on loopback share a network."""
    task = owner(target) if target.id.startswith(LOOPBACK) else None
    if task is None:
        return True
    client = ecs._get_docker()
    leaders = [client.api.inspect_container(one)["State"]["Pid"] for one in task.get("_docker_ids") or ()]
    return any(listens(leader, target.id, target.port) for leader in leaders if leader)


def event(service: dict[str, Any], text: str) -> None:
    """Tell it among the service's events, the latest first."""
    message = f"(service {service['serviceName']}) {text}"
    service["events"].insert(0, {"id": new_uuid(), "createdAt": ecs._iso(), "message": message})
    del service["events"][EVENTS:]


class Rollouts:
    """Looks at each service behind a load balancer, and moves its deployment by the health of its tasks."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._failures: dict[str, int] = {}

    def is_healthy(self, service: dict[str, Any], task: dict[str, Any]) -> bool:
        targets = targets_of(service, task)
        return bool(targets) and all(map(self._targets.is_healthy, targets))

    def look(self) -> None:
        for (account, region, key), service in ecs._services.all_items():
            with request_scope(account, region):
                if service.get("status") == "ACTIVE" and is_balanced(service):
                    for task in running(service):
                        self._follow(key, service, task)

    def _follow(self, key: str, service: dict[str, Any], task: dict[str, Any]) -> None:
        if self.is_healthy(service, task):
            if not task.get("_startup_stable"):
                task["_startup_stable"] = True
                self._failures.pop(service["serviceArn"], None)
                spawn_background(advance, key, task, thread_name="rollout")
            return
        task["_startup_stable"] = False
        grace = float(service.get("healthCheckGracePeriodSeconds") or 0)
        for target in targets_of(service, task):
            health = self._targets.health(target)
            if health and health.state == "unhealthy" and time.monotonic() - health.since >= grace:
                self._give_up(service, task, target, health.description)
                return

    def _give_up(self, service: dict[str, Any], task: dict[str, Any], target: Target, why: str) -> None:
        """Stop an unhealthy task; that it failed makes the service start another one, or end the deployment."""
        place = f"(target-group {target.group})"
        reason = f"Task failed ELB health checks in {place}"
        if ecs._mark_task_stopped(task["taskArn"], task, reason, "ServiceSchedulerInitiated"):
            event(service, f"(port {target.port}) is unhealthy in {place} due to (reason {why})")
            spawn_background(ecs._cleanup_task_resources, task, ecs._get_docker(), thread_name="stop-unhealthy")
            ecs._record_service_task_failure(task)

    def pause(self, task: dict[str, Any]) -> None:
        """Wait before a failed task is replaced: longer each time, until a task of the service gets healthy."""
        _, service = service_of(task)
        if service is None:
            return
        count = self._failures[service["serviceArn"]] = self._failures.get(service["serviceArn"], 0) + 1
        if count == UNABLE_AFTER:
            event(service, INCONSISTENT)
        if count > 1:
            time.sleep(min(FIRST_PAUSE_SECONDS * 2 ** (count - 2), LONGEST_PAUSE_SECONDS))


def advance(key: str, task: dict[str, Any]) -> None:
    """A task got healthy: its failures are forgotten, more tasks may start, and a complete deployment ends."""
    service = ecs._services.get(key)
    deployment = ecs._deployment_for_task(service, task) if service else None
    if deployment is None:
        return
    cluster = key.split("/", 1)[0]
    ecs._record_service_task_healthy(key, task)
    ecs._refresh_service_state(cluster, f"service:{service['serviceName']}")
    ecs._reconcile_service_tasks(cluster, key)
    ecs._complete_service_deployment(cluster, key, expected_deployment_id=deployment["id"])


def begin_in_progress() -> None:
    """A new service's first deployment is not complete either before its tasks are healthy."""
    make = ecs._make_deployment

    def in_progress(*arguments: Any, **named: Any) -> dict[str, Any]:
        deployment: dict[str, Any] = make(*arguments, **named)
        reason = f"ECS deployment {deployment['id']} in progress."
        return {**deployment, "rolloutState": "IN_PROGRESS", "rolloutStateReason": reason}

    ecs._make_deployment = in_progress


def follow_health(rollouts: Rollouts) -> None:
    """Let MiniStack take a task for healthy when its targets are, and not because it has run for a second."""
    record = ecs._record_service_task_healthy

    def when_healthy(key: str, task: dict[str, Any]) -> None:
        service = ecs._services.get(key)
        if service is None or not is_balanced(service) or rollouts.is_healthy(service, task):
            record(key, task)

    ecs._record_service_task_healthy = when_healthy
    fail = ecs._record_service_task_failure

    def after_a_pause(task: dict[str, Any]) -> None:
        rollouts.pause(task)
        fail(task)

    def recorded(task: dict[str, Any], digest_resolution_failed: bool = False) -> None:
        if digest_resolution_failed:
            fail(task, digest_resolution_failed=True)
        else:  # a request may have found the failure, and must not wait
            spawn_background(after_a_pause, task, thread_name="task-failure")

    ecs._record_service_task_failure = recorded


def drain_before_stop(targets: Targets) -> None:
    """A stopped task's target is deregistered by then; its container is stopped when its requests are answered."""
    clean_up = ecs._cleanup_task_resources

    def drained(task: dict[str, Any], *arguments: Any, **named: Any) -> None:
        _, service = service_of(task)
        for target in targets_of(service, task) if service else ():
            targets.drain(target)
        clean_up(task, *arguments, **named)

    ecs._cleanup_task_resources = drained


def judge_by_health() -> None:
    """Before MiniStack serves."""
    targets = Targets(vouch)
    rollouts = Rollouts(targets)
    serve(targets)
    begin_in_progress()
    follow_health(rollouts)
    drain_before_stop(targets)
    threading.Thread(target=metrics.watch, args=(targets.hosts, groups_in_use), name="metrics", daemon=True).start()
    threading.Thread(target=watch, args=(targets, rollouts), name="targets", daemon=True).start()


def watch(targets: Targets, rollouts: Rollouts) -> NoReturn:
    while True:
        for look in (targets.look, rollouts.look):
            try:
                look()
            except Exception as error:  # without this thread no target would ever get healthy
                logger.exception("targets: %s", error)
        time.sleep(TICK_SECONDS)
