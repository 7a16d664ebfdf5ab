"""The way to AWS for tasks with network interfaces of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.network import ANYWHERE, Network
from infra.components.order import after
from infra.pure.tags import component_tag


@dataclass(frozen=True, kw_only=True)
class WayOutArgs:
    """`endpoints`: services of AWS by the last part of their endpoint's name; none for a NAT gateway in their place.

    `security_group_id`: of the endpoints.
    """

    network: Network
    region: str
    endpoints: Sequence[str]
    security_group_id: pulumi.Input[str] | None


class WayOut(pulumi.ComponentResource):
    """A NAT gateway, or endpoints of AWS's services, for the private subnets.

    A month in us-east-1: a NAT gateway 0.045 * 730 h = 32.85 USD and its address 3.65, and 0.045 a GB; an endpoint 7.30
    in each zone, and 0.01 a GB. The gateway stands in one zone: where that fails, tasks of the others cannot call out.
    """

    subnet_ids: list[pulumi.Output[str]]

    def __init__(self, name: str, args: WayOutArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:WayOut", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)
        ways = [self._endpoint(name, args, service) for service in args.endpoints] or [self._gateway(name, args)]
        # A task that starts before there is a way out fails.
        ready = pulumi.Output.all(*ways)
        self.subnet_ids = [after(ready, subnet) for subnet in args.network.private_subnet_ids]
        self.register_outputs({})

    def _gateway(self, name: str, args: WayOutArgs) -> pulumi.Output[str]:
        address = aws.ec2.Eip(f"{name}-address", domain="vpc", tags=self._tags, opts=self._child)
        gateway = aws.ec2.NatGateway(
            f"{name}-gateway",
            allocation_id=address.id,
            subnet_id=args.network.public_subnet_ids[0],
            tags=self._tags,
            opts=self._child,
        )
        route = aws.ec2.Route(
            f"{name}-route",
            route_table_id=args.network.private_routes_id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=gateway.id,
            opts=self._child,
        )
        return route.id

    def _endpoint(self, name: str, args: WayOutArgs, service: str) -> pulumi.Output[str]:
        endpoint = aws.ec2.VpcEndpoint(
            f"{name}-{service.replace('.', '-')}",
            vpc_id=args.network.vpc_id,
            service_name=f"com.amazonaws.{args.region}.{service}",
            vpc_endpoint_type="Interface",
            subnet_ids=args.network.private_subnet_ids,
            security_group_ids=[args.security_group_id] if args.security_group_id is not None else None,
            private_dns_enabled=True,  # the service's usual name leads to it
            tags=self._tags,
            opts=self._child,
        )
        return endpoint.id
