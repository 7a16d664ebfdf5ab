"""EC2's network: VPCs, subnets, gateways, routes, endpoints."""

import ipaddress

from botocore.exceptions import ClientError

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, Send, TagStyle, Update, names
from localcloud.provider.definition.rules import (
    Case,
    Cidr,
    Document,
    ExactlyOne,
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


class InternetGateway(Handler):
    """Attached to its VPC by calls of its own; a changed VPC moves it."""

    operations = ("attach_internet_gateway", "detach_internet_gateway")

    def incoming(self, item: Props) -> Props:
        return {**item, "vpcId": next((row["VpcId"] for row in item.get("Attachments", ())), None)}

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        if old.get("vpcId") != new.get("vpcId"):
            self.detach(resource_id, state)
            if new.get("vpcId"):
                self.operate("attach_internet_gateway", {"InternetGatewayId": resource_id, "VpcId": new["vpcId"]})
        return super().update(resource_id, old, state, new)

    def detach(self, resource_id: str, state: Props) -> None:
        if state.get("vpcId"):
            try:
                self.operate("detach_internet_gateway", {"InternetGatewayId": resource_id, "VpcId": state["vpcId"]})
            except ClientError as error:
                if not self.is_gone(error) and "NotAttached" not in str(error):
                    raise

    def delete(self, resource_id: str, state: Props) -> None:
        self.detach(resource_id, state)
        super().delete(resource_id, state)


ROUTE_TARGETS = names(
    "gatewayId natGatewayId networkInterfaceId vpcPeeringConnectionId transitGatewayId vpcEndpointId "
    "egressOnlyGatewayId carrierGatewayId localGatewayId coreNetworkArn"
)

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
        token="aws:ec2/internetGateway:InternetGateway",
        service="ec2",
        handler=InternetGateway,
        create=Call(operation="create_internet_gateway"),
        id="{InternetGateway.InternetGatewayId}",
        reads=[
            Read(
                operation="describe_internet_gateways",
                args={"InternetGatewayIds": ["{id}"]},
                item="InternetGateways[0]",
            )
        ],
        updates=[
            Update(
                on=["vpcId"],
                settles=True,
                # After a change the handler has attached it already.
                call=Call(operation="attach_internet_gateway", args={"InternetGatewayId": "{id}", "VpcId": "{vpcId}"}),
                after_changes=False,
            )
        ],
        delete=Call(operation="delete_internet_gateway", args={"InternetGatewayId": "{id}"}),
        outputs={"arn": ARN + ":internet-gateway/{id}"},
        tags=tags("internet-gateway"),
        rules=[exists("vpcId")],
    ),
    ResourceType(
        token="aws:ec2/routeTable:RouteTable",
        service="ec2",
        create=Call(operation="create_route_table", sends=Send.ALL),
        id="{RouteTable.RouteTableId}",
        reads=[
            # The routes are resources of their own.
            Read(
                operation="describe_route_tables",
                args={"RouteTableIds": ["{id}"]},
                item="RouteTables[0].{VpcId: VpcId, OwnerId: OwnerId, Tags: Tags}",
            )
        ],
        delete=Call(operation="delete_route_table", args={"RouteTableId": "{id}"}),
        outputs={"arn": ARN + ":route-table/{id}"},
        replaces=["vpcId"],
        tags=tags("route-table"),
        rules=[exists("vpcId")],
    ),
    ResourceType(
        token="aws:ec2/route:Route",
        service="ec2",
        create=Call(operation="create_route", sends=Send.ALL),
        id="{routeTableId}_{destinationCidrBlock}",
        import_id=r"(?P<routeTableId>[^_]+)_(?P<destinationCidrBlock>.+)",
        reads=[
            Read(
                operation="describe_route_tables",
                args={"RouteTableIds": ["{routeTableId}"]},
                item="RouteTables[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}'] | [0]",
            )
        ],
        updates=[
            Update(
                on=ROUTE_TARGETS,
                call=Call(
                    operation="replace_route",
                    sends=ROUTE_TARGETS,
                    args={"RouteTableId": "{routeTableId}", "DestinationCidrBlock": "{destinationCidrBlock}"},
                ),
            )
        ],
        delete=Call(
            operation="delete_route",
            args={"RouteTableId": "{routeTableId}", "DestinationCidrBlock": "{destinationCidrBlock}"},
        ),
        local=["routeTableId"],
        names={"egressOnlyGatewayId": "EgressOnlyInternetGatewayId"},
        replaces=["routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
        delete_first=True,
        rules=[
            Cidr("destinationCidrBlock"),
            Needed("destinationCidrBlock"),
            exists("routeTableId"),
            ExactlyOne(ROUTE_TARGETS),
            Exists(
                "gatewayId",
                "an internet gateway",
                "ec2",
                "describe_internet_gateways",
                {"InternetGatewayIds": ["{value}"]},
                "InternetGateways[0].InternetGatewayId",
            ),
        ],
    ),
    ResourceType(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",
        service="ec2",
        create=Call(operation="associate_route_table", sends=Send.ALL),
        id="{AssociationId}",
        reads=[
            Read(
                operation="describe_route_tables",
                args={"Filters": [{"Name": "association.route-table-association-id", "Values": ["{id}"]}]},
                item="RouteTables[].Associations[] | [?RouteTableAssociationId=='{id}'] | [0]",
            )
        ],
        delete=Call(operation="disassociate_route_table", args={"AssociationId": "{id}"}),
        replaces=["subnetId", "gatewayId", "routeTableId"],
        delete_first=True,
        rules=[ExactlyOne(("subnetId", "gatewayId")), exists("subnetId"), exists("routeTableId")],
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
