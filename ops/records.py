"""What AWS knows of the runs of jobs: the last of each that has ended, those that run, and those that were missed."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.pure.naming import JOB_GROUP
from ops.target import Target

DAY = 86400
# Where the last run may be, nearest first: of a job that runs each minute, 400 days of records are not read through.
WINDOWS = (DAY // 24, DAY, 8 * DAY, 32 * DAY, 400 * DAY)
BY_HAND = "run"  # `startedBy` of what `make run` starts
MOST_DESCRIBED = 100  # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html


@dataclass(frozen=True, kw_only=True)
class Missed:
    """`schedule`: its ARN. `at`: when Scheduler gave up."""

    schedule: str
    at: datetime
    reason: str


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def last_run(logs: Any, group: str, name: str) -> dict[str, Any] | None:
    """The task of the run that ended last, as ECS told of it."""
    pattern = f'{{ $.detail.group = "{JOB_GROUP}{name}" }}'
    for seconds in WINDOWS:
        since = int((time.time() - seconds) * 1000)
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, filterPattern=pattern, startTime=since
        )
        found = [json.loads(event["message"])["detail"] for page in pages for event in page["events"]]
        if found:
            last: dict[str, Any] = max(found, key=lambda task: moment(task["stoppedAt"]))
            return last
    return None


def groups_of_running(target: Target) -> list[str]:
    """The group of each task that runs."""
    ecs, cluster = target.client("ecs"), target.outputs["cluster"]
    arns = [arn for page in ecs.get_paginator("list_tasks").paginate(cluster=cluster) for arn in page["taskArns"]]
    parts = [arns[start : start + MOST_DESCRIBED] for start in range(0, len(arns), MOST_DESCRIBED)]
    return [
        task.get("group", "") for part in parts for task in ecs.describe_tasks(cluster=cluster, tasks=part)["tasks"]
    ]


def missed_runs(target: Target) -> list[Missed]:
    """They are looked at and not taken, so that the next look finds them too."""
    sqs, found = target.client("sqs"), dict[str, Any]()
    while True:
        answer = sqs.receive_message(
            QueueUrl=target.outputs["missed_jobs"],
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            WaitTimeSeconds=1,  # asks all of SQS's servers, and not some of them
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        new = {one["MessageId"]: one for one in answer.get("Messages", []) if one["MessageId"] not in found}
        if not new:
            return [missed(message) for message in found.values()]
        found |= new


def missed(message: dict[str, Any]) -> Missed:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html has the attributes."""
    told = {name: one["StringValue"] for name, one in message.get("MessageAttributes", {}).items()}
    return Missed(
        schedule=told.get("SCHEDULE_ARN", ""),
        at=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
        reason=told.get("ERROR_MESSAGE", "AWS gives no reason"),
    )
