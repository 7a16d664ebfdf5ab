"""ElastiCache: replication groups of Redis or Valkey, and their subnet groups."""

from typing import Any

from localcloud.provider.definition.resource_type import AutoName, Call, Read, ResourceType, Update, names
from localcloud.provider.definition.rules import Between, Case, Exists, Matches, Needed, OneOf, Says
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.types.ec2 import exists
from localcloud.provider.types.rds_groups import SubnetGroup, listed
from localcloud.provider.values import Props

SETTINGS = names(
    "description engine engineVersion nodeType port subnetGroupName securityGroupIds automaticFailoverEnabled "
    "multiAzEnabled atRestEncryptionEnabled transitEncryptionEnabled snapshotRetentionLimit numCacheClusters"
)
CHANGED = names("description nodeType snapshotRetentionLimit")


class Group(Handler):
    """The API tells some of a group's settings as words, some of its first node alone, and its endpoints in parts."""

    def incoming(self, item: Props) -> Props:
        nodes = item.get("NodeGroups") or [{}]
        primary, reader = (nodes[0].get(f"{kind}Endpoint") or {} for kind in ("Primary", "Reader"))
        return {
            **item,
            "ReplicationGroupDescription": item.get("Description"),
            "CacheSubnetGroupName": item.get("subnets"),
            "securityGroupIds": [row["SecurityGroupId"] for row in item.get("groups") or ()],
            "engineVersion": item.get("version"),
            "automaticFailoverEnabled": item.get("AutomaticFailover") == "enabled",
            "multiAzEnabled": item.get("MultiAZ") == "enabled",
            "numCacheClusters": len(item.get("MemberClusters", ())),
            "primaryEndpointAddress": primary.get("Address"),
            "readerEndpointAddress": reader.get("Address"),
            "port": primary.get("Port"),
        }


def failover(case: Case, enabled: Any) -> str:
    count = case.inputs.get("numCacheClusters", 1)
    return "" if not enabled or count > 1 else f"needs numCacheClusters of 2 or more, got {count}"


TYPES = [
    ResourceType(
        token="aws:elasticache/replicationGroup:ReplicationGroup",
        service="elasticache",
        handler=Group,
        create=Call(
            operation="create_replication_group", sends=SETTINGS, args={"ReplicationGroupId": "{replicationGroupId}"}
        ),
        id="{replicationGroupId}",
        reads=[
            Read(
                operation="describe_replication_groups",
                args={"ReplicationGroupId": "{id}"},
                item="ReplicationGroups[0]",
            ),
            Read(
                operation="describe_cache_clusters",
                args={"CacheClusterId": "{MemberClusters.0}"},
                item="CacheClusters[0].{subnets: CacheSubnetGroupName, groups: SecurityGroups, version: EngineVersion}",
                optional=True,
            ),
        ],
        updates=[
            Update(
                on=CHANGED,
                call=Call(
                    operation="modify_replication_group",
                    sends=CHANGED,
                    args={"ReplicationGroupId": "{id}", "ApplyImmediately": True},
                ),
            )
        ],
        delete=Call(operation="delete_replication_group", args={"ReplicationGroupId": "{id}"}),
        names={
            "description": "ReplicationGroupDescription",
            "nodeType": "CacheNodeType",
            "subnetGroupName": "CacheSubnetGroupName",
            "multiAzEnabled": "MultiAZEnabled",
            "arn": "ARN",
        },
        auto_name=AutoName(name="replicationGroupId", limit=40, lower=True),
        handled=["replicationGroupId", *SETTINGS],
        defaults={"automaticFailoverEnabled": False, "engine": "redis"},
        local=["applyImmediately"],
        replaces=[name for name in ("replicationGroupId", *SETTINGS) if name not in CHANGED],
        tags=listed("{ARN}"),
        ready="Status=='available'",
        rules=[
            Needed("nodeType"),
            Matches(
                "replicationGroupId",
                r"[a-z](?!.*--)[a-z0-9-]{0,38}[a-z0-9]|[a-z]",
                "1 to 40 of lower-case letters, digits and single hyphens, a letter first and no hyphen last",
            ),
            Matches("nodeType", r"cache\.[a-z0-9]+\.[a-z0-9]+", "a node type such as cache.t4g.micro"),
            OneOf("engine", ("redis", "valkey")),
            Between("port", 1, 65535),
            Between("numCacheClusters", 1, 6),
            Between("snapshotRetentionLimit", 0, 35),
            Says("automaticFailoverEnabled", failover),
            Says("multiAzEnabled", failover),
            exists("securityGroupIds"),
            Exists(
                "subnetGroupName",
                "a subnet group",
                "elasticache",
                "describe_cache_subnet_groups",
                {"CacheSubnetGroupName": "{value}"},
                "CacheSubnetGroups[0].CacheSubnetGroupName",
            ),
        ],
    ),
    ResourceType(
        token="aws:elasticache/subnetGroup:SubnetGroup",
        service="elasticache",
        handler=SubnetGroup,
        create=Call(
            operation="create_cache_subnet_group",
            sends=["description", "subnetIds"],
            args={"CacheSubnetGroupName": "{name}"},
        ),
        id="{name}",
        reads=[
            Read(
                operation="describe_cache_subnet_groups",
                args={"CacheSubnetGroupName": "{id}"},
                item="CacheSubnetGroups[0]",
            )
        ],
        updates=[
            Update(
                on=["description", "subnetIds"],
                call=Call(
                    operation="modify_cache_subnet_group",
                    sends=["description", "subnetIds"],
                    args={"CacheSubnetGroupName": "{id}"},
                ),
            )
        ],
        delete=Call(operation="delete_cache_subnet_group", args={"CacheSubnetGroupName": "{id}"}),
        names={"name": "CacheSubnetGroupName", "description": "CacheSubnetGroupDescription", "arn": "ARN"},
        auto_name=AutoName(limit=255, lower=True),
        defaults={"description": "Managed by Pulumi"},
        handled=["name", "description", "subnetIds"],
        replaces=["name"],
        tags=listed("{ARN}"),
        rules=[
            Matches("name", r"[a-z0-9-]{1,255}", "1 to 255 of lower-case letters, digits and hyphens"),
            exists("subnetIds"),
        ],
    ),
]
