"""EC2's network: VPCs, subnets, endpoints; and what all of EC2's types share."""

import ipaddress

from botocore.exceptions import ClientError

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, Send, TagStyle, Update
from localcloud.provider.definition.rules import (
    Case,
    Cidr,
    Document,
    Exists,
    Matches,
    Needed,
    OneOf,
    Says,
    cidr_problem,
)
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props


def tags(resource_type: str) -> TagStyle:
    return TagStyle(
        create="TagSpecifications",
        resource_type=resource_type,
        add=Call(operation="create_tags", args={"Resources": ["{id}"], "Tags": "{+tagsAll}"}),
        remove=Call(operation="delete_tags", args={"Resources": ["{id}"], "Tags": "{-tagsAll}"}),
    )


def exists(path: str) -> Exists:
    """The rule that the EC2 thing which a property names is there."""
    what, operation, argument, item = THINGS[path.rsplit(".", 1)[-1]]
    # The id must be the answer's: for some absent ids the emulator answers everything.
    return Exists(path, what, "ec2", operation, {argument: ["{value}"]}, item)


THINGS = {
    "vpcId": ("a VPC", "describe_vpcs", "VpcIds", "Vpcs[0].VpcId"),
    "subnetId": ("a subnet", "describe_subnets", "SubnetIds", "Subnets[0].SubnetId"),
    "subnets": ("a subnet", "describe_subnets", "SubnetIds", "Subnets[0].SubnetId"),
    "subnetIds": ("a subnet", "describe_subnets", "SubnetIds", "Subnets[0].SubnetId"),
    "vpcZoneIdentifiers": ("a subnet", "describe_subnets", "SubnetIds", "Subnets[0].SubnetId"),
    "routeTableId": ("a route table", "describe_route_tables", "RouteTableIds", "RouteTables[0].RouteTableId"),
    "routeTableIds": ("a route table", "describe_route_tables", "RouteTableIds", "RouteTables[0].RouteTableId"),
    "securityGroupId": ("a security group", "describe_security_groups", "GroupIds", "SecurityGroups[0].GroupId"),
    "referencedSecurityGroupId": (
        "a security group",
        "describe_security_groups",
        "GroupIds",
        "SecurityGroups[0].GroupId",
    ),
    "securityGroups": ("a security group", "describe_security_groups", "GroupIds", "SecurityGroups[0].GroupId"),
    "securityGroupIds": ("a security group", "describe_security_groups", "GroupIds", "SecurityGroups[0].GroupId"),
    "vpcSecurityGroupIds": ("a security group", "describe_security_groups", "GroupIds", "SecurityGroups[0].GroupId"),
    "keyName": ("a key pair", "describe_key_pairs", "KeyNames", "KeyPairs[0].KeyName"),
    "prefixListId": (
        "a prefix list",
        "describe_managed_prefix_lists",
        "PrefixListIds",
        "PrefixLists[?PrefixListId=='{value}'] | [0]",
    ),
}


def conflict(case: Case, cidr: str) -> str:
    """Why a subnet's range does not fit into its VPC."""
    vpc_id = case.inputs.get("vpcId")
    if vpc_id is None or not (case.is_new("cidrBlock") or case.is_new("vpcId")) or cidr_problem(cidr, 0, 32):
        return ""
    ec2 = case.context.client("ec2")
    mine = ipaddress.IPv4Network(cidr, strict=False)
    try:
        vpc = ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"][0]["CidrBlock"]
    except ClientError:
        return ""  # the rule for vpcId tells it
    if not mine.subnet_of(ipaddress.IPv4Network(vpc)):
        return f"must lie in the VPC's range {vpc}, got {cidr!r}"
    for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["Subnets"]:
        if mine.overlaps(ipaddress.IPv4Network(subnet["CidrBlock"])):
            return f"must not overlap another subnet, got {cidr!r}; {subnet['SubnetId']} has {subnet['CidrBlock']}"
    return ""


def zone(case: Case, name: str) -> str:
    if not case.is_new("availabilityZone"):
        return ""
    zones = case.context.client("ec2").describe_availability_zones()["AvailabilityZones"]
    names = [row["ZoneName"] for row in zones]
    return "" if name in names else f"must be one of {', '.join(names)}, got {name!r}"


class Subnet(Handler):
    """Subnets of one VPC are created one at a time, so that two of them cannot both find the same range free."""

    def create(self, inputs: Props) -> tuple[str, Props]:
        with self.context.lock(f"subnets of {inputs['vpcId']}"):
            reason = conflict(Case(self.context, inputs, frozenset(inputs)), inputs["cidrBlock"])
            if reason:
                self.fail(f"cidrBlock: {reason}")
            return super().create(inputs)


# The account's own id and the region stand in the ARNs that EC2 does not answer.
IN_VPC = {"Name": "vpc-id", "Values": ["{id}"]}
ARN = "arn:{partition}:ec2:{region}:{account}"

