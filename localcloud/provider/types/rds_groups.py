"""RDS: the groups of subnets and of parameters that instances use."""

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Send, TagStyle, Update
from localcloud.provider.definition.rules import Case, Matches, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import exists
from localcloud.provider.values import Props

TAGS = TagStyle(
    create="Tags",
    add=Call(operation="add_tags_to_resource", args={"ResourceName": "{arn}", "Tags": "{+tagsAll}"}),
    remove=Call(operation="remove_tags_from_resource", args={"ResourceName": "{arn}", "TagKeys": "{-tagsAll}"}),
)
LIST = "list_tags_for_resource"
NAME = Matches("name", r"[a-z0-9 ._-]{1,255}", "1 to 255 of lower-case letters, digits, spaces and . _ -")


def listed(arn: str) -> TagStyle:
    read = Read(operation=LIST, args={"ResourceName": arn}, item="{tags: TagList}")
    return TagStyle(create=TAGS.create, add=TAGS.add, remove=TAGS.remove, read=read)


class SubnetGroup(Handler):
    """Of RDS, and of ElastiCache too, whose API tells a group's subnets and tags in the same way."""

    def incoming(self, item: Props) -> Props:
        return {**item, "subnetIds": [row["SubnetIdentifier"] for row in item.get("Subnets", ())]}


class ParameterGroup(Handler):
    """Parameters that are taken out go back to the engine's default."""

    operations = ("reset_db_parameter_group", "modify_db_parameter_group")

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        kept = {row["name"] for row in new.get("parameters") or ()}
        gone = [row for row in old.get("parameters") or () if row["name"] not in kept]
        if gone:
            rows = [{"ParameterName": row["name"], "ApplyMethod": row.get("applyMethod", "immediate")} for row in gone]
            self.operate("reset_db_parameter_group", {"DBParameterGroupName": resource_id, "Parameters": rows})
        return super().update(resource_id, old, state, new)


def two_zones(case: Case, subnets: list[str]) -> str:
    if not case.is_new("subnetIds"):
        return ""
    filters = [{"Name": "subnet-id", "Values": subnets}]
    rows = case.context.client("ec2").describe_subnets(Filters=filters)["Subnets"]
    zones = {row["AvailabilityZone"] for row in rows}
    return "" if len(zones) > 1 else f"must be in at least two availability zones, got {', '.join(sorted(zones))}"


TYPES = [
    ResourceType(
        token="aws:rds/subnetGroup:SubnetGroup",
        service="rds",
        handler=SubnetGroup,
        create=Call(operation="create_db_subnet_group", sends=Send.ALL),
        id="{name}",
        reads=[
            Read(operation="describe_db_subnet_groups", args={"DBSubnetGroupName": "{id}"}, item="DBSubnetGroups[0]")
        ],
        updates=[
            Update(
                on=["description", "subnetIds"],
                call=Call(
                    operation="modify_db_subnet_group",
                    sends=["description", "subnetIds"],
                    args={"DBSubnetGroupName": "{id}"},
                ),
            )
        ],
        delete=Call(operation="delete_db_subnet_group", args={"DBSubnetGroupName": "{id}"}),
        names={"name": "DBSubnetGroupName", "description": "DBSubnetGroupDescription", "arn": "DBSubnetGroupArn"},
        auto_name=AutoName(lower=True),
        defaults={"description": "Managed by Pulumi"},
        replaces=["name", "namePrefix"],
        tags=listed("{DBSubnetGroupArn}"),
        rules=[NAME, exists("subnetIds"), Says("subnetIds", two_zones, ("describe_subnets",))],
    ),
    ResourceType(
        token="aws:rds/parameterGroup:ParameterGroup",
        service="rds",
        handler=ParameterGroup,
        create=Call(operation="create_db_parameter_group", sends=Send.ALL),
        id="{name}",
        reads=[
            Read(
                operation="describe_db_parameter_groups",
                args={"DBParameterGroupName": "{id}"},
                item="DBParameterGroups[0]",
            ),
            Read(operation="describe_db_parameters", args={"DBParameterGroupName": "{id}", "Source": "user"}),
        ],
        updates=[
            Update(
                on=["parameters"],
                settles=True,
                when=lambda inputs: bool(inputs.get("parameters")),
                call=Call(
                    operation="modify_db_parameter_group", sends=["parameters"], args={"DBParameterGroupName": "{id}"}
                ),
            )
        ],
        delete=Call(operation="delete_db_parameter_group", args={"DBParameterGroupName": "{id}"}),
        names={
            "name": "DBParameterGroupName",
            "family": "DBParameterGroupFamily",
            "arn": "DBParameterGroupArn",
            "parameters.name": "ParameterName",
            "parameters.value": "ParameterValue",
        },
        auto_name=AutoName(lower=True),
        defaults={"description": "Managed by Pulumi", "skipDestroy": False},
        local=["skipDestroy"],
        replaces=["name", "namePrefix", "family", "description"],
        tags=listed("{DBParameterGroupArn}"),
        rules=[
            Matches(
                "name",
                r"(?!.*--)[a-z](?:[a-z0-9-]{0,253}[a-z0-9])?",
                "1 to 255 of lower-case letters, digits and single hyphens, beginning with a letter",
            ),
            Matches("family", r"[a-z-]+[0-9.]*", "an engine and its version, such as postgres18"),
            OneOf("parameters.applyMethod", ("immediate", "pending-reboot")),
        ],
    ),
]
