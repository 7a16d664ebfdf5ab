"""What ECS says of tasks that ended by themselves, and how often that happens."""

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from infra.components.cluster import Cluster
from infra.components.event_log import ended_tasks, event_log
from infra.pure.naming import crash_log_name
from infra.pure.tags import Tags, component_tag

RETENTION_DAYS = 30
# What ECS's reasons begin with; a task that a deployment or scaling stops has others.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
REASONS = ("Essential container", "Task failed", "CannotPull", "ResourceInitializationError", "OutOfMemory")


@dataclass(frozen=True, kw_only=True)
class CrashesArgs:
    cluster: Cluster
    tags: Tags


class Crashes(pulumi.ComponentResource):
    """A log group with the last words of services' tasks that ended by themselves, and a rule that counts them.

    A month: cents; 2 KB a crash, at 0.50 USD a GB.
    """

    rule: pulumi.Output[str]

    def __init__(self, name: str, args: CrashesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Crashes", name, None, opts)
        reasons = [{"prefix": reason} for reason in REASONS]
        pattern = ended_tasks(args.cluster.arn, {"group": [{"prefix": "service:"}], "stoppedReason": reasons})
        self.rule = event_log(
            name,
            log_name=crash_log_name(args.tags.project, args.tags.stack),
            days=RETENTION_DAYS,
            description="Tasks that ended by themselves",
            pattern=pattern,
            tags=component_tag(name),
            opts=ResourceOptions(parent=self),
        ).rule
        self.register_outputs({})
