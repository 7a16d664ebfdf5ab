"""A log group in which EventBridge keeps what AWS tells of: ECS forgets a task an hour after its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.pure import policies


@dataclass(frozen=True, kw_only=True)
class EventLog:
    """`rule`: its name, under which CloudWatch counts the events."""

    log_group: pulumi.Output[str]
    rule: pulumi.Output[str]


def ended_tasks(cluster_arn: pulumi.Output[str], detail: Mapping[str, Any]) -> pulumi.Output[Mapping[str, Any]]:
    """The pattern of what ECS says at the end of a cluster's tasks; `detail`: of which."""
    return cluster_arn.apply(
        lambda arn: {
            "source": ["aws.ecs"],
            "detail-type": ["ECS Task State Change"],
            "detail": {"clusterArn": [arn], "lastStatus": ["STOPPED"], **detail},
        }
    )


def event_log(
    name: str,
    *,
    log_name: str,
    days: int,
    description: str,
    pattern: pulumi.Output[Mapping[str, Any]],
    tags: Mapping[str, str],
    opts: ResourceOptions,
) -> EventLog:
    """The group, the rule, and its right to write. EventBridge takes no role for a group: that itself must let it."""
    log = aws.cloudwatch.LogGroup(f"{name}-log", name=log_name, retention_in_days=days, tags=tags, opts=opts)
    rule = aws.cloudwatch.EventRule(
        f"{name}-ended",
        description=description,
        event_pattern=pulumi.Output.json_dumps(pattern),
        tags=tags,
        opts=opts,
    )
    # On the group, not on the account: an account has room for ten.
    policy = aws.cloudwatch.LogResourcePolicy(
        f"{name}-may-write",
        resource_arn=log.arn,
        policy_document=pulumi.Output.json_dumps(
            pulumi.Output.all(log.arn, rule.arn).apply(lambda known: policies.write_events(*known))
        ),
        opts=opts,
    )
    aws.cloudwatch.EventTarget(
        f"{name}-target",
        rule=rule.name,
        arn=log.arn,
        opts=opts.merge(ResourceOptions(depends_on=[policy])),
    )
    return EventLog(log_group=log.name, rule=rule.name)
