"""Waits until a service runs the wanted task definition, and fails with ECS's reason when it does not come to that.

docs/decisions/0002-deployment-resource.md says why this is not the service's own `wait_for_steady_state`.
"""

import time
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from infra.steps import failed_deployment
from infra.steps.common import Props, StepProvider, aws_client, fail, progress

if TYPE_CHECKING:
    from types_boto3_ecs.client import ECSClient
    from types_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef

POLL_SECONDS = 1.0
# ECS is eventually consistent: an answer may be older than a change of a moment ago. What an old answer could show,
# too, is believed only when it has lasted so long.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
STALE_SECONDS = 10.0
# ECS's event when tasks fail again and again outside a deployment, as after a higher desired count.
UNABLE = "is unable to consistently start tasks successfully"


class Verdict(Enum):
    """What a look at the service tells."""

    STEADY = "steady"
    MOVING = "moving"
    FAILED = "failed"  # ECS gave the followed deployment up
    ELSEWHERE = "elsewhere"  # something else is to run: rolled back, changed by someone else, or an old answer


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look at the service. `certain`: no old answer can look like this. `title`: what to say when it failed."""

    verdict: Verdict
    title: str = "the new version does not run"
    summary: str = ""
    reasons: tuple[str, ...] = ()
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What must run: the version, how many tasks, and the deployment that shall bring it, once that is known."""

    definition: str
    count: int
    deployment: str | None = None

    def followed(self, deployments: "list[DeploymentTypeDef]") -> "DeploymentTypeDef | None":
        """The deployment to judge by: the one that was started here, else the latest of the wanted version."""
        mine = [one for one in deployments if self.deployment in (None, one["id"])]
        return next((one for one in mine if one["taskDefinition"] == self.definition), None)


def look_at(service: "ServiceTypeDef | None", goal: Goal) -> Look:
    """Judge ECS's description of a service, None where ECS does not know it, against what should run."""
    deployments = service["deployments"] if service else []
    mine = goal.followed(deployments)
    if service is None or mine is None or service["desiredCount"] != goal.count:
        return Look(verdict=Verdict.ELSEWHERE, certain=False)
    running = mine["runningCount"]
    summary = f"{running} of {goal.count} new tasks running, {mine.get('failedTasks', 0)} failed"
    if mine.get("rolloutState") == "FAILED":
        reason = mine.get("rolloutStateReason", "")
        title = "an alarm went on during the deployment" if "alarm" in reason else Look.title
        return Look(verdict=Verdict.FAILED, title=title, summary=summary, reasons=(reason,))
    if mine["status"] != "PRIMARY":
        return Look(verdict=Verdict.ELSEWHERE, summary=summary, certain=False)
    others_gone = all(one is mine or one["runningCount"] == 0 for one in deployments)
    done = mine.get("rolloutState") == "COMPLETED" and running == goal.count and others_gone
    return Look(verdict=Verdict.STEADY if done else Verdict.MOVING, summary=summary)


def describe(ecs: "ECSClient", props: Props) -> "ServiceTypeDef | None":
    services = ecs.describe_services(cluster=props["cluster"], services=[props["service"]])["services"]
    return next((service for service in services if service["status"] == "ACTIVE"), None)


class Watch:
    """Looks at one service until what it sees can be believed."""

    def __init__(self, ecs: "ECSClient", props: Props, before: str | None) -> None:
        self.ecs, self.props, self.before = ecs, props, before
        # Pulumi hands numbers on as floats.
        self.scaled = props.get("desiredCount") is None
        self.goal = Goal(definition=props["taskDefinition"], count=int(props.get("desiredCount") or 0))
        self.service: ServiceTypeDef | None = None
        self._old_events: set[str] | None = None

    def look(self) -> Look:
        """The next believable look: an uncertain one is repeated until something else is seen or it has lasted."""
        deadline = time.monotonic() + STALE_SECONDS
        while True:
            self.service = describe(self.ecs, self.props)
            if self.scaled and self.service:
                self.goal = replace(self.goal, count=self.service["desiredCount"])
            seen = look_at(self.service, self.goal)
            if seen.certain or time.monotonic() >= deadline:
                return self._unable(seen) or self._unanswered(seen) or seen
            time.sleep(POLL_SECONDS)

    def _unable(self, seen: Look) -> Look | None:
        """A failure where ECS says, since this watch began, that tasks of a finished deployment do not start."""
        events = self.service.get("events", []) if self.service else []
        if self._old_events is None:
            self._old_events = {event["id"] for event in events}
        new = [event["message"] for event in events if event["id"] not in self._old_events]
        if seen.verdict is Verdict.MOVING and any(UNABLE in text for text in new):
            return Look(verdict=Verdict.FAILED, title=f"not all tasks run ({seen.summary})", summary=seen.summary)
        return None

    def _unanswered(self, seen: Look) -> Look | None:
        """Not steady while the load balancer misses some: ECS counts further tasks of a version from their start."""
        if seen.verdict is not Verdict.STEADY or self.service is None:
            return None
        healthy = [states.count("healthy") for states in failed_deployment.target_states(self.props, self.service)]
        if min(healthy, default=self.goal.count) >= self.goal.count:
            return None
        summary = f"{seen.summary}, {min(healthy)} of {self.goal.count} pass the load balancer's check"
        return replace(seen, verdict=Verdict.MOVING, summary=summary)

    def restart(self) -> None:
        """Deploy the wanted version anew, and judge by that deployment from now on."""
        progress(self.props["container"], "the service is not on the wanted version, deploying it again")
        answer = self.ecs.update_service(
            cluster=self.props["cluster"],
            service=self.props["service"],
            taskDefinition=self.goal.definition,
            desiredCount=self.goal.count,
            forceNewDeployment=True,
        )
        primary = next(one for one in answer["service"]["deployments"] if one["status"] == "PRIMARY")
        self.goal = replace(self.goal, deployment=primary["id"])

    def fail(self, title: str, seen: Look) -> None:
        back = ", the service is put back to the earlier version" if self._put_back() else ""
        fail(failed_deployment.explain(self.ecs, self.props, self.service, f"{title}{back}", seen.reasons))

    def _put_back(self) -> bool:
        """Have ECS run the version before again, where it does not do so itself: it rolls back by the checks of a load
        balancer, which a worker has none of."""
        primary = failed_deployment.primary_of(self.service)
        if primary is None or primary["taskDefinition"] != self.goal.definition:
            return False
        if self.before is None or self.before == self.goal.definition or (self.service or {}).get("loadBalancers"):
            return False
        try:
            self.ecs.update_service(
                cluster=self.props["cluster"], service=self.props["service"], taskDefinition=self.before
            )
        except ClientError:  # its definition is gone; an error about the failure would hide the failure
            return False
        return True


