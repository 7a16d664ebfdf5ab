"""Why a deployment failed: ECS's reasons, the load balancer's, and the last lines that a task wrote."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from infra.steps import ecs_logs
from infra.steps.common import Props, aws_client

if TYPE_CHECKING:
    from types_boto3_ecs.client import ECSClient
    from types_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef

# Events that hold a reason: a check that fails, no room for a task, tasks that fail again and again. The others tell
# what ECS does.
TELLING = ("is unhealthy in", "unable to")
TELLING_EVENTS = 2
LATEST_EVENTS = 3
TASKS = 3


def tasks_of(ecs: "ECSClient", props: Props) -> list[dict[str, Any]]:
    """Tasks of the wanted version: stopped ones first, the latest at the head, then those that have not ended."""
    found: list[dict[str, Any]] = []
    for status in ("STOPPED", "RUNNING"):
        listed = ecs.list_tasks(
            cluster=props["cluster"],
            serviceName=props["service"],
            desiredStatus=status,
        )["taskArns"]
        tasks = ecs.describe_tasks(cluster=props["cluster"], tasks=listed[:100])["tasks"] if listed else []
        mine = [dict(task) for task in tasks if task["taskDefinitionArn"] == props["taskDefinition"]]
        found += sorted(mine, key=lambda task: str(task.get("stoppedAt", "")), reverse=True)
    return found


def telling_events(service: "ServiceTypeDef | None") -> list[str]:
    messages = [event["message"] for event in (service or {}).get("events", ())]
    telling = [text for text in messages if any(phrase in text for phrase in TELLING)]
    return telling[:TELLING_EVENTS] or messages[:LATEST_EVENTS]


def target_states(props: Props, service: "ServiceTypeDef") -> list[list[str]]:
    """What the load balancer says of each target, in each of the service's target groups."""
    balancer = aws_client("elbv2", props["region"])
    groups = [one["targetGroupArn"] for one in service.get("loadBalancers", ()) if "targetGroupArn" in one]
    health = [balancer.describe_target_health(TargetGroupArn=group) for group in groups]
    return [[one["TargetHealth"]["State"] for one in group["TargetHealthDescriptions"]] for group in health]


def primary_of(service: "ServiceTypeDef | None") -> "DeploymentTypeDef | None":
    """The deployment of the version that ECS is to run now."""
    return next((one for one in (service or {}).get("deployments", ()) if one["status"] == "PRIMARY"), None)


def earlier_version_serves(props: Props, service: "ServiceTypeDef | None") -> bool:
    """Whether another version is the service's, and a load balancer sends it requests."""
    primary = primary_of(service)
    if service is None or primary is None or primary["taskDefinition"] == props["taskDefinition"]:
        return False
    try:
        states = [state for group in target_states(props, service) for state in group]
    except ClientError:  # an error about the failure would hide the failure
        return False
    return "healthy" in states if service.get("loadBalancers") else primary["runningCount"] > 0


def explain(
    ecs: "ECSClient", props: Props, service: "ServiceTypeDef | None", title: str, reasons: tuple[str, ...]
) -> str:
    """The text of the error."""
    tasks = tasks_of(ecs, props)
    stops = [reason for task in tasks[:1] for reason in ecs_logs.stop_reasons(task)]
    lines = ecs_logs.last_lines(
        props["region"], props["logGroup"], props["container"], [task["taskArn"] for task in tasks[:TASKS]]
    )
    told = [*filter(None, reasons), *stops]
    told += telling_events(service) if not stops or "ELB health checks" in " ".join(stops) else []
    if earlier_version_serves(props, service):
        title += ", the earlier version keeps serving"
    return ecs_logs.report(f"{props['container']}: {title}", told, props["logGroup"], lines)
