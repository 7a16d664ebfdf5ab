"""What the runs of jobs came to. ECS forgets a task an hour after its end, so its last words are kept here."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.event_log import ended_tasks, event_log
from infra.components.shared import RunsTasks
from infra.pure.naming import JOB_GROUP, job_log_name
from infra.pure.tags import Tags, component_tag

RETENTION_DAYS = 400  # the last run of a job that runs once a year
MISSED_SECONDS = 14 * 24 * 3600  # the longest that SQS keeps a message


@dataclass(frozen=True, kw_only=True)
class JobRecordsArgs:
    cluster: RunsTasks
    tags: Tags


class JobRecords(pulumi.ComponentResource):
    """A log group in which EventBridge puts what ECS says at the end of each run, and a queue of runs that were missed.

    A month: cents; 2 KB a run, at 0.50 USD a GB.
    """

    log_group: pulumi.Output[str]
    missed_arn: pulumi.Output[str]
    missed_url: pulumi.Output[str]
    missed_name: pulumi.Output[str]

    def __init__(self, name: str, args: JobRecordsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:JobRecords", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)
        missed = aws.sqs.Queue(
            f"{name}-missed",
            message_retention_seconds=MISSED_SECONDS,
            sqs_managed_sse_enabled=True,
            tags=self._tags,
            opts=self._child,
        )
        self.missed_arn, self.missed_url, self.missed_name = missed.arn, missed.url, missed.name
        pattern = ended_tasks(args.cluster.arn, {"group": [{"prefix": JOB_GROUP}]})
        self.log_group = event_log(
            name,
            log_name=job_log_name(args.tags.project, args.tags.stack),
            days=RETENTION_DAYS,
            description="Runs of jobs that have ended",
            pattern=pattern,
            tags=self._tags,
            opts=self._child,
        ).log_group
        self.register_outputs({"logGroup": self.log_group})