def deploy(props: Props, before: str | None = None) -> None:
    """Wait until the deployment has succeeded or failed. `before`: the task definition that ran earlier.

    The service may be away from the wanted version before this begins: after a rollback Pulumi's state still claims the
    new version, so its next `up` sees no change of the service and only this resource is there to move it again.
    """
    watch = Watch(aws_client("ecs", props["region"]), props, before)
    seen = watch.look()
    if watch.service is None:
        fail(
            f"{props['container']}: the service {props['service']} is not there; run `pulumi refresh`, then `pulumi up`"
        )
    if seen.verdict in (Verdict.FAILED, Verdict.ELSEWHERE):
        watch.restart()
        seen = watch.look()
    deadline = time.monotonic() + props["timeoutSeconds"]
    shown = ""
    while seen.verdict is not Verdict.STEADY:
        if seen.verdict is not Verdict.MOVING:
            watch.fail(seen.title, seen)
        if seen.summary != shown:
            shown = seen.summary
            progress(props["container"], shown)
        if time.monotonic() > deadline:
            minutes = f"{props['timeoutSeconds'] / 60:.0f} minutes"
            watch.fail(f"the new version did not run after {minutes} ({seen.summary})", seen)
        time.sleep(POLL_SECONDS)
        seen = watch.look()
    if seen.summary != shown:
        progress(props["container"], seen.summary)
    settle(watch, props)


def settle(watch: Watch, props: Props) -> None:
    """See that the tasks still run a while later, where nothing asks them whether they are well.

    ECS counts a task without a load balancer as healthy when it runs, so the deployment of a version that ends at once
    succeeds, ECS starts it again and again, and does not roll it back.
    """
    until = time.monotonic() + props.get("settleSeconds", 0)
    while time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        seen = watch.look()
        if seen.verdict is not Verdict.STEADY:
            watch.fail(f"its tasks end soon after they start ({seen.summary})", seen)


def tell(props: Props, before: str | None) -> None:
    """What runs now, as the last that `up` says of a service."""
    replaced = f", in place of {before}" if before not in (None, props["version"]) else ""
    progress(props["container"], f"version {props['version']} runs{replaced}")


class DeploymentWait(StepProvider):
    """Inputs: region, cluster, service, taskDefinition, version, desiredCount, container, logGroup, timeoutSeconds,
    settleSeconds.

    Created or updated, it guarantees that the service runs `desiredCount` tasks of `taskDefinition`; without a count,
    as many as it has by then: somebody else changes it. Deleting does nothing.
    """

    updates = ("taskDefinition", "desiredCount")
    replaces = ("region", "cluster", "service")

    def create(self, props: Props) -> CreateResult:
        deploy(props)
        tell(props, None)
        return CreateResult(f"{props['container']}-deployment", props)

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        deploy(_news, _olds.get("taskDefinition"))
        tell(_news, _olds.get("version"))
        return UpdateResult(_news)

    def read(self, id_: str, props: Props) -> ReadResult:
        """What runs now, so that a refresh sees a rollback and the next `up` deploys again."""
        service = describe(aws_client("ecs", props["region"]), props)
        if service is None:
            return ReadResult("", {})
        running = [d["taskDefinition"] for d in service["deployments"] if d["status"] == "PRIMARY"]
        return ReadResult(id_, {**props, "taskDefinition": running[0] if running else ""})
