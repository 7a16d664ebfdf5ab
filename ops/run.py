"""Runs a command once, in a task of a service's newest version: with its image, variables, rights and network."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from infra.pure.naming import JOB_GROUP
from infra.steps import ecs_logs
from ops.errors import OperationError
from ops.records import BY_HAND
from ops.target import Target

POLL_SECONDS = 1.0
# CloudWatch Logs delivers a stopped task's last lines a few seconds after its end.
QUIET_SECONDS = 3.0
STOPPED_BY_HAND = 130  # as a shell says of Ctrl-C


def job_of(target: Target, name: str) -> tuple[str, list[str]]:
    """Service and command of a job."""
    jobs = target.config.get("jobs", {})
    if name not in jobs:
        raise OperationError(f"JOB: must be a job of app.yaml, got {name!r}; known are {', '.join(jobs) or 'none'}")
    return jobs[name]["service"], list(jobs[name]["command"])


def run(target: Target, service: str, command: Sequence[str], job: str | None = None) -> int:
    """Run it to its end, with its output here; its exit code. `job`: whose run it counts as."""
    facts = target.service(service)
    ecs = target.client("ecs")
    task = start(ecs, target.outputs["cluster"], facts["service"], service, command, job)
    output = Output(target.client("logs"), facts["log_group"], service, task["taskArn"])
    try:
        ended = follow(ecs, task, output)
    except KeyboardInterrupt:
        ecs.stop_task(cluster=task["clusterArn"], task=task["taskArn"], reason="stopped by hand")
        print("stopped")
        return STOPPED_BY_HAND
    code = next((one.get("exitCode") for one in ended["containers"] if one["name"] == service), None)
    if code is None:
        raise OperationError("\n  ".join(["the task did not run:", *dict.fromkeys(ecs_logs.stop_reasons(ended))]))
    return int(code)


def start(ecs: Any, cluster: str, name: str, container: str, command: Sequence[str], job: str | None) -> dict[str, Any]:
    """The task, of the version that the service runs."""
    (described,) = ecs.describe_services(cluster=cluster, services=[name])["services"]
    answer = ecs.run_task(
        cluster=cluster,
        taskDefinition=described["taskDefinition"],
        **capacity(described),
        **({"networkConfiguration": network} if (network := described.get("networkConfiguration")) else {}),
        overrides={"containerOverrides": [{"name": container, "command": list(command)}]},
        startedBy=BY_HAND,
        **({"group": JOB_GROUP + job} if job else {}),
        propagateTags="TASK_DEFINITION",
    )
    if not answer["tasks"]:
        raise OperationError("\n  ".join(["ECS did not start the task:", *(f["reason"] for f in answer["failures"])]))
    started: dict[str, Any] = answer["tasks"][0]
    return started


def capacity(service: Mapping[str, Any]) -> dict[str, Any]:
    """That of the service: instances by their capacity provider, or Fargate by its launch type."""
    strategy = service.get("capacityProviderStrategy")
    return {"capacityProviderStrategy": strategy} if strategy else {"launchType": service["launchType"]}


class Output:
    """What a task prints, line by line."""

    def __init__(self, logs: Any, group: str, container: str, task_arn: str) -> None:
        self._logs = logs
        self._at: dict[str, Any] = {
            "logGroupName": group,
            "logStreamName": ecs_logs.stream_name(container, task_arn),
            "startFromHead": True,
        }

    def show(self) -> bool:
        """Print what is new; whether there was any."""
        try:
            answer = self._logs.get_log_events(**self._at)
        except self._logs.exceptions.ResourceNotFoundException:
            return False
        for event in answer["events"]:
            print(event["message"].rstrip("\n"), flush=True)
        self._at["nextToken"] = answer["nextForwardToken"]
        return bool(answer["events"])


def follow(ecs: Any, task: dict[str, Any], output: Output) -> dict[str, Any]:
    """Show the output until the task has stopped and says nothing more; the stopped task."""
    quiet_until = 0.0
    while True:
        found = ecs.describe_tasks(cluster=task["clusterArn"], tasks=[task["taskArn"]])["tasks"]
        stopped = bool(found) and found[0]["lastStatus"] == "STOPPED"
        if output.show() or not stopped or not quiet_until:
            quiet_until = time.monotonic() + QUIET_SECONDS
        elif time.monotonic() > quiet_until:
            ended: dict[str, Any] = found[0]
            return ended
        time.sleep(POLL_SECONDS)
