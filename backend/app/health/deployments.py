"""What was deployed in the last days, as ECS tells it for each service."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from .schemas import DeploymentFound

# In the days that the page shows; ECS knows those of 90 days, and tells at most so many at once.
DAYS = 14
MOST = 100
Outcome = Literal["worked", "running", "failed"]
RUNNING = ("PENDING", "IN_PROGRESS")


class Deployments:
    """Asks again for those of a service when one began or ended. Blocks."""

    def __init__(self, ecs: Any, cluster: str) -> None:
        self._ecs, self._cluster = ecs, cluster
        self._known: dict[str, tuple[Any, list[DeploymentFound]]] = {}

    def of(self, service: Mapping[str, Any]) -> list[DeploymentFound]:
        """`service` as ECS describes it. The newest first."""
        name = service["serviceName"]
        present = [(one["id"], one.get("rolloutState")) for one in service["deployments"]]
        before = self._known.get(name)
        if before is None or before[0] != present:
            self._known[name] = before = (present, self._ask(name))
        return before[1]

    def _ask(self, name: str) -> list[DeploymentFound]:
        since = datetime.now(UTC) - timedelta(days=DAYS)
        asked = {"cluster": self._cluster, "service": name, "createdAt": {"after": since}, "maxResults": MOST}
        told = self._ecs.list_service_deployments(**asked)["serviceDeployments"]
        found = [DeploymentFound(started_at=one["createdAt"], outcome=outcome(one["status"])) for one in told]
        return sorted(found, key=lambda one: one.started_at, reverse=True)


def outcome(status: str) -> Outcome:
    """One that was stopped or taken back did not arrive."""
    if status in RUNNING:
        return "running"
    return "worked" if status == "SUCCESSFUL" else "failed"
