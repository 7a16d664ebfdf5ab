"""Secrets Manager: secrets. Their values are put there by whoever makes them, and are in no state."""

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, TagStyle, Update
from localcloud.provider.definition.rules import Matches, OneOf
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

WINDOWS = (0, *range(7, 31))


class Secret(Handler):
    """Deleted at once with a recovery window of 0, otherwise marked for deletion: either way gone for Pulumi."""

    def delete(self, resource_id: str, state: Props) -> None:
        days = state.get("recoveryWindowInDays", 30)
        how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        if self.fetch(resource_id, state) is not None:
            self.operate("delete_secret", {"SecretId": resource_id, **how})
        self.wait(lambda: self.fetch(resource_id, state) is None, f"{resource_id} to be gone")


TYPES = [
    ResourceType(
        token="aws:secretsmanager/secret:Secret",
        service="secretsmanager",
        handler=Secret,
        create=Call(operation="create_secret", sends=Send.ALL),
        id="{ARN}",
        reads=[
            Read(operation="describe_secret", args={"SecretId": "{id}"}, item="[@][?DeletedDate==`null`] | [0]"),
            Read(
                operation="get_resource_policy",
                args={"SecretId": "{id}"},
                item="{ResourcePolicy: ResourcePolicy}",
                optional=True,
            ),
        ],
        updates=[
            Update(
                on=["description", "kmsKeyId"],
                call=Call(operation="update_secret", sends=["description", "kmsKeyId"], args={"SecretId": "{id}"}),
            ),
            Update(
                on=["policy"],
                settles=True,
                when=lambda inputs: bool(inputs.get("policy")),
                call=Call(operation="put_resource_policy", args={"SecretId": "{id}", "ResourcePolicy": "{policy}"}),
            ),
            Update(
                on=["policy"],
                when=lambda inputs: not inputs.get("policy"),
                call=Call(operation="delete_resource_policy", args={"SecretId": "{id}"}),
            ),
        ],
        delete=Call(operation="delete_secret"),
        names={"policy": "ResourcePolicy"},
        auto_name=AutoName(limit=512),
        defaults={"forceOverwriteReplicaSecret": False, "recoveryWindowInDays": 30},
        local=["forceOverwriteReplicaSecret", "recoveryWindowInDays"],
        documents=["policy"],
        replaces=["name"],
        tags=TagStyle(
            create="Tags",
            add=Call(operation="tag_resource", args={"SecretId": "{id}", "Tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"SecretId": "{id}", "TagKeys": "{-tagsAll}"}),
        ),
        rules=[
            Matches("name", r"[A-Za-z0-9/_+=.@-]{1,512}", "1 to 512 of letters, digits and /_+=.@-"),
            OneOf("recoveryWindowInDays", WINDOWS),
        ],
    ),
]
