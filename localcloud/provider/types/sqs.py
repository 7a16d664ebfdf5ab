"""SQS: queues and their policies."""

from collections.abc import Callable

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, TagStyle, Update
from localcloud.provider.definition.rules import Between, Case, Document, Matches, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
# A standard queue refuses these, even when they are false.
FIFO_ONLY = ("contentBasedDeduplication", "deduplicationScope", "fifoQueue", "fifoThroughputLimit")
# SQS takes an attribute away when it is empty.
CLEARED = ("kmsMasterKeyId", "policy", "redriveAllowPolicy", "redrivePolicy")


class Queue(Handler):
    """SQS has nearly all of a queue's properties as texts in one map."""

    def outgoing(self, values: Props) -> Props:
        fifo = values.get("fifoQueue")
        found = {name: values.get(name) for name in ATTRIBUTES if fifo or name not in FIFO_ONLY}
        set_ = {ATTRIBUTES[name]: as_text(value) for name, value in found.items() if value is not None}
        cleared = {ATTRIBUTES[name]: "" for name in CLEARED if found[name] is None}
        return {**values, "set": set_, "changed": {**cleared, **{k: v for k, v in set_.items() if k != "FifoQueue"}}}

    def incoming(self, item: Props) -> Props:
        return {**item, "name": item["QueueArn"].rsplit(":", 1)[1]}


def as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def fifo_name(flag: str) -> Callable[[Case, str], str]:
    """What to say of a name that does not fit the property that makes a queue or a topic FIFO."""

    def says(case: Case, name: str) -> str:
        fifo = bool(case.inputs.get(flag))
        if fifo == name.endswith(".fifo"):
            return ""
        return f"must {'' if fifo else 'not '}end in .fifo where {flag} is {as_text(fifo)}, got {name!r}"

    return says


TYPES = [
    ResourceType(
        token="aws:sqs/queue:Queue",
        service="sqs",
        handler=Queue,
        create=Call(operation="create_queue", args={"QueueName": "{name}", "Attributes": "{set}"}),
        id="{QueueUrl}",
        reads=[
            Read(
                operation="get_queue_attributes",
                args={"QueueUrl": "{id}", "AttributeNames": ["All"]},
                item="Attributes",
            )
        ],
        updates=[
            Update(
                on=[name for name in ATTRIBUTES if name != "fifoQueue"],
                call=Call(operation="set_queue_attributes", args={"QueueUrl": "{id}", "Attributes": "{changed}"}),
            )
        ],
        delete=Call(operation="delete_queue", args={"QueueUrl": "{id}"}),
        gone=["AWS.SimpleQueueService.NonExistentQueue"],
        names={**ATTRIBUTES, "arn": "QueueArn"},
        outputs={"url": "{id}"},
        auto_name=AutoName(limit=80),
        defaults={
            "delaySeconds": 0,
            "fifoQueue": False,
            "contentBasedDeduplication": False,
            "messageRetentionSeconds": 345600,
            "receiveWaitTimeSeconds": 0,
            "visibilityTimeoutSeconds": 30,
        },
        handled=list(ATTRIBUTES),
        documents=["policy", "redrivePolicy", "redriveAllowPolicy"],
        replaces=["name", "fifoQueue"],
        tags=TagStyle(
            create="tags",
            add=Call(operation="tag_queue", args={"QueueUrl": "{id}", "Tags": "{+tagsAll}"}),
            remove=Call(operation="untag_queue", args={"QueueUrl": "{id}", "TagKeys": "{-tagsAll}"}),
            read=Read(operation="list_queue_tags", args={"QueueUrl": "{id}"}, item="{tags: Tags}"),
        ),
        rules=[
            Matches("name", r"[A-Za-z0-9_-]{1,75}(\.fifo)?|[A-Za-z0-9_-]{1,80}", "1 to 80 of letters, digits, _ and -"),
            Says("name", fifo_name("fifoQueue")),
            Between("delaySeconds", 0, 900),
            Between("maxMessageSize", 1024, 1048576),
            Between("messageRetentionSeconds", 60, 1209600),
            Between("receiveWaitTimeSeconds", 0, 20),
            Between("visibilityTimeoutSeconds", 0, 43200),
            Between("kmsDataKeyReusePeriodSeconds", 60, 86400),
            Document("policy"),
            Document("redrivePolicy", policy=False),
            Document("redriveAllowPolicy", policy=False),
        ],
    ),
    ResourceType(
        token="aws:sqs/queuePolicy:QueuePolicy",
        service="sqs",
        create=Call(
            operation="set_queue_attributes", args={"QueueUrl": "{queueUrl}", "Attributes": {"Policy": "{policy}"}}
        ),
        id="{queueUrl}",
        reads=[
            Read(
                operation="get_queue_attributes",
                args={"QueueUrl": "{id}", "AttributeNames": ["Policy"]},
                item="Attributes.Policy && Attributes",
            )
        ],
        updates=[
            Update(
                on=["policy"],
                call=Call(
                    operation="set_queue_attributes", args={"QueueUrl": "{id}", "Attributes": {"Policy": "{policy}"}}
                ),
            )
        ],
        delete=Call(operation="set_queue_attributes", args={"QueueUrl": "{id}", "Attributes": {"Policy": ""}}),
        gone=["AWS.SimpleQueueService.NonExistentQueue"],
        outputs={"queueUrl": "{id}"},
        documents=["policy"],
        replaces=["queueUrl"],
        rules=[Document("policy")],
    ),
]
