"""Waits until a service runs the wanted task definition, and fails with ECS's reason when it does not come to that.

docs/decisions/0002-deployment-resource.md says why this is not the service's own `wait_for_steady_state`.
"""

import time
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from infra.steps import ecs_logs
from infra.steps.common import Props, StepProvider, aws_client, fail, progress

if TYPE_CHECKING:
    from types_boto3_ecs.client import ECSClient
    from types_boto3_ecs.type_defs import ServiceTypeDef

POLL_SECONDS = 1.0


class Verdict(Enum):
    """What a look at the service tells."""

    STEADY = "steady"
    MOVING = "moving"
    FAILED = "failed"  # the wanted version, given up by the circuit breaker
    ELSEWHERE = "elsewhere"  # another version is the one to run: rolled back, or changed by someone else


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look at the service."""

    verdict: Verdict
    summary: str
    reasons: tuple[str, ...]


def look_at(service: "ServiceTypeDef", wanted: str) -> Look:
    """Judge ECS's description of a service against the task definition that it should run."""
    deployments = service["deployments"]
    primary = next((d for d in deployments if d["status"] == "PRIMARY"), None)
    reasons = tuple(
        d["rolloutStateReason"]
        for d in deployments
        if d["taskDefinition"] == wanted and d.get("rolloutState") == "FAILED" and d.get("rolloutStateReason")
    )
    if primary is None:
        return Look(verdict=Verdict.MOVING, summary="no deployment yet", reasons=reasons)
    running, desired = primary["runningCount"], primary["desiredCount"]
    summary = f"{running} of {desired} new tasks running, {primary.get('failedTasks', 0)} failed"
    if primary["taskDefinition"] != wanted:
        verdict = Verdict.ELSEWHERE
    elif primary.get("rolloutState") == "FAILED":
        verdict = Verdict.FAILED
    else:
        others_gone = all(d is primary or d["runningCount"] == 0 for d in deployments)
        done = primary.get("rolloutState") == "COMPLETED" and running == service["desiredCount"] and others_gone
        verdict = Verdict.STEADY if done else Verdict.MOVING
    return Look(verdict=verdict, summary=summary, reasons=reasons)


def describe(ecs: "ECSClient", props: Props) -> "ServiceTypeDef | None":
    services = ecs.describe_services(cluster=props["cluster"], services=[props["service"]])["services"]
    return next((service for service in services if service["status"] == "ACTIVE"), None)


def look(ecs: "ECSClient", props: Props) -> Look:
    service = describe(ecs, props)
    if service is None:
        fail(
            f"{props['container']}: the service {props['service']} is not there; run `pulumi refresh`, then `pulumi up`"
        )
    return look_at(service, props["taskDefinition"])


def stopped_tasks(ecs: "ECSClient", props: Props) -> list[dict[str, Any]]:
    """Stopped tasks of the wanted version, the latest first."""
    arns = ecs.list_tasks(cluster=props["cluster"], serviceName=props["service"], desiredStatus="STOPPED")["taskArns"]
    tasks = ecs.describe_tasks(cluster=props["cluster"], tasks=arns[:100])["tasks"] if arns else []
    mine = [dict(task) for task in tasks if task["taskDefinitionArn"] == props["taskDefinition"]]
    return sorted(mine, key=lambda task: str(task.get("stoppedAt", "")), reverse=True)


def explain(ecs: "ECSClient", props: Props, title: str, reasons: tuple[str, ...]) -> str:
    """An error's text: ECS's reason, why the last task stopped, and its last lines."""
    tasks = stopped_tasks(ecs, props)
    lines: list[str] = []
    for task in tasks[:1]:
        reasons += tuple(ecs_logs.stop_reasons(task))
        lines = ecs_logs.last_lines(props["region"], props["logGroup"], props["container"], task["taskArn"])
    service = describe(ecs, props)
    if not reasons and service:
        reasons = tuple(event["message"] for event in service.get("events", ())[:3])
    if service and look_at(service, props["taskDefinition"]).verdict is Verdict.ELSEWHERE:
        title += ", the earlier version keeps serving"
    return ecs_logs.report(f"{props['container']}: {title}", reasons, props["logGroup"], lines)


def restart(ecs: "ECSClient", props: Props) -> None:
    progress(props["container"], "the service is not on the wanted version, deploying it again")
    ecs.update_service(
        cluster=props["cluster"],
        service=props["service"],
        taskDefinition=props["taskDefinition"],
        forceNewDeployment=True,
    )


def deploy(props: Props) -> None:
    """Wait until the deployment has succeeded or failed.

    The service may be away from the wanted version before this begins: after a rollback Pulumi's state still claims the
    new version, so its next `up` sees no change of the service and only this resource is there to move it again.
    """
    ecs = aws_client("ecs", props["region"])
    if look(ecs, props).verdict in (Verdict.FAILED, Verdict.ELSEWHERE):
        restart(ecs, props)
    deadline = time.monotonic() + props["timeoutSeconds"]
    shown = ""
    while True:
        now = look(ecs, props)
        if now.summary != shown and now.verdict in (Verdict.MOVING, Verdict.STEADY):
            shown = now.summary
            progress(props["container"], shown)
        if now.verdict is Verdict.STEADY:
            return
        if now.verdict is not Verdict.MOVING:
            fail(explain(ecs, props, "the new version does not run", now.reasons))
        if time.monotonic() > deadline:
            title = f"the new version did not run after {props['timeoutSeconds'] / 60:.0f} minutes ({now.summary})"
            fail(explain(ecs, props, title, now.reasons))
        time.sleep(POLL_SECONDS)


class DeploymentWait(StepProvider):
    """Inputs: region, cluster, service, taskDefinition, container, logGroup, timeoutSeconds.

    Created or updated, it guarantees that the service runs `taskDefinition`. Deleting does nothing.
    """

    updates = ("taskDefinition",)
    replaces = ("region", "cluster", "service")

    def create(self, props: Props) -> CreateResult:
        deploy(props)
        return CreateResult(f"{props['container']}-deployment", props)

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        deploy(_news)
        return UpdateResult(_news)

    def read(self, id_: str, props: Props) -> ReadResult:
        """What runs now, so that a refresh sees a rollback and the next `up` deploys again."""
        service = describe(aws_client("ecs", props["region"]), props)
        if service is None:
            return ReadResult("", {})
        running = [d["taskDefinition"] for d in service["deployments"] if d["status"] == "PRIMARY"]
        return ReadResult(id_, {**props, "taskDefinition": running[0] if running else ""})
