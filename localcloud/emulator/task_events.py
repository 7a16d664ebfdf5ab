"""Lets ECS tell EventBridge that a task has stopped, and EventBridge write to log groups: MiniStack does neither."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from ministack.core.arn import parse_arn
from ministack.core.responses import new_uuid
from ministack.services import cloudwatch_logs, ecs, eventbridge

logger = logging.getLogger(__name__)


def tell_of_tasks() -> None:
    """Before the first request."""
    mark, invoke = ecs._mark_task_stopped, eventbridge._invoke_target

    def mark_and_tell(arn: str, task: dict[str, Any], *how: Any, **named: Any) -> bool:
        stopped = bool(mark(arn, task, *how, **named))
        if stopped:
            tell(task)
        return stopped

    def invoked(target: Mapping[str, Any], event: Any, rule: Mapping[str, Any], view: Any = None) -> None:
        if target.get("Arn", "").split(":")[2:3] == ["logs"]:
            write(target["Arn"], event, view)
        else:
            invoke(target, event, rule, view)

    ecs._mark_task_stopped, eventbridge._invoke_target = mark_and_tell, invoked


def tell(task: Mapping[str, Any]) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html"""
    entry = {
        "Source": "aws.ecs",
        "DetailType": "ECS Task State Change",
        "Resources": [task["taskArn"]],
        "Detail": json.dumps(ecs._sanitize(task)),
    }
    status, _, body = eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    if status != 200:
        logger.error("the end of %s was not told: %s", task["taskArn"], body)


def write(arn: str, event: Any, view: Any) -> None:
    """Each event in a stream of its own."""
    group, stream = parse_arn(arn).resource.removeprefix("log-group:").removesuffix(":*"), new_uuid()
    text = json.dumps((view or eventbridge._pattern_event_view(event)).event_with_detail())
    where = {"logGroupName": group, "logStreamName": stream}
    cloudwatch_logs._create_log_stream(where)
    events = [{"timestamp": int(event["Time"] * 1000), "message": text}]
    status, _, body = cloudwatch_logs._put_log_events({**where, "logEvents": events})
    if status != 200:
        logger.error("%s: an event was not written: %s", group, body)
