"""Takes a service's deployment back when one of its alarms goes off, as ECS does.

ECS also watches for a time after the new tasks are healthy, which it computes from the alarms: minutes. Here it is
short, and the old tasks stay until it is over. An alarm that was on before a deployment began says nothing about it.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
"""

import logging
import threading
import time
from dataclasses import dataclass
from typing import Any, NoReturn

from ministack.core.concurrency import resource_lock
from ministack.core.responses import request_scope
from ministack.services import cloudwatch, ecs

from localcloud.emulator.rollouts import event, running

BAKE_SECONDS = 5.0
LOOK_SECONDS = 0.5

Record = dict[str, Any]

logger = logging.getLogger(__name__)


@dataclass
class Watch:
    """Of a deployment: whether its alarms say anything about it, and since when all its tasks are healthy."""

    trusted: bool
    steady_since: float | None = None

    @property
    def is_over(self) -> bool:
        return self.steady_since is not None and time.monotonic() - self.steady_since >= BAKE_SECONDS


def settings(service: Record) -> Record:
    """Empty where no alarm is looked at."""
    found: Record = (service.get("deploymentConfiguration") or {}).get("alarms") or {}
    return found if found.get("enable") and found.get("alarmNames") and service.get("desiredCount") else {}


def ringing(service: Record) -> list[str]:
    names = settings(service).get("alarmNames", ())
    return [name for name in names if (cloudwatch._alarms.get(name) or {}).get("StateValue") == "ALARM"]


def under_way(service: Record) -> Record | None:
    deployment: Record | None = ecs._primary_deployment(service)
    return deployment if deployment and deployment.get("rolloutState") == "IN_PROGRESS" else None


def is_steady(service: Record, deployment: Record) -> bool:
    mine = [task for task in running(service) if ecs._deployment_for_task(service, task) is deployment]
    return sum(bool(task.get("_startup_stable")) for task in mine) >= int(service["desiredCount"])


class Guard:
    """Watches the deployments of services that have alarms; none of it is saved."""

    def __init__(self) -> None:
        self._watches: dict[str, Watch] = {}
        self._complete = ecs._complete_service_deployment

    def complete(self, cluster: str, key: str, expected_deployment_id: str | None = None) -> None:
        """In place of ECS's own, which is called whenever a deployment may have come to its end."""
        service = ecs._services.get(key)
        deployment = under_way(service) if service and settings(service) else None
        runs = bool(ecs._get_docker())  # otherwise tasks are records, and nobody says that they are healthy
        if deployment is None or not runs or self._of(service, deployment).is_over:
            self._complete(cluster, key, expected_deployment_id)

    def look(self) -> None:
        for (account, region, key), service in ecs._services.all_items():
            with request_scope(account, region):
                deployment = under_way(service) if settings(service) else None
                if deployment is not None:
                    self._follow(key, service, deployment)

    def _of(self, service: Record | None, deployment: Record) -> Watch:
        found = self._watches.get(deployment["id"])
        if found is None:
            found = self._watches[deployment["id"]] = Watch(trusted=not ringing(service or {}))
        return found

    def _follow(self, key: str, service: Record, deployment: Record) -> None:
        watch = self._of(service, deployment)
        alarms = ringing(service) if watch.trusted else []
        if alarms:
            if before := take_back(key, service, deployment, alarms):
                self._watches[before["id"]] = Watch(trusted=False)
        elif not is_steady(service, deployment):
            watch.steady_since = None
        elif watch.steady_since is None:
            watch.steady_since = time.monotonic()
        elif watch.is_over:
            self._complete(key.split("/", 1)[0], key, deployment["id"])


def take_back(key: str, service: Record, failed: Record, alarms: list[str]) -> Record | None:
    """The deployment fails; where the service asks for it, the last one that completed takes its place: this one."""
    with resource_lock("ecs-service", key):
        reason = f"ECS deployment failed: alarm detected: {', '.join(alarms)}."
        failed |= {"rolloutState": "FAILED", "rolloutStateReason": reason, "desiredCount": 0, "updatedAt": ecs._iso()}
        event(service, f"(deployment {failed['id']}) deployment failed: alarm detected.")
        others = [one for one in service["deployments"] if one.get("rolloutState") == "COMPLETED"]
        before: Record | None = others[0] if others and settings(service).get("rollback") else None
        if before:
            failed["status"] = "ACTIVE"
            before |= {
                "status": "PRIMARY",
                "desiredCount": service["desiredCount"],
                "rolloutState": "IN_PROGRESS",
                "rolloutStateReason": "ECS deployment rollback in progress.",
                "updatedAt": ecs._iso(),
            }
            service["taskDefinition"] = before["taskDefinition"]
            event(service, f"(deployment {failed['id']}) rolling back to (deployment {before['id']}).")
    ecs._reconcile_service_tasks(key.split("/", 1)[0], key)
    return before


def watch_alarms() -> None:
    """Before MiniStack serves."""
    guard = Guard()
    ecs._complete_service_deployment = guard.complete
    threading.Thread(target=watch, args=(guard,), name="deployment-alarms", daemon=True).start()


def watch(guard: Guard) -> NoReturn:
    while True:
        try:
            guard.look()
        except Exception as error:  # without this thread no deployment with alarms would ever end
            logger.exception("deployment alarms: %s", error)
        time.sleep(LOOK_SECONDS)
