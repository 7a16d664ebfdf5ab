"""What AWS has of a stack's parts, for the commands that need it."""

from collections.abc import Sequence
from typing import Any

from ops.errors import OperationError
from ops.target import Target


def container_instances(target: Target) -> list[dict[str, Any]]:
    """The instances that have joined the cluster, as ECS describes them."""
    ecs, cluster = target.client("ecs"), target.outputs["cluster"]
    pages = ecs.get_paginator("list_container_instances").paginate(cluster=cluster)
    arns = [arn for page in pages for arn in page["containerInstanceArns"]]
    if not arns:
        return []
    found = ecs.describe_container_instances(cluster=cluster, containerInstances=arns)
    joined: list[dict[str, Any]] = found["containerInstances"]
    return joined


def machines(target: Target, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Instances by their ids, as EC2 describes them."""
    pages = target.client("ec2").get_paginator("describe_instances").paginate(InstanceIds=ids)
    return [one for page in pages for group in page["Reservations"] for one in group["Instances"]]


def database_host(target: Target) -> str:
    """The address of the stack's database; a problem where it has none."""
    host: str | None = target.outputs.get("database")
    if host is None:
        raise OperationError("the stack has no database: no service of app.yaml has it in `uses`")
    return host


def database_instance(target: Target, host: str) -> dict[str, Any] | None:
    """The instance at an address, and at the stack's port, as RDS describes it; None where there is none."""
    port = target.outputs.get("database_port")  # older versions of the project had no such output
    pages = target.client("rds").get_paginator("describe_db_instances").paginate()
    instances = (one for page in pages for one in page["DBInstances"])
    found = (one for one in instances if one.get("Endpoint", {}).get("Address") == host)
    return next((one for one in found if port is None or one["Endpoint"]["Port"] == port), None)
