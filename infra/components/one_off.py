"""A task that runs once and ends, as the steps that start one (`infra/steps/migration_run.py`) are told of it."""

from typing import Any

from infra.components.shared import RunsTasks
from infra.components.task import Task
from infra.pure.tags import Tags


def run_of(
    task: Task, cluster: RunsTasks, *, name: str, region: str, tags: Tags, timeout_seconds: int
) -> dict[str, Any]:
    """`name`: of the component, for the tags."""
    instances = cluster.instances
    return {
        "region": region,
        "cluster": cluster.name,
        **({"capacityProvider": instances.capacity_provider} if instances else {}),
        "taskDefinition": task.definition_arn,
        **({"network": task.interface.of_run} if task.interface else {}),
        "container": task.container,
        "logGroup": task.log_group,
        "tags": tags.of(name),
        "timeoutSeconds": timeout_seconds,
    }
