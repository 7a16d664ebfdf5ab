"""Security groups, and their rules as resources of their own."""

from collections.abc import Callable
from dataclasses import replace

from botocore.exceptions import ClientError

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send
from localcloud.provider.definition.rules import Between, Case, Cidr, ExactlyOne, Matches, Needed, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import ARN, exists, tags
from localcloud.provider.values import Props

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
TEXT = r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}"
TEXT_SAYS = "at most 255 of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"
DESCRIBED = (
    "SecurityGroups[0].{GroupName: GroupName, Description: Description, VpcId: VpcId, OwnerId: OwnerId, Tags: Tags}"
)
PORTS = ("ipProtocol", "fromPort", "toPort")
SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")


class SecurityGroup(Handler):
    """Like the official provider it removes the rule that lets everything out, which AWS gives to a new group."""

    operations = ("revoke_security_group_egress",)

    def settle(self, resource_id: str, inputs: Props) -> None:
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        try:
            self.operate("revoke_security_group_egress", {"GroupId": resource_id, "IpPermissions": [everything]})
        except ClientError as error:
            if not self.is_gone(error):
                raise
        super().settle(resource_id, inputs)


class DefaultSecurityGroup(Handler):
    """It comes with its VPC and goes with it. Taking it over empties it, and here it stays empty."""

    operations = ("revoke_security_group_ingress", "revoke_security_group_egress", "describe_security_group_rules")

    def settle(self, resource_id: str, inputs: Props) -> None:
        named = [{"Name": "group-id", "Values": [resource_id]}]
        rules = self.context.client("ec2").describe_security_group_rules(Filters=named)["SecurityGroupRules"]
        for direction, is_egress in (("ingress", False), ("egress", True)):
            ids = [rule["SecurityGroupRuleId"] for rule in rules if rule["IsEgress"] is is_egress]
            if ids:
                params = {"GroupId": resource_id, "SecurityGroupRuleIds": ids}
                self.operate(f"revoke_security_group_{direction}", params)
        super().settle(resource_id, inputs)


class SecurityGroupRule(Handler):
    """One permission with one source (or destination)."""

    operations = ("modify_security_group_rules",)

    def outgoing(self, values: Props) -> Props:
        text = {"Description": values["description"]} if values.get("description") else {}
        ports = {"FromPort": values.get("fromPort"), "ToPort": values.get("toPort")}
        permission = {
            "IpProtocol": values.get("ipProtocol"),
            **({} if values.get("ipProtocol") == "-1" else {k: v for k, v in ports.items() if v is not None}),
        }
        sources = {
            "IpRanges": ("CidrIp", values.get("cidrIpv4")),
            "Ipv6Ranges": ("CidrIpv6", values.get("cidrIpv6")),
            "PrefixListIds": ("PrefixListId", values.get("prefixListId")),
            "UserIdGroupPairs": ("GroupId", values.get("referencedSecurityGroupId")),
        }
        for member, (key, source) in sources.items():
            if source:
                permission[member] = [{key: source, **text}]
        return {**values, "permission": permission}

    def incoming(self, item: Props) -> Props:
        referenced = (item.get("ReferencedGroupInfo") or {}).get("GroupId")
        everything = item.get("IpProtocol") == "-1"
        ports = {"FromPort": None, "ToPort": None} if everything else {}
        return {**item, "ReferencedSecurityGroupId": referenced, "SecurityGroupId": item.get("GroupId"), **ports}

    def kept(self, state: Props) -> list[str]:
        """With a prefix list the emulator forgets the source and what stands beside it."""
        return ["prefixListId", "description"] if state.get("prefixListId") else []

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        names = (*PORTS, "description", *SOURCES)
        if self.changed(old, new, names):
            rule = {
                "IpProtocol": new["ipProtocol"],
                "FromPort": new.get("fromPort", -1),
                "ToPort": new.get("toPort", -1),
                "Description": new.get("description", ""),
                "CidrIpv4": new.get("cidrIpv4"),
                "CidrIpv6": new.get("cidrIpv6"),
                "PrefixListId": new.get("prefixListId"),
                "ReferencedGroupId": new.get("referencedSecurityGroupId"),
            }
            change = {
                "SecurityGroupRuleId": resource_id,
                "SecurityGroupRule": {k: v for k, v in rule.items() if v is not None},
            }
            params = {"GroupId": new["securityGroupId"], "SecurityGroupRules": [change]}
            self.operate("modify_security_group_rules", params)
        return super().update(resource_id, old, state, new)


def protocol(_case: Case, value: str) -> str:
    if value in ("tcp", "udp", "icmp", "icmpv6", "-1", "all") or (value.isdigit() and int(value) < 256):
        return ""
    return f"must be tcp, udp, icmp, icmpv6, -1 (all) or a protocol's number, got {value!r}"


def ports(case: Case, low: int) -> str:
    if case.inputs.get("ipProtocol") in ("-1", "all"):
        return f"must be left out when ipProtocol is -1 (every port), got {low}"
    high = case.inputs.get("toPort")
    if "toPort" not in case.given:
        return f"needs toPort beside it, got {low} alone"
    return f"must not be above toPort {high}, got {low}" if high is not None and low > high >= 0 else ""


