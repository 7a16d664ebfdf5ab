"""EC2's public addresses: Elastic IPs, and the NAT gateways that use them."""

from localcloud.provider.definition.resource_type import Call, Read, ResourceType, Send
from localcloud.provider.definition.rules import Exists, Needed, OneOf
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import ARN, exists, tags
from localcloud.provider.values import Props


class NatGateway(Handler):
    """Its address lies in a list in the API; the emulator gives an empty one, so the address is looked up."""

    operations = ("describe_addresses",)

    def fetch(self, resource_id: str, state: Props) -> Props | None:
        item = super().fetch(resource_id, state)
        if item is None:
            return None
        addresses = item.get("NatGatewayAddresses") or self.allocated(state.get("allocationId"))
        return {**item, **{key: value for key, value in (addresses or [{}])[0].items() if key != "Tags"}}

    def allocated(self, allocation: str | None) -> list[Props]:
        if allocation is None:
            return []
        rows = self.context.client("ec2").describe_addresses(AllocationIds=[allocation])["Addresses"]
        return [{"PublicIp": row["PublicIp"], "AllocationId": allocation} for row in rows[:1]]


ADDRESS = Exists(
    "allocationId",
    "an Elastic IP",
    "ec2",
    "describe_addresses",
    {"AllocationIds": ["{value}"]},
    "Addresses[0].AllocationId",
)

TYPES = [
    ResourceType(
        token="aws:ec2/eip:Eip",
        service="ec2",
        create=Call(operation="allocate_address", sends=["domain", "address", "publicIpv4Pool"]),
        id="{AllocationId}",
        reads=[
            Read(
                operation="describe_addresses",
                args={"AllocationIds": ["{id}"]},
                item="Addresses[?AllocationId=='{id}'] | [0]",
            )
        ],
        delete=Call(operation="release_address", args={"AllocationId": "{id}"}),
        names={"instance": "InstanceId", "networkInterface": "NetworkInterfaceId", "privateIp": "PrivateIpAddress"},
        outputs={"arn": ARN + ":elastic-ip/{id}"},
        defaults={"domain": "vpc"},
        replaces=["domain"],
        tags=tags("elastic-ip"),
        rules=[OneOf("domain", ("vpc",))],
    ),
    ResourceType(
        token="aws:ec2/natGateway:NatGateway",
        service="ec2",
        handler=NatGateway,
        create=Call(operation="create_nat_gateway", sends=Send.ALL),
        id="{NatGateway.NatGatewayId}",
        reads=[
            Read(
                operation="describe_nat_gateways",
                args={"NatGatewayIds": ["{id}"]},
                item="NatGateways[?NatGatewayId=='{id}' && State!='deleted'] | [0]",
            )
        ],
        delete=Call(operation="delete_nat_gateway", args={"NatGatewayId": "{id}"}),
        defaults={"connectivityType": "public"},
        replaces=["allocationId", "connectivityType", "privateIp", "subnetId"],
        tags=tags("natgateway"),
        ready="State=='available'",
        failed="State=='failed' && FailureMessage",
        rules=[
            exists("subnetId"),
            ADDRESS,
            Needed("subnetId"),
            Needed("allocationId", lambda inputs: inputs.get("connectivityType", "public") == "public"),
            OneOf("connectivityType", ("public", "private")),
        ],
    ),
]
