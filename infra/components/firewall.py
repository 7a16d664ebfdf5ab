"""Who may connect to whom: security groups and their rules, all in one place."""

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
class FirewallArgs:
    """`cache`: whether there is one to reach. `smtp`: whether services send mail by SMTP.

    `private_services`: whether services reach others through the load balancer.
    """

    vpc_id: pulumi.Input[str]
    cache: bool
    smtp: bool
    private_services: bool


class Firewall(pulumi.ComponentResource):
    """CloudFront → load balancer → instances → database, cache, and AWS over HTTPS; nothing else connects.

    With `smtp`, instances → SES's SMTP endpoint, too; with `private_services`, instances → load balancer.
    Each rule is a resource of its own, so that a changed rule never cuts the others. Costs nothing a month.
    """

    load_balancer_group_id: pulumi.Output[str]
    instances_group_id: pulumi.Output[str]
    database_group_id: pulumi.Output[str]
    cache_group_id: pulumi.Output[str] | None

    def __init__(self, name: str, args: FirewallArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Firewall", name, None, opts)
        self._name = name
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)

        self.load_balancer_group_id = self._group("load-balancer", args, "Load balancer, reached by CloudFront alone")
        self.instances_group_id = self._group("instances", args, "Instances, reached by the load balancer alone")
        self.database_group_id = self._group("database", args, "Database, reached by the instances alone")
        self.cache_group_id = (
            self._group("cache", args, "Cache, reached by the instances alone") if args.cache else None
        )

        # It comes with the network, and lets in and out what is in it: nothing should be.
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=args.vpc_id, tags=self._tags, opts=self._child)
        self._from_cloudfront()
        self._between("load-balancer", self.load_balancer_group_id, "instances", self.instances_group_id, DYNAMIC_PORTS)
        if args.private_services:
            self._between(
                "instances", self.instances_group_id, "load-balancer", self.load_balancer_group_id, PRIVATE_PORTS
            )
        self._between(
            "instances", self.instances_group_id, "database", self.database_group_id, (POSTGRESQL, POSTGRESQL)
        )
        if self.cache_group_id is not None:
            self._between("instances", self.instances_group_id, "cache", self.cache_group_id, (VALKEY, VALKEY))
        self._to_internet("https", HTTPS, "AWS services: ECS, ECR, logs, secrets, mail, sessions")
        if args.smtp:
            self._to_internet("smtp", SMTP, "Mail by SMTP")
        self.register_outputs({})

    def _to_internet(self, role: str, port: int, description: str) -> None:
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-instances-to-{role}",
            security_group_id=self.instances_group_id,
            description=description,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            cidr_ipv4="0.0.0.0/0",
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