def duplicate(egress: bool) -> Callable[[Case, str], str]:
    """AWS refuses a rule that the group has already."""

    def judge(case: Case, group_id: str) -> str:
        unknown = any(name in case.given and name not in case.inputs for name in (*PORTS, *SOURCES))
        if unknown or case.old or "prefixListId" in case.given:
            return ""
        filters = [{"Name": "group-id", "Values": [group_id]}]
        try:
            rows = case.context.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
        except ClientError:
            return ""  # the rule for securityGroupId tells it
        mine = identity(case.inputs)
        found = next((row for row in rows if row["IsEgress"] == egress and identity(properties(row)) == mine), None)
        return (
            f"the group has this rule already, {found['SecurityGroupRuleId']}; remove one of the two" if found else ""
        )

    return judge


def no_rule(_case: Case, rules: list[Props]) -> str:
    return "is not supported on the laptop: leave it out, and the group is emptied" if rules else ""


def properties(row: Props) -> Props:
    referenced = (row.get("ReferencedGroupInfo") or {}).get("GroupId")
    return {
        "ipProtocol": row["IpProtocol"],
        "fromPort": row.get("FromPort"),
        "toPort": row.get("ToPort"),
        "cidrIpv4": row.get("CidrIpv4"),
        "cidrIpv6": row.get("CidrIpv6"),
        "referencedSecurityGroupId": referenced,
    }


def identity(rule: Props) -> tuple[object, ...]:
    """What makes two rules of a group the same."""
    numbers = tuple(-1 if rule.get(name) is None else rule[name] for name in PORTS[1:])
    return (rule["ipProtocol"], *numbers, *(rule.get(name) for name in SOURCES))


def rule(direction: str) -> ResourceType:
    name = f"SecurityGroup{direction.title()}Rule"
    return ResourceType(
        token=f"aws:vpc/s{name[1:]}:{name}",
        service="ec2",
        handler=SecurityGroupRule,
        create=Call(
            operation=f"authorize_security_group_{direction}",
            args={"GroupId": "{securityGroupId}", "IpPermissions": ["{permission}"]},
        ),
        id="{SecurityGroupRules.0.SecurityGroupRuleId}",
        reads=[
            Read(
                operation="describe_security_group_rules",
                args={"SecurityGroupRuleIds": ["{id}"]},
                item="SecurityGroupRules[?SecurityGroupRuleId=='{id}'] | [0]",
            )
        ],
        delete=Call(
            operation=f"revoke_security_group_{direction}",
            args={"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]},
        ),
        outputs={"securityGroupRuleId": "{id}", "arn": ARN + ":security-group-rule/{id}"},
        handled=[*PORTS, "description", *SOURCES],
        replaces=["securityGroupId"],
        tags=tags("security-group-rule"),
        rules=[
            ExactlyOne(SOURCES),
            Cidr("cidrIpv4"),
            Matches("description", TEXT, TEXT_SAYS),
            exists("securityGroupId"),
            exists("referencedSecurityGroupId"),
            exists("prefixListId"),
            Says("ipProtocol", protocol),
            Between("fromPort", -1, 65535),
            Between("toPort", -1, 65535),
            Says("fromPort", ports),
            Needed("fromPort", lambda inputs: inputs.get("ipProtocol") in ("tcp", "udp")),
            Says("securityGroupId", duplicate(direction == "egress"), ("describe_security_group_rules",)),
        ],
    )


TYPES = [
    ResourceType(
        token="aws:ec2/securityGroup:SecurityGroup",
        service="ec2",
        handler=SecurityGroup,
        create=Call(operation="create_security_group", sends=Send.ALL),
        id="{GroupId}",
        reads=[
            # The rules are resources of their own.
            Read(operation="describe_security_groups", args={"GroupIds": ["{id}"]}, item=DESCRIBED)
        ],
        delete=Call(operation="delete_security_group", args={"GroupId": "{id}"}),
        names={"name": "GroupName"},
        outputs={"arn": ARN + ":security-group/{id}"},
        defaults={"description": "Managed by Pulumi", "revokeRulesOnDelete": False},
        auto_name=AutoName(),
        local=["revokeRulesOnDelete"],
        replaces=["name", "description", "vpcId"],
        tags=tags("security-group"),
        gone=["InvalidGroup.NotFound", "InvalidGroupId.Malformed"],
        rules=[
            exists("vpcId"),
            Matches("name", r"(?!sg-)" + TEXT, TEXT_SAYS + ", and not begin with sg-"),
            Matches("description", TEXT, TEXT_SAYS),
        ],
    ),
    ResourceType(
        token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        service="ec2",
        handler=DefaultSecurityGroup,
        create=Call(
            operation="describe_security_groups",
            args={
                "Filters": [
                    {"Name": "vpc-id", "Values": ["{vpcId}"]},
                    {"Name": "group-name", "Values": ["default"]},
                ]
            },
        ),
        id="{SecurityGroups.0.GroupId}",
        reads=[Read(operation="describe_security_groups", args={"GroupIds": ["{id}"]}, item=DESCRIBED)],
        delete=None,
        names={"name": "GroupName"},
        outputs={"arn": ARN + ":security-group/{id}"},
        local=["revokeRulesOnDelete"],
        replaces=["vpcId"],
        tags=replace(tags("security-group"), create=""),
        gone=["InvalidGroup.NotFound", "InvalidGroupId.Malformed"],
        rules=[exists("vpcId"), Needed("vpcId"), Says("ingress", no_rule), Says("egress", no_rule)],
    ),
    rule("ingress"),
    rule("egress"),
]
