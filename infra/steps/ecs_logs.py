"""Why a task stopped, and its last log lines: what the error of a deployment shows."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_logs.client import CloudWatchLogsClient

LAST_LINES = 20
# CloudWatch Logs delivers a stopped task's lines with a delay of a few seconds.
PATIENCE_SECONDS = 10.0


def stream_name(container: str, task_arn: str) -> str:
    """How the awslogs driver names a task's stream: prefix, container and task id; the prefix is the container's name.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
    """
    return f"{container}/{container}/{task_arn.rsplit('/', 1)[1]}"


def read_stream(logs: "CloudWatchLogsClient", group: str, stream: str) -> list[str]:
    try:
        events = logs.get_log_events(logGroupName=group, logStreamName=stream, limit=LAST_LINES, startFromHead=False)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []
        raise
    return [event.get("message", "").rstrip() for event in events["events"]][-LAST_LINES:]


def last_lines(
    region: str, group: str, container: str, task_arns: Sequence[str], *, patience: float = PATIENCE_SECONDS
) -> list[str]:
    """The last lines of the first of these tasks that wrote any; waits a little for them to arrive."""
    from infra.steps.common import aws_client  # here: it brings Pulumi, and commands use the rest without

    logs = aws_client("logs", region)
    deadline = time.monotonic() + patience
    while task_arns:
        for arn in task_arns:
            if lines := read_stream(logs, group, stream_name(container, arn)):
                return lines
        if time.monotonic() >= deadline:
            break
        time.sleep(1)
    return []


def in_words(line: str) -> str:
    """The message of a structured line; any other line as it is."""
    try:
        return str(json.loads(line)["message"])
    except (ValueError, KeyError, TypeError):
        return line


def stop_reasons(task: Mapping[str, Any]) -> list[str]:
    """Why ECS says a task stopped, and how each of its containers ended."""
    reasons = [task["stoppedReason"]] if task.get("stoppedReason") else []
    for container in task.get("containers", ()):
        if container.get("exitCode") is not None:
            reasons.append(f"container {container['name']} exited with code {container['exitCode']}")
        if container.get("reason"):
            reasons.append(container["reason"])
    return reasons


def report(title: str, reasons: Sequence[str], group: str, lines: Sequence[str]) -> str:
    """An error's text: what failed, why, and the last lines of the log."""
    log = [f"last log lines, of {group}:", *(f"  {line}" for line in lines)] if lines else [f"no log in {group}"]
    return "\n  ".join([title, *dict.fromkeys(reasons), *log])
