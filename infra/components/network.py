"""The network of a stack: where its load balancer, instances and database stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.order import after
from infra.config.network import NetworkConfig
from infra.pure.cidrs import plan_subnets
from infra.pure.tags import component_tag

ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    settings: NetworkConfig
    region: str


class Network(pulumi.ComponentResource):
    """A VPC with public subnets (instances) and private ones (load balancer, database) in each zone.

    Private subnets have no route out, unless a `WayOut` gives them one. There is no NAT gateway without need, which
    costs more than the instance (33 USD a month): instances have public addresses, and security groups that let
    nobody but the load balancer in. Traffic to S3 takes a gateway endpoint and stays inside AWS. Costs nothing a month.
    """

    vpc_id: pulumi.Output[str]
    internet_gateway_id: pulumi.Output[str]
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    private_routes_id: pulumi.Output[str]

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Network", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)
        zones = args.settings.zones
        plan = plan_subnets(args.settings.cidr, zones)

        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.settings.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,  # the database's name resolves to its private address
            tags=self._tags,
            opts=self._child,
        )
        self.vpc_id = vpc.id
        public_routes = self._route_table(f"{name}-public")
        private_routes = self._route_table(f"{name}-private")
        self.private_routes_id = private_routes.id
        gateway = aws.ec2.InternetGateway(f"{name}-internet-gateway", vpc_id=vpc.id, tags=self._tags, opts=self._child)
        self.internet_gateway_id = gateway.id
        internet = aws.ec2.Route(
            f"{name}-internet-route",
            route_table_id=public_routes.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )
        aws.ec2.VpcEndpoint(
            f"{name}-s3-endpoint",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[public_routes.id, private_routes.id],
            tags=self._tags,
            opts=self._child,
        )
        # A load balancer is refused, and an instance lost, before there is a way out.
        self.public_subnet_ids = [
            after(internet.id, subnet) for subnet in self._subnets(f"{name}-public", plan.public, zones, public_routes)
        ]
        self.private_subnet_ids = self._subnets(f"{name}-private", plan.private, zones, private_routes)
        self.register_outputs({"vpcId": self.vpc_id})

    def _route_table(self, name: str) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(f"{name}-routes", vpc_id=self.vpc_id, tags=self._tags, opts=self._child)

    def _subnets(
        self, name: str, cidrs: Sequence[str], zones: Sequence[str], table: aws.ec2.RouteTable
    ) -> list[pulumi.Output[str]]:
        """One subnet a zone, named by the zone's letter so that a zone that comes or goes renames none."""
        ids = []
        for cidr, zone in zip(cidrs, zones, strict=True):
            subnet = aws.ec2.Subnet(
                f"{name}-subnet-{zone[-1]}",
                vpc_id=self.vpc_id,
                cidr_block=cidr,
                availability_zone=zone,
                map_public_ip_on_launch=False,  # only the launch template gives public addresses
                tags=self._tags,
                opts=self._child,
            )
            aws.ec2.RouteTableAssociation(
                f"{name}-subnet-routes-{zone[-1]}", subnet_id=subnet.id, route_table_id=table.id, opts=self._child
            )
            ids.append(subnet.id)
        return ids
