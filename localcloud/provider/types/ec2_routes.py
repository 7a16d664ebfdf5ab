"""EC2's routes: internet gateways, route tables, and their routes and associations."""

from botocore.exceptions import ClientError

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, Send, Update, names
from localcloud.provider.definition.rules import (
    Cidr,
    ExactlyOne,
    Exists,
    Needed,
)
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import ARN, exists, tags
from localcloud.provider.values import Props


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


TYPES = [
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
]