TYPES = [
    ResourceType(
        token="aws:ec2/vpc:Vpc",
        service="ec2",
        create=Call(operation="create_vpc", sends=Send.ALL),
        id="{Vpc.VpcId}",
        reads=[
            Read(operation="describe_vpcs", args={"VpcIds": ["{id}"]}, item="Vpcs[0]"),
            *(
                Read(operation="describe_vpc_attribute", args={"VpcId": "{id}", "Attribute": name})
                for name in ("enableDnsSupport", "enableDnsHostnames")
            ),
            Read(
                operation="describe_route_tables",
                args={"Filters": [IN_VPC, {"Name": "association.main", "Values": ["true"]}]},
                item="{mainRouteTableId: RouteTables[0].RouteTableId}",
                optional=True,
            ),
            Read(
                operation="describe_security_groups",
                args={"Filters": [IN_VPC, {"Name": "group-name", "Values": ["default"]}]},
                item="{defaultSecurityGroupId: SecurityGroups[0].GroupId}",
                optional=True,
            ),
            Read(
                operation="describe_network_acls",
                args={"Filters": [IN_VPC, {"Name": "default", "Values": ["true"]}]},
                item="{defaultNetworkAclId: NetworkAcls[0].NetworkAclId}",
                optional=True,
            ),
        ],
        updates=[
            Update(
                on=[name],
                settles=True,
                call=Call(
                    operation="modify_vpc_attribute",
                    args={"VpcId": "{id}", name[0].upper() + name[1:]: {"Value": f"{{{name}}}"}},
                ),
            )
            for name in ("enableDnsSupport", "enableDnsHostnames")
        ],
        delete=Call(operation="delete_vpc", args={"VpcId": "{id}"}),
        names={"enableDnsSupport": "EnableDnsSupport.Value", "enableDnsHostnames": "EnableDnsHostnames.Value"},
        outputs={"arn": ARN + ":vpc/{id}"},
        defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
        replaces=["cidrBlock", "instanceTenancy"],
        tags=tags("vpc"),
        rules=[Needed("cidrBlock"), Cidr("cidrBlock", 16, 28), OneOf("instanceTenancy", ("default", "dedicated"))],
    ),
    ResourceType(
        token="aws:ec2/subnet:Subnet",
        service="ec2",
        handler=Subnet,
        create=Call(operation="create_subnet", sends=Send.ALL),
        id="{Subnet.SubnetId}",
        reads=[Read(operation="describe_subnets", args={"SubnetIds": ["{id}"]}, item="Subnets[0]")],
        updates=[
            Update(
                on=["mapPublicIpOnLaunch"],
                settles=True,
                call=Call(
                    operation="modify_subnet_attribute",
                    args={"SubnetId": "{id}", "MapPublicIpOnLaunch": {"Value": "{mapPublicIpOnLaunch}"}},
                ),
            )
        ],
        delete=Call(operation="delete_subnet", args={"SubnetId": "{id}"}),
        outputs={"arn": ARN + ":subnet/{id}"},
        defaults={"mapPublicIpOnLaunch": False},
        replaces=["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"],
        tags=tags("subnet"),
        rules=[
            Needed("cidrBlock"),
            Cidr("cidrBlock", 16, 28),
            exists("vpcId"),
            Says("cidrBlock", conflict, ("describe_vpcs", "describe_subnets")),
            Says("availabilityZone", zone, ("describe_availability_zones",)),
        ],
    ),
    ResourceType(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        service="ec2",
        create=Call(operation="create_vpc_endpoint", sends=Send.ALL),
        id="{VpcEndpoint.VpcEndpointId}",
        reads=[
            Read(
                operation="describe_vpc_endpoints",
                args={"VpcEndpointIds": ["{id}"]},
                item="VpcEndpoints[?VpcEndpointId=='{id}' && State!='deleted'] | [0]",
            )
        ],
        updates=[
            Update(
                on=["routeTableIds", "subnetIds", "securityGroupIds", "policy", "privateDnsEnabled"],
                call=Call(
                    operation="modify_vpc_endpoint",
                    args={
                        "VpcEndpointId": "{id}",
                        "AddRouteTableIds": "{+routeTableIds}",
                        "RemoveRouteTableIds": "{-routeTableIds}",
                        "AddSubnetIds": "{+subnetIds}",
                        "RemoveSubnetIds": "{-subnetIds}",
                        "AddSecurityGroupIds": "{+securityGroupIds}",
                        "RemoveSecurityGroupIds": "{-securityGroupIds}",
                        "PolicyDocument": "{policy}",
                        "PrivateDnsEnabled": "{privateDnsEnabled}",
                    },
                ),
            )
        ],
        delete=Call(operation="delete_vpc_endpoints", args={"VpcEndpointIds": ["{id}"]}),
        names={"policy": "PolicyDocument"},
        outputs={"arn": ARN + ":vpc-endpoint/{id}"},
        defaults={"vpcEndpointType": "Gateway"},
        documents=["policy"],
        replaces=["vpcId", "serviceName", "vpcEndpointType"],
        tags=tags("vpc-endpoint"),
        rules=[
            exists("vpcId"),
            exists("routeTableIds"),
            exists("subnetIds"),
            Document("policy"),
            Needed("serviceName"),
            Matches("serviceName", r"(com|cn)\.amazonaws(\.[a-z0-9-]+)+", "com.amazonaws.<region>.<service>"),
        ],
    ),
]
