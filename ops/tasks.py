"""Tasks that run, and the agent of ECS Exec in them, through which Session Manager leads."""

from collections.abc import Mapping
from typing import Any

from ops.errors import OperationError
from ops.target import Target

AGENT = "ExecuteCommandAgent"  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html


def newest(target: Target, service: str, name: str) -> dict[str, Any]:
    """The one that was started last, of those that run."""
    ecs, cluster = target.client("ecs"), target.outputs["cluster"]
    arns = ecs.list_tasks(cluster=cluster, serviceName=service, desiredStatus="RUNNING")["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    running = [task for task in tasks if task["lastStatus"] == "RUNNING"]
    if not running:
        raise OperationError(f"no task of {name} runs; `make status{target.option}` tells why")
    newest: dict[str, Any] = max(running, key=lambda task: task["startedAt"])
    return newest


def refuse_closed(target: Target, task: Mapping[str, Any], container: Mapping[str, Any]) -> None:
    """Say what ECS would say only as "execute command failed"."""
    if not task.get("enableExecuteCommand"):
        raise OperationError(
            f"tasks of {container['name']} were started without ECS Exec; write `shell: true` into"
            f" Pulumi.{target.name}.yaml, and run `{target.up}`"
        )
    agents = [one for one in container.get("managedAgents", []) if one["name"] == AGENT]
    if not any(agent["lastStatus"] == "RUNNING" for agent in agents):
        reason = next((one["reason"] for one in agents if one.get("reason")), "it has not started yet")
        raise OperationError(
            f"the agent of ECS Exec does not run in the task {task['taskArn'].rpartition('/')[2]}: {reason}; try again"
            " in a minute, and when it stays so, stop that task (`aws ecs stop-task`): ECS starts another one"
        )


def session_target(task: Mapping[str, Any], container: Mapping[str, Any]) -> str:
    """As Session Manager names a container of a task."""
    cluster, task_id = (arn.rpartition("/")[2] for arn in (task["clusterArn"], task["taskArn"]))
    return f"ecs:{cluster}_{task_id}_{container['runtimeId']}"
