"""Runs a task once with a new version's image and waits for its end: the database's migrations."""

import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pulumi.dynamic import CreateResult, UpdateResult

from infra.steps import ecs_logs
from infra.steps.common import Props, StepProvider, aws_client, fail, progress

if TYPE_CHECKING:
    from types_boto3_ecs.client import ECSClient
    from types_boto3_ecs.type_defs import TaskTypeDef

POLL_SECONDS = 1.0
FRESH_POLL_SECONDS = 5.0
# How long the lines of a run that succeeded are waited for.
TOLD_SECONDS = 3.0
# ECS answers MISSING for some seconds after RunTask, and for ever when a stopped task is too old.
MISSING_LOOKS = 60
# IAM is eventually consistent: for some seconds a role that was made a moment ago cannot be passed or assumed.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
FRESH_SECONDS = 60.0
FRESH_ROLE = ("AccessDenied", "not authorized", "unable to assume", "cannot be assumed", "verify that the ECS")


def started_by(props: Props) -> str:
    """Marks the task (36 characters at most), so that a run which was interrupted is found again and not doubled."""
    return f"{props['container']}-{props['version']}"[:36]


def running_task(ecs: "ECSClient", props: Props) -> str | None:
    """A task of the same version that an interrupted `up` left running."""
    arns = ecs.list_tasks(cluster=props["cluster"], startedBy=started_by(props), desiredStatus="RUNNING")["taskArns"]
    return arns[0] if arns else None


def subject(props: Props) -> str:
    """What the run is about, in what is told of it."""
    return str(props.get("subject", "migration"))


def is_of_a_fresh_role(text: str) -> bool:
    return any(part in text for part in FRESH_ROLE)


def start(ecs: "ECSClient", props: Props) -> str:
    capacity: dict[str, Any] = (
        {"capacityProviderStrategy": [{"capacityProvider": props["capacityProvider"], "weight": 1}]}
        if "capacityProvider" in props
        else {"launchType": "FARGATE"}
    )
    own_interface: dict[str, Any] = (
        {"networkConfiguration": {"awsvpcConfiguration": props["network"]}} if "network" in props else {}
    )
    answer = ecs.run_task(
        cluster=props["cluster"],
        taskDefinition=props["taskDefinition"],
        **capacity,
        **own_interface,
        startedBy=started_by(props),
        overrides={"containerOverrides": [{"name": props["container"], "command": props["command"]}]},
        tags=[{"key": key, "value": value} for key, value in sorted(props["tags"].items())],
    )
    if not answer["tasks"]:
        fail("\n  ".join([f"{subject(props)}: ECS did not start the task", *(str(f) for f in answer["failures"])]))
    return answer["tasks"][0]["taskArn"]


def described(ecs: "ECSClient", props: Props, task_arn: str) -> "TaskTypeDef":
    """The task, asked for until ECS knows it."""
    for _ in range(MISSING_LOOKS):
        if found := ecs.describe_tasks(cluster=props["cluster"], tasks=[task_arn])["tasks"]:
            return found[0]
        time.sleep(POLL_SECONDS)
    fail(
        f"{subject(props)}: ECS no longer knows the task {task_arn}, so it is not known how it ended; look into the log"
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
            progress(subject(props), shown.lower())
        if shown == "STOPPED":
            return dict(task)
        if time.monotonic() > deadline:
            ecs.stop_task(cluster=props["cluster"], task=task_arn, reason=f"{subject(props)} took too long")
            fail(
                f"{subject(props)}: took longer than {props['timeoutSeconds'] / 60:.0f} minutes"
                f" (it was {shown.lower()}) and was stopped; raise deployTimeoutMinutes, or free a table that"
                " another session has locked"
            )
        time.sleep(POLL_SECONDS)


def succeeded(task: dict[str, Any], container: str) -> bool:
    return any(c["name"] == container and c.get("exitCode") == 0 for c in task["containers"])


def attempt(ecs: "ECSClient", props: Props) -> dict[str, Any]:
    """A run to its end; the stopped task."""
    task_arn = running_task(ecs, props)
    if task_arn:
        progress(subject(props), "an interrupted run is still at work, waiting for it")
    return wait(ecs, props, task_arn or start(ecs, props))


def attempts(ecs: "ECSClient", props: Props) -> dict[str, Any]:
    """Runs until one is not refused for a role that AWS does not know everywhere yet."""
    deadline = time.monotonic() + FRESH_SECONDS
    while True:
        try:
            task = attempt(ecs, props)
            refused = is_of_a_fresh_role(" ".join(ecs_logs.stop_reasons(task)))
        except ClientError as error:
            if time.monotonic() > deadline or not is_of_a_fresh_role(str(error)):
                raise
            refused = True
        if not refused or time.monotonic() > deadline:
            return task
        progress(subject(props), "AWS does not accept the task's new role yet, trying again")
        time.sleep(FRESH_POLL_SECONDS)


def migrate(props: Props) -> None:
    task = attempts(aws_client("ecs", props["region"]), props)
    done = succeeded(task, props["container"])
    patience = TOLD_SECONDS if done else ecs_logs.PATIENCE_SECONDS
    lines = ecs_logs.last_lines(
        props["region"], props["logGroup"], props["container"], [task["taskArn"]], patience=patience
    )
    if done:  # what it did is worth a line, and above all that the database is newer than the code
        for line in lines:
            progress(subject(props), ecs_logs.in_words(line))
    else:
        so = ", so the service was not moved to the new version" if "subject" not in props else ""
        title = f"{subject(props)}: failed{so}"
        fail(ecs_logs.report(title, ecs_logs.stop_reasons(task), props["logGroup"], lines))


class MigrationRun(StepProvider):
    """Inputs: region, cluster, taskDefinition, container, command, version, logGroup, tags, timeoutSeconds;
    capacityProvider for a task on instances, without which it is on Fargate; network for one with an interface of its
    own.

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
