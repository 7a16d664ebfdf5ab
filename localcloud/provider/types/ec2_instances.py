"""EC2's instances: launch templates and key pairs. Instances themselves come from Auto Scaling groups."""

from collections.abc import Mapping

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, TagStyle
from localcloud.provider.definition.rules import Case, ExactlyOne, Matches, Needed, Says, is_public_key
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import ARN, exists, tags
from localcloud.provider.values import Props

NAMES = {
    "vpcSecurityGroupIds": "SecurityGroupIds",
    "securityGroupNames": "SecurityGroups",
    "networkInterfaces.securityGroups": "Groups",
    "latestVersion": "LatestVersionNumber",
    "name": "LaunchTemplateName",
    "description": "VersionDescription",
}
ABOUT = {"name", "description", "tags", "tagsAll", "region", "updateDefaultVersion", "defaultVersion"}


class LaunchTemplate(Handler):
    """A change of what it launches makes a new version; with `updateDefaultVersion` that becomes the default."""

    operations = ("create_launch_template_version", "modify_launch_template")

    def outgoing(self, values: Props) -> Props:
        interfaces = values.get("networkInterfaces")
        numbered = [{"deviceIndex": 0, **interface} for interface in interfaces or ()]
        return {**values, **({"networkInterfaces": numbered} if interfaces else {})}

    def incoming(self, item: Props) -> Props:
        return {
            **item,
            "latestVersion": item.get("LatestVersionNumber"),
            "defaultVersion": item.get("DefaultVersionNumber"),
        }

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        launches = [name for name in {*old, *new} - ABOUT if name in self.schema.inputs]
        version = ""
        if self.changed(old, new, [*launches, "description"]):
            answer = self.call(VERSION, new, old=old, resource_id=resource_id)
            version = str(answer["LaunchTemplateVersion"]["VersionNumber"])
        if not new.get("updateDefaultVersion"):
            version = str(new.get("defaultVersion") or "") if self.changed(old, new, ["defaultVersion"]) else ""
        if version:
            self.operate("modify_launch_template", {"LaunchTemplateId": resource_id, "DefaultVersion": version})
        return super().update(resource_id, old, state, new)


VERSION = Call(
    operation="create_launch_template_version",
    root="LaunchTemplateData",
    sends=Send.ALL,
    args={"LaunchTemplateId": "{id}", "VersionDescription": "{description}"},
)


def placed(case: Case, interfaces: list[Mapping[str, object]]) -> str:
    """EC2 refuses security groups at both places."""
    if interfaces and "vpcSecurityGroupIds" in case.given:
        return "must not stand beside vpcSecurityGroupIds; give the groups as networkInterfaces.securityGroups"
    return ""


def unique_key(case: Case, name: str) -> str:
    if case.old.get("keyName") == name:
        return ""
    rows = case.context.client("ec2").describe_key_pairs()["KeyPairs"]
    return f"must be new in the region, got {name!r}, which exists" if any(r["KeyName"] == name for r in rows) else ""


def key(_case: Case, value: str) -> str:
    return "" if is_public_key(value) else f"must be an OpenSSH public key (ssh-ed25519 or ssh-rsa), got {value[:40]!r}"


TYPES = [
    ResourceType(
        token="aws:ec2/launchTemplate:LaunchTemplate",
        service="ec2",
        handler=LaunchTemplate,
        create=Call(
            operation="create_launch_template",
            root="LaunchTemplateData",
            sends=Send.ALL,
            args={"LaunchTemplateName": "{name}", "VersionDescription": "{description}"},
        ),
        id="{LaunchTemplate.LaunchTemplateId}",
        reads=[
            Read(
                operation="describe_launch_templates",
                args={"LaunchTemplateIds": ["{id}"]},
                item="LaunchTemplates[?LaunchTemplateId=='{id}'] | [0]",
            ),
            Read(
                operation="describe_launch_template_versions",
                args={"LaunchTemplateId": "{id}", "Versions": ["$Latest"]},
                item="LaunchTemplateVersions[0].LaunchTemplateData",
            ),
        ],
        delete=Call(operation="delete_launch_template", args={"LaunchTemplateId": "{id}"}),
        names=NAMES,
        outputs={"arn": ARN + ":launch-template/{id}"},
        auto_name=AutoName(limit=125),
        local=["updateDefaultVersion", "description"],
        handled=["defaultVersion", "name"],
        replaces=["name"],
        volatile=["latestVersion", "defaultVersion"],
        tags=tags("launch-template"),
        gone=["InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.NotFoundException"],
        rules=[
            Matches("name", r"[A-Za-z0-9().\-/_]{3,128}", "3 to 128 of letters, digits and ().-/_"),
            Matches("imageId", r"ami-[0-9a-f]{8,17}|resolve:ssm:.+", "an AMI's id (ami-…) or resolve:ssm:<parameter>"),
            exists("keyName"),
            exists("vpcSecurityGroupIds"),
            exists("networkInterfaces.securityGroups"),
            Says("networkInterfaces", placed),
            ExactlyOne(("updateDefaultVersion", "defaultVersion"), needed=False),
        ],
    ),
    ResourceType(
        token="aws:ec2/keyPair:KeyPair",
        service="ec2",
        create=Call(operation="import_key_pair", sends=Send.ALL),
        id="{keyName}",
        reads=[Read(operation="describe_key_pairs", args={"KeyNames": ["{id}"]}, item="KeyPairs[0]")],
        delete=Call(operation="delete_key_pair", args={"KeyName": "{id}"}),
        remembers={"keyPairId": "{KeyPairId}"},
        names={"publicKey": "PublicKeyMaterial", "fingerprint": "KeyFingerprint"},
        outputs={"arn": ARN + ":key-pair/{id}"},
        auto_name=AutoName(name="keyName"),
        replaces=["keyName", "publicKey"],
        tags=TagStyle(
            # The emulator drops tags that come with the import.
            add=Call(operation="create_tags", args={"Resources": ["{keyPairId}"], "Tags": "{+tagsAll}"}),
            remove=Call(operation="delete_tags", args={"Resources": ["{keyPairId}"], "Tags": "{-tagsAll}"}),
            read=Read(
                operation="describe_tags",
                args={"Filters": [{"Name": "resource-id", "Values": ["{KeyPairId}"]}]},
                item="{Tags: Tags}",
            ),
        ),
        rules=[Says("publicKey", key), Says("keyName", unique_key, ("describe_key_pairs",)), Needed("publicKey")],
    ),
]
