"""KMS: keys. A deleted one waits for its end, in which it may be taken back; for Pulumi it is gone."""

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, TagStyle, Update
from localcloud.provider.definition.rules import Between, Case, Document, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

# https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
LONGEST_WINDOW = 30
SYMMETRIC = "SYMMETRIC_DEFAULT"


class Key(Handler):
    def delete(self, resource_id: str, state: Props) -> None:
        if self.fetch(resource_id, state) is not None:
            days = state.get("deletionWindowInDays", LONGEST_WINDOW)
            self.operate("schedule_key_deletion", {"KeyId": resource_id, "PendingWindowInDays": days})
        self.wait(lambda: self.fetch(resource_id, state) is None, f"{resource_id} to be gone")


def rotates(case: Case, wanted: bool) -> str:
    spec = case.inputs.get("customerMasterKeySpec", SYMMETRIC)
    return "" if not wanted or spec == SYMMETRIC else f"must be false for a key of {spec}, which KMS does not rotate"


TYPES = [
    ResourceType(
        token="aws:kms/key:Key",
        service="kms",
        handler=Key,
        create=Call(
            operation="create_key",
            sends=["description", "policy", "keyUsage", "multiRegion", "customerMasterKeySpec"],
        ),
        id="{KeyMetadata.KeyId}",
        reads=[
            Read(
                operation="describe_key",
                args={"KeyId": "{id}"},
                item="[KeyMetadata][?KeyState!='PendingDeletion'] | [0]",
            ),
            Read(operation="get_key_policy", args={"KeyId": "{id}", "PolicyName": "default"}, item="{policy: Policy}"),
            Read(
                operation="get_key_rotation_status",
                args={"KeyId": "{id}"},
                item="{enableKeyRotation: KeyRotationEnabled, rotationPeriodInDays: RotationPeriodInDays}",
                optional=True,
            ),
        ],
        updates=[
            Update(
                on=["description"],
                call=Call(operation="update_key_description", args={"KeyId": "{id}", "Description": "{description}"}),
            ),
            Update(
                on=["policy"],
                call=Call(
                    operation="put_key_policy",
                    args={"KeyId": "{id}", "PolicyName": "default", "Policy": "{policy}"},
                ),
            ),
            Update(
                on=["enableKeyRotation", "rotationPeriodInDays"],
                settles=True,
                when=lambda inputs: bool(inputs.get("enableKeyRotation")),
                call=Call(operation="enable_key_rotation", sends=["rotationPeriodInDays"], args={"KeyId": "{id}"}),
            ),
            Update(
                on=["enableKeyRotation"],
                when=lambda inputs: not inputs.get("enableKeyRotation"),
                call=Call(operation="disable_key_rotation", args={"KeyId": "{id}"}),
            ),
        ],
        delete=Call(operation="schedule_key_deletion"),
        names={"customerMasterKeySpec": "CustomerMasterKeySpec", "keyId": "KeyId"},
        defaults={
            "bypassPolicyLockoutSafetyCheck": False,
            "customerMasterKeySpec": SYMMETRIC,
            "enableKeyRotation": False,
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        },
        local=["deletionWindowInDays", "bypassPolicyLockoutSafetyCheck", "isEnabled"],
        handled=["enableKeyRotation"],
        documents=["policy"],
        replaces=["customerMasterKeySpec", "keyUsage", "multiRegion"],
        tags=TagStyle(
            create="Tags",
            add=Call(operation="tag_resource", args={"KeyId": "{id}", "Tags": "{+tagsAll}"}),
            remove=Call(operation="untag_resource", args={"KeyId": "{id}", "TagKeys": "{-tagsAll}"}),
            read=Read(operation="list_resource_tags", args={"KeyId": "{id}"}),
        ),
        rules=[
            Between("deletionWindowInDays", 7, LONGEST_WINDOW),
            Between("rotationPeriodInDays", 90, 2560),
            OneOf("isEnabled", (True,)),
            Says("enableKeyRotation", rotates),
            Document("policy"),
        ],
    ),
]
