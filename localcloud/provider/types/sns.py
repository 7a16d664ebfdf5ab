"""SNS: topics, their policies and subscriptions."""

from collections.abc import Mapping

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, TagStyle, Update
from localcloud.provider.definition.rules import Document, Exists, Matches, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.sqs import as_text, fifo_name
from localcloud.provider.values import Props

# https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
TOPIC_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "fifoTopic": "FifoTopic",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
# https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
SUBSCRIPTION_ATTRIBUTES = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}
PROTOCOLS = ("sqs", "lambda", "email", "email-json", "http", "https", "sms", "application", "firehose")
FIFO_ONLY = ("fifoTopic", "contentBasedDeduplication")


def written(attributes: Mapping[str, str], values: Props) -> Props:
    """`set`: the map for a creation. `now`: every attribute for its own call, empty where it was taken out."""
    fifo = values.get("fifoTopic", True)
    known = {key: values.get(name) for name, key in attributes.items() if fifo or name not in FIFO_ONLY}
    set_ = {key: as_text(value) for key, value in known.items() if value is not None}
    return {**values, "set": set_, "now": {**dict.fromkeys(known, ""), **set_}}


class Topic(Handler):
    def outgoing(self, values: Props) -> Props:
        return written(TOPIC_ATTRIBUTES, values)

    def incoming(self, item: Props) -> Props:
        return {**item, "name": item["TopicArn"].rsplit(":", 1)[1]}


class Subscription(Handler):
    def outgoing(self, values: Props) -> Props:
        return written(SUBSCRIPTION_ATTRIBUTES, values)


def each(attributes: Mapping[str, str], operation: str, argument: str, *, fixed: str = "") -> list[Update]:
    """One call for each attribute that changed."""
    return [
        Update(
            on=[name],
            call=Call(
                operation=operation,
                args={argument: "{id}", "AttributeName": key, "AttributeValue": f"{{now.{key}}}"},
            ),
        )
        for name, key in attributes.items()
        if name != fixed
    ]


TOPIC = Exists("topic", "a topic", "sns", "get_topic_attributes", {"TopicArn": "{value}"}, "Attributes.TopicArn")

TYPES = [
    ResourceType(
        token="aws:sns/topic:Topic",
        service="sns",
        handler=Topic,
        create=Call(operation="create_topic", args={"Name": "{name}", "Attributes": "{set}"}),
        id="{TopicArn}",
        reads=[Read(operation="get_topic_attributes", args={"TopicArn": "{id}"}, item="Attributes")],
        updates=each(TOPIC_ATTRIBUTES, "set_topic_attributes", "TopicArn", fixed="fifoTopic"),
        delete=Call(operation="delete_topic", args={"TopicArn": "{id}"}),
        names={**TOPIC_ATTRIBUTES, "arn": "TopicArn"},
        auto_name=AutoName(limit=256),
        defaults={"fifoTopic": False, "contentBasedDeduplication": False},
        handled=list(TOPIC_ATTRIBUTES),
        documents=["policy", "deliveryPolicy"],
        replaces=["name", "fifoTopic"],
        tags=TagStyle(
            create="Tags",
            add=Call(operation="tag_resource", args={"ResourceArn": "{id}", "Tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"ResourceArn": "{id}", "TagKeys": "{-tagsAll}"}),
            read=Read(operation="list_tags_for_resource", args={"ResourceArn": "{id}"}),
        ),
        rules=[
            Matches("name", r"[A-Za-z0-9_-]{1,251}(\.fifo)?|[A-Za-z0-9_-]{1,256}", "1 to 256 of letters, digits, _, -"),
            Says("name", fifo_name("fifoTopic")),
            Matches("displayName", r"[\s\S]{0,100}", "at most 100 characters"),
            OneOf("tracingConfig", ("PassThrough", "Active")),
            OneOf("signatureVersion", (1, 2)),
            Document("policy"),
            Document("deliveryPolicy", policy=False),
        ],
    ),
    ResourceType(
        token="aws:sns/topicPolicy:TopicPolicy",
        service="sns",
        create=Call(
            operation="set_topic_attributes",
            args={"TopicArn": "{arn}", "AttributeName": "Policy", "AttributeValue": "{policy}"},
        ),
        id="{arn}",
        reads=[Read(operation="get_topic_attributes", args={"TopicArn": "{id}"}, item="Attributes")],
        updates=[
            Update(
                on=["policy"],
                call=Call(
                    operation="set_topic_attributes",
                    args={"TopicArn": "{id}", "AttributeName": "Policy", "AttributeValue": "{policy}"},
                ),
            )
        ],
        delete=None,
        names={"arn": "TopicArn"},
        documents=["policy"],
        replaces=["arn"],
        rules=[Document("policy")],
    ),
    ResourceType(
        token="aws:sns/topicSubscription:TopicSubscription",
        service="sns",
        handler=Subscription,
        create=Call(
            operation="subscribe",
            args={
                "TopicArn": "{topic}",
                "Protocol": "{protocol}",
                "Endpoint": "{endpoint}",
                "Attributes": "{set}",
                "ReturnSubscriptionArn": True,
            },
        ),
        id="{SubscriptionArn}",
        reads=[Read(operation="get_subscription_attributes", args={"SubscriptionArn": "{id}"}, item="Attributes")],
        updates=each(SUBSCRIPTION_ATTRIBUTES, "set_subscription_attributes", "SubscriptionArn"),
        delete=Call(operation="unsubscribe", args={"SubscriptionArn": "{id}"}),
        names={**SUBSCRIPTION_ATTRIBUTES, "arn": "SubscriptionArn", "topic": "TopicArn", "ownerId": "Owner"},
        defaults={
            "confirmationTimeoutInMinutes": 1,
            "endpointAutoConfirms": False,
            "rawMessageDelivery": False,
        },
        local=["confirmationTimeoutInMinutes", "endpointAutoConfirms"],
        handled=list(SUBSCRIPTION_ATTRIBUTES),
        documents=["deliveryPolicy", "filterPolicy", "redrivePolicy"],
        replaces=["topic", "protocol", "endpoint"],
        rules=[
            TOPIC,
            OneOf("protocol", PROTOCOLS),
            OneOf("filterPolicyScope", ("MessageAttributes", "MessageBody")),
            Document("filterPolicy", policy=False),
            Document("redrivePolicy", policy=False),
            Document("deliveryPolicy", policy=False),
        ],
    ),
]
