"""A cache in memory: Valkey, which speaks Redis's protocol."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.components.firewall import VALKEY
from infra.components.link import Link
from infra.config.data import CacheConfig
from infra.pure.tags import component_tag

# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
VERSION = "8.1"


@dataclass(frozen=True, kw_only=True)
class CacheArgs:
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    settings: CacheConfig


class Cache(pulumi.ComponentResource):
    """One node of Valkey 8 on ElastiCache: private, encrypted at rest and on the way, without backups.

    It has no password: the security group decides who reaches it (decision 11).
    A month with cache.t4g.micro in us-east-1: 0.0128 * 730 h = 9.34 USD.
    """

    link: Link

    def __init__(self, name: str, args: CacheArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Cache", name, None, opts)
        child = ResourceOptions(parent=self)
        tags = component_tag(name)
        subnets = aws.elasticache.SubnetGroup(
            f"{name}-subnets",
            description="Private subnets of the stack",
            subnet_ids=args.subnet_ids,
            tags=tags,
            opts=child,
        )
        # One node is a group too: ElastiCache encrypts no Valkey outside of one.
        group = aws.elasticache.ReplicationGroup(
            f"{name}-group",
            description="What services keep in memory",
            engine="valkey",
            engine_version=VERSION,
            node_type=args.settings.node_type,
            num_cache_clusters=1,
            subnet_group_name=subnets.name,
            security_group_ids=[args.security_group_id],
            at_rest_encryption_enabled=True,
            transit_encryption_enabled=args.settings.tls,
            snapshot_retention_limit=0,
            apply_immediately=True,  # what `up` reports as done is done, and not due at the next maintenance window
            tags=tags,
            opts=child,
        )
        scheme = "rediss" if args.settings.tls else "redis"
        host = group.primary_endpoint_address
        # A preview on AWS does not tell the port, which is the engine's own one there.
        port = group.port.apply(lambda told: str(told or VALKEY))
        url = Output.format("{0}://{1}:{2}", scheme, host, port)
        self.link = Link(environment={"CACHE_URL": url}, values={"host": host, "port": port, "url": url})
        self.register_outputs({})
