"""CloudWatch Logs."""

from localcloud.provider.definition.resource_type import (
    AutoName,
    Call,
    Read,
    ResourceType,
    Send,
    TagStyle,
    Update,
    names,
)
from localcloud.provider.definition.rules import Document, ExactlyOne, Matches, OneOf
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = tuple(
    int(days) for days in names("0 1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653")
)


class LogGroup(Handler):
    """Its ARN without the `:*` that the API adds, as the official provider gives it; no retention is one of 0 days."""

    def incoming(self, item: Props) -> Props:
        return {"retentionInDays": 0, **item, "arn": item.get("arn", "").removesuffix(":*")}


class ResourcePolicy(Handler):
    """Of one log group, or, by a name, of the account."""

    def outgoing(self, values: Props) -> Props:
        return {**values, "key": values.get("resourceArn") or values.get("policyName")}


ARN = "arn:{partition}:logs:{region}:{account}:log-group:{id}"
NAMED = {"policyName": "{policyName}", "resourceArn": "{resourceArn}"}

TYPES = [
    ResourceType(
        token="aws:cloudwatch/logGroup:LogGroup",
        service="logs",
        handler=LogGroup,
        create=Call(operation="create_log_group", sends=Send.ALL),
        id="{name}",
        reads=[
            Read(
                operation="describe_log_groups",
                args={"logGroupNamePrefix": "{id}"},
                item="logGroups[?logGroupName=='{id}'] | [0]",
            )
        ],
        updates=[
            Update(
                on=["retentionInDays"],
                settles=True,
                when=lambda inputs: bool(inputs.get("retentionInDays")),
                call=Call(
                    operation="put_retention_policy",
                    args={"logGroupName": "{id}", "retentionInDays": "{retentionInDays}"},
                ),
            ),
            Update(
                on=["retentionInDays"],
                when=lambda inputs: not inputs.get("retentionInDays"),
                call=Call(operation="delete_retention_policy", args={"logGroupName": "{id}"}),
            ),
        ],
        delete=Call(operation="delete_log_group", args={"logGroupName": "{id}"}),
        names={"name": "logGroupName"},
        auto_name=AutoName(limit=512),
        defaults={"retentionInDays": 0, "skipDestroy": False},
        local=["skipDestroy"],
        replaces=["name", "logGroupClass"],
        tags=TagStyle(
            create="tags",
            add=Call(operation="tag_resource", args={"resourceArn": ARN, "tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"resourceArn": ARN, "tagKeys": "{-tagsAll}"}),
            read=Read(operation="list_tags_for_resource", args={"resourceArn": ARN}),
        ),
        rules=[
            Matches("name", r"[A-Za-z0-9._\-/#]{1,512}", "1 to 512 of letters, digits and . _ - / #"),
            OneOf("retentionInDays", RETENTION_DAYS),
        ],
    ),
    ResourceType(
        token="aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        service="logs",
        handler=ResourcePolicy,
        create=Call(operation="put_resource_policy", sends=Send.ALL),
        id="{key}",
        import_id="(?P<resourceArn>arn:.+)|(?P<policyName>.+)",
        reads=[
            Read(
                operation="describe_resource_policies",
                args={"resourceArn": "{resourceArn}"},
                item="resourcePolicies[?resourceArn=='{id}' || policyName=='{id}'] | [0]",
            )
        ],
        updates=[
            Update(
                on=["policyDocument"],
                call=Call(
                    operation="put_resource_policy",
                    sends=names("policyDocument policyName resourceArn"),
                    args={"expectedRevisionId": "{revisionId}"},
                ),
            )
        ],
        delete=Call(operation="delete_resource_policy", args={**NAMED, "expectedRevisionId": "{revisionId}"}),
        documents=["policyDocument"],
        volatile=["revisionId"],
        replaces=["policyName", "resourceArn"],
        rules=[ExactlyOne(("policyName", "resourceArn")), Document("policyDocument")],
    ),
]
