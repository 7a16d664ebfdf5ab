"""What becomes of mails, in a queue that services read."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.queue import Queue, QueueArgs
from infra.config.services import QueueConfig
from infra.pure import policies
from infra.pure.tags import component_tag

VARIABLE = "MAIL_EVENTS_QUEUE_URL"
# Of each mail one that it arrived, or why not; what readers of mails do (OPEN, CLICK) is theirs.
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_EventDestination.html
KINDS = ["BOUNCE", "COMPLAINT", "DELIVERY", "DELIVERY_DELAY", "REJECT"]


@dataclass(frozen=True, kw_only=True)
class MailEventsArgs:
    """`configuration_set`: its name, and its ARN."""

    configuration_set: pulumi.Output[str]
    configuration_set_arn: pulumi.Output[str]
    account_id: pulumi.Input[str]


class MailEvents(pulumi.ComponentResource):
    """SES tells a topic of each mail of one configuration set, and the topic a queue; nobody else can write to them.

    A month: free up to a million mails, then 0.50 USD a million for the topic.
    """

    queue: Queue

    def __init__(self, name: str, args: MailEventsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:MailEvents", name, None, opts)
        child = ResourceOptions(parent=self)
        self.queue = Queue(name, QueueArgs(settings=QueueConfig(), variable=VARIABLE), child)
        topic = aws.sns.Topic(f"{name}-topic", tags=component_tag(name), opts=child)
        told = pulumi.Output.all(topic.arn, args.configuration_set_arn, args.account_id)
        ses_may_tell = aws.sns.TopicPolicy(
            f"{name}-topic-policy",
            arn=topic.arn,
            policy=pulumi.Output.json_dumps(told.apply(lambda known: policies.tell_of_mails(*known))),
            opts=child,
        )
        passed = pulumi.Output.all(self.queue.arn, topic.arn)
        topic_may_send = aws.sqs.QueuePolicy(
            f"{name}-queue-policy",
            queue_url=self.queue.url,
            policy=pulumi.Output.json_dumps(passed.apply(lambda known: policies.pass_on(*known))),
            opts=child,
        )
        subscription = aws.sns.TopicSubscription(
            f"{name}-subscription",
            topic=topic.arn,
            protocol="sqs",
            endpoint=self.queue.arn,
            raw_message_delivery=True,
            opts=ResourceOptions(parent=self, depends_on=[topic_may_send]),
        )
        aws.sesv2.ConfigurationSetEventDestination(
            f"{name}-destination",
            configuration_set_name=args.configuration_set,
            event_destination_name=name,
            event_destination=aws.sesv2.ConfigurationSetEventDestinationEventDestinationArgs(
                enabled=True,
                matching_event_types=KINDS,
                sns_destination=aws.sesv2.ConfigurationSetEventDestinationEventDestinationSnsDestinationArgs(
                    topic_arn=topic.arn
                ),
            ),
            opts=ResourceOptions(parent=self, depends_on=[ses_may_tell, subscription]),
        )
        self.register_outputs({})
