"""ECS's list of a service's deployments; MiniStack forgets each when the next one has taken its place.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import ecs

KEPT = "_service_deployments"  # of a service; MiniStack saves it and does not answer with it
MOST = 100
STATES = {"IN_PROGRESS": "IN_PROGRESS", "COMPLETED": "SUCCESSFUL"}
NO_CLUSTER, NO_SERVICE = "ClusterNotFoundException", "ServiceNotFoundException"

Record = dict[str, Any]


def keep_deployments() -> None:
    """Before the first request."""
    update = ecs._update_service

    def updated(asked: Record) -> Any:
        if service := named(asked):
            note(service)  # a new deployment drops the one before
        return update(asked)

    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = updated
    ecs._ACTION_MAP["ListServiceDeployments"] = listed


def named(asked: Record) -> Record | None:
    cluster = ecs._resolve_cluster_name(asked.get("cluster", "default"))
    reference = ecs._resolve_service_ref(asked.get("service", ""))
    found: Record | None = ecs._services.get(f"{cluster}/{reference[0]}") if reference else None
    return found


def note(service: Record) -> None:
    for one in service["deployments"]:
        facts = {name: one[name] for name in ("createdAt", "updatedAt", "rolloutState")}
        service.setdefault(KEPT, {})[one["id"]] = facts


def listed(asked: Record) -> Any:
    if ecs._resolve_cluster_name(asked.get("cluster", "default")) not in ecs._clusters:
        return error_response_json(NO_CLUSTER, "Cluster not found.", 400)
    service = named(asked)
    if service is None:
        return error_response_json(NO_SERVICE, "Service not found.", 400)
    note(service)
    found = sorted(deployments(service), key=lambda one: one["createdAt"], reverse=True)
    created, states = asked.get("createdAt") or {}, asked.get("status")
    wanted = [
        one
        for one in found
        if created.get("after", 0) <= one["createdAt"] <= created.get("before", one["createdAt"])
        and (not states or one["status"] in states)
    ]
    start, size = int(asked.get("nextToken") or 0), min(asked.get("maxResults") or MOST, MOST)
    more = {"nextToken": str(start + size)} if len(wanted) > start + size else {}
    return json_response({"serviceDeployments": wanted[start : start + size], **more})


def deployments(service: Record) -> Iterator[Record]:
    present = {one["id"] for one in service["deployments"]}
    has_rollback = (service.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker", {}).get("rollback")
    for name, facts in service[KEPT].items():
        state = STATES.get(facts["rolloutState"], "ROLLBACK_SUCCESSFUL" if has_rollback else "STOPPED")
        if state == "IN_PROGRESS" and name not in present:
            state = "STOPPED"  # by the next one
        ended = {} if state == "IN_PROGRESS" else {"finishedAt": seconds(facts["updatedAt"])}
        arn = service["serviceArn"].replace(":service/", ":service-deployment/")
        began = seconds(facts["createdAt"])
        yield {
            "serviceDeploymentArn": f"{arn}/{name.rpartition('/')[2]}",
            "serviceArn": service["serviceArn"],
            "clusterArn": service["clusterArn"],
            "createdAt": began,
            "startedAt": began,
            "status": state,
            **ended,
        }


def seconds(moment: str) -> float:
    """Since 1970; as JSON has a time in ECS's answers."""
    return datetime.fromisoformat(moment).timestamp()
