"""Who may connect to whom: security groups and their rules, all in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, ResourceOptions

from infra.pure.routing import PRIVATE_PORTS
from infra.pure.tags import component_tag

HTTP = 80
HTTPS = 443
SMTP = 587
POSTGRESQL = 5432
VALKEY = 6379
# Ports that Docker gives to containers with host port 0.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
DYNAMIC_PORTS = (32768, 65535)
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html
CLOUDFRONT_PREFIX_LIST = "com.amazonaws.global.cloudfront.origin-facing"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What a caller connects to, and the ports at which the load balancer finds it: None for a worker.

    `smtp`: sends mail by SMTP. `private_services`: reaches others through the load balancer.
    """

    ports: tuple[int, int] | None
    database: bool
    cache: bool
    smtp: bool
    private_services: bool


@dataclass(frozen=True, kw_only=True)
class FirewallArgs:
    """`reach`: what all services together connect to. `services`: what each does, where tasks have interfaces of their
    own; empty where they share their instance's.

    `instances`: whether there are any. `endpoints`: whether tasks with interfaces of their own reach AWS by endpoints
    of the network, and nothing else.
    """

    vpc_id: pulumi.Input[str]
    region: str
    reach: Reach
    services: Mapping[str, Reach]
    instances: bool
    endpoints: bool


class Firewall(pulumi.ComponentResource):
    """CloudFront → load balancer → instances → database, cache, and AWS over HTTPS; nothing else connects.

    With `smtp`, instances → SES's SMTP endpoint, too; with `private_services`, instances → load balancer. Where tasks
    have interfaces of their own, each service stands in the place of the instances, with what it uses alone.
    Each rule is a resource of its own, so that a changed rule never cuts the others. Costs nothing a month.
    """

    load_balancer_group_id: pulumi.Output[str]
    instances_group_id: pulumi.Output[str] | None
    database_group_id: pulumi.Output[str]
    cache_group_id: pulumi.Output[str] | None
    endpoints_group_id: pulumi.Output[str] | None
    service_group_ids: Mapping[str, pulumi.Output[str]]

    def __init__(self, name: str, args: FirewallArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Firewall", name, None, opts)
        self._name = name
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)

        self.load_balancer_group_id = self._group("load-balancer", args, "Load balancer, reached by CloudFront alone")
        self.instances_group_id = (
            self._group("instances", args, "Instances, reached by the load balancer alone") if args.instances else None
        )
        self.database_group_id = self._group("database", args, "Database, reached by the instances alone")
        self.cache_group_id = (
            self._group("cache", args, "Cache, reached by the instances alone") if args.reach.cache else None
        )
        self.endpoints_group_id = (
            self._group("endpoints", args, "Endpoints of AWS, reached by tasks alone") if args.endpoints else None
        )
        self.service_group_ids = {
            service: self._group(f"service-{service}", args, f"Tasks of {service}") for service in args.services
        }

        # It comes with the network, and lets in and out what is in it: nothing should be.
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=args.vpc_id, tags=self._tags, opts=self._child)
        self._from_cloudfront()
        if self.instances_group_id is not None and not args.services:
            self._allow("instances", self.instances_group_id, args.reach)
        for service, group_id in self.service_group_ids.items():
            self._allow(f"service-{service}", group_id, args.services[service])
            self._to_aws(f"service-{service}", group_id, args)
        if self.instances_group_id is not None:
            self._to_internet(
                "instances", self.instances_group_id, "https", "AWS services: ECS, ECR, logs, secrets, mail, sessions"
            )
        self.register_outputs({})

    def _allow(self, caller: str, group_id: pulumi.Output[str], reach: Reach) -> None:
        """What the stack itself offers to a caller, and the requests that it answers."""
        balancer = self.load_balancer_group_id
        if reach.ports:
            self._between("load-balancer", balancer, caller, group_id, reach.ports)
        if reach.private_services:
            self._between(caller, group_id, "load-balancer", balancer, PRIVATE_PORTS)
        if reach.database:
            self._between(caller, group_id, "database", self.database_group_id, (POSTGRESQL, POSTGRESQL))
        if reach.cache and self.cache_group_id is not None:
            self._between(caller, group_id, "cache", self.cache_group_id, (VALKEY, VALKEY))
        if reach.smtp and self.endpoints_group_id is None:
            self._to_internet(caller, group_id, "smtp", "Mail by SMTP", SMTP)
        elif reach.smtp and self.endpoints_group_id is not None:
            self._between(caller, group_id, "smtp-endpoint", self.endpoints_group_id, (SMTP, SMTP))

    def _to_aws(self, caller: str, group_id: pulumi.Output[str], args: FirewallArgs) -> None:
        if self.endpoints_group_id is None:
            self._to_internet(caller, group_id, "https", "AWS services and the internet")
            return
        self._between(caller, group_id, "endpoints", self.endpoints_group_id, (HTTPS, HTTPS))
        # A gateway endpoint has no security group: it is reached at the addresses of S3.
        name = f"com.amazonaws.{args.region}.s3"
        files = aws.ec2.get_managed_prefix_list_output(name=name, opts=InvokeOptions(parent=self))
        self._out(f"{caller}-to-s3", group_id, "S3", HTTPS, prefix_list_id=files.id)

    def _to_internet(
        self, caller: str, group_id: pulumi.Output[str], role: str, description: str, port: int = HTTPS
    ) -> None:
        self._out(f"{caller}-to-{role}", group_id, description, port, cidr_ipv4="0.0.0.0/0")

    def _out(
        self,
        way: str,
        group_id: pulumi.Output[str],
        description: str,
        port: int,
        *,
        cidr_ipv4: str | None = None,
        prefix_list_id: pulumi.Output[str] | None = None,
    ) -> None:
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{way}",
            security_group_id=group_id,
            description=description,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            cidr_ipv4=cidr_ipv4,
            prefix_list_id=prefix_list_id,
            tags=self._tags,
            opts=self._child,
        )

    def _group(self, role: str, args: FirewallArgs, description: str) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-{role}", vpc_id=args.vpc_id, description=description, tags=self._tags, opts=self._child
        )
        return group.id

    def _from_cloudfront(self) -> None:
        edges = aws.ec2.get_managed_prefix_list_output(name=CLOUDFRONT_PREFIX_LIST, opts=InvokeOptions(parent=self))
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-cloudfront-to-load-balancer",
            security_group_id=self.load_balancer_group_id,
            description="CloudFront edge locations",
            ip_protocol="tcp",
            from_port=HTTP,
            to_port=HTTP,
            prefix_list_id=edges.id,
            tags=self._tags,
            opts=self._child,
        )

    def _between(
        self,
        source: str,
        source_id: pulumi.Output[str],
        target: str,
        target_id: pulumi.Output[str],
        ports: tuple[int, int],
    ) -> None:
        """Let `source` open connections to `target`: a rule on each side."""
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{source}-to-{target}",
            security_group_id=source_id,
            description=f"to {target}",
            ip_protocol="tcp",
            from_port=ports[0],
            to_port=ports[1],
            referenced_security_group_id=target_id,
            tags=self._tags,
            opts=self._child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{target}-from-{source}",
            security_group_id=target_id,
            description=f"from {source}",
            ip_protocol="tcp",
            from_port=ports[0],
            to_port=ports[1],
            referenced_security_group_id=source_id,
            tags=self._tags,
            opts=self._child,
        )
