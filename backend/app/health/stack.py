"""What runs in the stack, as ECS tells it, beside what is meant to run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .deployments import Deployments
from .description import Description
from .jobs import LastRuns, jobs_found
from .schemas import JobFound, ServiceFound, TaskFound

# The most that ECS describes at once.
SERVICES = 10
TASKS = 100


@dataclass(frozen=True, kw_only=True)
class StackFound:
    services: list[ServiceFound]
    jobs: list[JobFound]


class Stack:
    """Looks with the clients of boto3, which may raise their errors. Blocks."""

    def __init__(self, description: Description, ecs: Any, logs: Any) -> None:
        self._description, self._ecs = description, ecs
        self._console = console_of(description.cluster, ecs.meta)
        self._deployments = Deployments(ecs, description.cluster)
        self._runs = LastRuns(logs, description)

    def look(self) -> StackFound:
        by_family = {family_of(service["taskDefinition"]): service for service in self._services()}
        tasks = list(self._tasks("RUNNING"))
        services = []
        for name, family in self._description.services.items():
            service = by_family.get(family)
            own = [task for task in tasks if service and task.get("group") == f"service:{service['serviceName']}"]
            found = service_found(name, service, own, self._last_words(service, own))
            if service:
                found.deployments = self._deployments.of(service)
                if self._console:
                    found.console_url = f"{self._console}/{service['serviceName']}"
            services.append(found)
        groups = [task.get("group", "") for task in tasks]
        return StackFound(services=services, jobs=jobs_found(self._description, groups, self._runs))

    def _services(self) -> Iterator[Any]:
        cluster = self._description.cluster
        pages = self._ecs.get_paginator("list_services").paginate(cluster=cluster)
        arns = [arn for page in pages for arn in page["serviceArns"]]
        for some in parts(arns, SERVICES):
            yield from self._ecs.describe_services(cluster=cluster, services=some)["services"]

    def _tasks(self, status: Any, **more: Any) -> Iterator[Any]:
        cluster = self._description.cluster
        pages = self._ecs.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus=status, **more)
        arns = [arn for page in pages for arn in page["taskArns"]]
        for some in parts(arns, TASKS):
            yield from self._ecs.describe_tasks(cluster=cluster, tasks=some)["tasks"]

    def _last_words(self, service: Any, tasks: Sequence[Any]) -> str:
        """Why the newest task of a service without any has stopped; ECS knows it for an hour."""
        if service is None or tasks or not service["desiredCount"]:
            return ""
        stopped = list(self._tasks("STOPPED", serviceName=service["serviceName"]))
        newest = max(stopped, key=lambda task: task["createdAt"], default=None)
        return why_stopped(newest) if newest else ""


def console_of(cluster: str, client: Any) -> str | None:
    """Where the console has the services of a cluster; None where it is not AWS that answers, as on a laptop.

    China and GovCloud have consoles of their own, which are left out. `client`: what boto3's client knows of itself.
    """
    region = client.region_name
    if client.endpoint_url != f"https://ecs.{region}.amazonaws.com" or region.startswith("us-gov-"):
        return None
    return f"https://{region}.console.aws.amazon.com/ecs/v2/clusters/{cluster}/services"


def parts(arns: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(arns), size):
        yield list(arns[start : start + size])


def family_of(definition_arn: str) -> str:
    return definition_arn.rpartition("/")[2].rpartition(":")[0]


def why_stopped(task: Any) -> str:
    codes = [code for container in task["containers"] if (code := container.get("exitCode")) is not None]
    code = f", with exit code {codes[0]}" if codes else ""
    return f"The last one stopped: {task.get('stoppedReason') or 'ECS gives no reason'}{code}."


def service_found(name: str, service: Any, tasks: Sequence[Any], last_words: str) -> ServiceFound:
    """`service`: None where ECS has none."""
    wanted = service["desiredCount"] if service else 0
    rollout = (
        next((one.get("rolloutState") for one in service["deployments"] if one["status"] == "PRIMARY"), None)
        if service
        else None
    )
    running = [task for task in tasks if task["lastStatus"] == "RUNNING"]
    found = ServiceFound(
        name=name,
        wanted=wanted,
        deploying=rollout == "IN_PROGRESS",
        tasks=[task_found(task) for task in tasks],
        state="ok",
        problem=None,
    )
    log = f"`make logs SERVICE={name}` shows what its tasks printed"
    if service is None:
        found.state, found.problem = "down", "It is in app.yaml but not in ECS. Deploy again."
    elif wanted == 0:
        found.state, found.problem = "attention", "Its desired count is 0. Deploy again, or raise it in ECS."
    elif not running:
        found.state, found.problem = "down", " ".join(filter(None, ["No task is running.", last_words, f"{log}."]))
    elif rollout == "FAILED":
        found.state, found.problem = "attention", f"Its newest version failed, so the one before it still runs; {log}."
    elif len(running) < wanted and not found.deploying:
        found.state = "attention"
        found.problem = f"Fewer tasks are running than it should have; its events in ECS say why, and {log}."
    return found


def task_found(task: Any) -> TaskFound:
    return TaskFound(
        id=task["taskArn"].rpartition("/")[2],
        version=task["containers"][0].get("image", "").rpartition(":")[2] or "unknown",
        zone=task.get("availabilityZone"),
        started_at=task.get("startedAt"),
    )
