"""Runs a task once with a new version's image and waits for its end: the database's migrations."""

import time
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CreateResult, UpdateResult

from infra.steps import ecs_logs
from infra.steps.common import Props, StepProvider, aws_client, fail, progress

if TYPE_CHECKING:
    from types_boto3_ecs.client import ECSClient
    from types_boto3_ecs.type_defs import TaskTypeDef

POLL_SECONDS = 1.0
MISSING_LOOKS = 10


def started_by(props: Props) -> str:
    """Marks the task (36 characters at most), so that a run which was interrupted is found again and not doubled."""
    return f"migration-{props['version']}"[:36]


def running_task(ecs: "ECSClient", props: Props) -> str | None:
    """A task of the same version that an interrupted `up` left running."""
    arns = ecs.list_tasks(cluster=props["cluster"], startedBy=started_by(props), desiredStatus="RUNNING")["taskArns"]
    return arns[0] if arns else None


def start(ecs: "ECSClient", props: Props) -> str:
    answer = ecs.run_task(
        cluster=props["cluster"],
        taskDefinition=props["taskDefinition"],
        capacityProviderStrategy=[{"capacityProvider": props["capacityProvider"], "weight": 1}],
        startedBy=started_by(props),
        overrides={"containerOverrides": [{"name": props["container"], "command": props["command"]}]},
        tags=[{"key": key, "value": value} for key, value in sorted(props["tags"].items())],
    )
    if not answer["tasks"]:
        fail("\n  ".join(["migration: ECS did not start the task", *(str(f) for f in answer["failures"])]))
    return answer["tasks"][0]["taskArn"]


def described(ecs: "ECSClient", props: Props, task_arn: str) -> "TaskTypeDef":
    """ECS answers MISSING when a stopped task is too old, and for a moment when a task is new: so ask a few times."""
    for _ in range(MISSING_LOOKS):
        if found := ecs.describe_tasks(cluster=props["cluster"], tasks=[task_arn])["tasks"]:
            return found[0]
        time.sleep(POLL_SECONDS)
    fail(
        f"migration: ECS no longer knows the task {task_arn}, so it is not known how it ended; look into the log"
        f" {props['logGroup']}, then run `pulumi up` again"
    )


def wait(ecs: "ECSClient", props: Props, task_arn: str) -> dict[str, Any]:
    """The stopped task. A task that outlives the deadline is stopped, so that none runs behind a failed `up`."""
    deadline = time.monotonic() + props["timeoutSeconds"]
    shown = ""
    while True:
        task = described(ecs, props, task_arn)
        if task["lastStatus"] != shown:
            shown = task["lastStatus"]
            progress("migration", shown.lower())
        if shown == "STOPPED":
            return dict(task)
        if time.monotonic() > deadline:
            ecs.stop_task(cluster=props["cluster"], task=task_arn, reason="migration took too long")
            fail(
                f"migration: took longer than {props['timeoutSeconds'] / 60:.0f} minutes (it was {shown.lower()})"
                " and was stopped; raise deployTimeoutMinutes, or free a table that another session has locked"
            )
        time.sleep(POLL_SECONDS)


def succeeded(task: dict[str, Any], container: str) -> bool:
    return any(c["name"] == container and c.get("exitCode") == 0 for c in task["containers"])


def migrate(props: Props) -> None:
    ecs = aws_client("ecs", props["region"])
    task_arn = running_task(ecs, props)
    if task_arn:
        progress("migration", "an interrupted run is still at work, waiting for it")
    task_arn = task_arn or start(ecs, props)
    task = wait(ecs, props, task_arn)
    if not succeeded(task, props["container"]):
        lines = ecs_logs.last_lines(props["region"], props["logGroup"], props["container"], task_arn)
        title = "migration: failed, so the service was not moved to the new version"
        fail(ecs_logs.report(title, ecs_logs.stop_reasons(task), props["logGroup"], lines))


class MigrationRun(StepProvider):
    """Inputs: region, cluster, capacityProvider, taskDefinition, container, command, version, logGroup,
    tags, timeoutSeconds.

    Runs once for each task definition. Deleting does nothing: what a migration did stays in the database.
    """

    updates = ("taskDefinition", "command")
    replaces = ("region", "cluster")

    def create(self, props: Props) -> CreateResult:
        migrate(props)
        return CreateResult(f"{props['container']}-migration", props)

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        migrate(_news)
        return UpdateResult(_news)
