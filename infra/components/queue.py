"""A queue that services put messages in and take them out of."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.link import Link
from infra.config.services import QueueConfig
from infra.pure import policies
from infra.pure.tags import component_tag

# The longest that SQS keeps a message: time to look why it could not be handled, and to put it back.
DEAD_LETTER_SECONDS = 14 * 24 * 3600
WAIT_SECONDS = 20  # a receiver waits for a message instead of asking again and again


@dataclass(frozen=True, kw_only=True)
class QueueArgs:
    """`variable`: the name of the variable that tells a service the queue's URL."""

    settings: QueueConfig
    variable: str


class Queue(pulumi.ComponentResource):
    """An encrypted queue of SQS, and one for messages that were received too often without being deleted.

    A month: free up to a million requests, then 0.40 USD a million.
    """

    arn: pulumi.Output[str]
    url: pulumi.Output[str]
    link: Link
    dead_letters: pulumi.Output[str]  # the name of the second queue

    def __init__(self, name: str, args: QueueArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Queue", name, None, opts)
        child = ResourceOptions(parent=self)
        tags = component_tag(name)
        aside = aws.sqs.Queue(
            f"{name}-dead-letters",
            message_retention_seconds=DEAD_LETTER_SECONDS,
            sqs_managed_sse_enabled=True,
            tags=tags,
            opts=child,
        )
        queue = aws.sqs.Queue(
            f"{name}-queue",
            visibility_timeout_seconds=args.settings.visibility_seconds,
            receive_wait_time_seconds=WAIT_SECONDS,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": aside.arn, "maxReceiveCount": args.settings.max_receives}
            ),
            sqs_managed_sse_enabled=True,
            tags=tags,
            opts=child,
        )
        self.dead_letters = aside.name
        self.arn, self.url = queue.arn, queue.url
        self.link = Link(
            environment={args.variable: queue.url},
            rights=queue.arn.apply(lambda arn: [policies.use_queue(arn)]),
            values={"url": queue.url},
        )
        self.register_outputs({})
