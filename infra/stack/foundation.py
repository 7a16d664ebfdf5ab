"""What stays when a version changes: the network, the instances and the way in to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulumi import Input, Output

from infra.components.access_logs import AccessLogs, AccessLogsArgs
from infra.components.alarms import AlarmTopic, AlarmTopicArgs
from infra.components.cluster import Cluster, ClusterArgs
from infra.components.firewall import DYNAMIC_PORTS, Firewall, FirewallArgs, Reach
from infra.components.interface import Interface
from infra.components.load_balancer import NAME, LoadBalancer, LoadBalancerArgs
from infra.components.network import Network, NetworkArgs
from infra.components.origin import Origin, OriginArgs
from infra.components.shared import Balances, RunsTasks
from infra.components.way_out import WayOut, WayOutArgs
from infra.config.front_door import AccessLogsConfig
from infra.config.services import ServiceConfig
from infra.planning.alarms import HOST_METRICS
from infra.pure.parts import SERVICES, SMTP
from infra.stack.domain import zone
from infra.stack.setting import Setting


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What services stand on, made by this stack or shared. `interfaces`: of the tasks by their service, where they
    have their own.

    `private_subnet_ids`: where databases and caches are. `cache_group_id`: the security group of a cache, where there
    is one. `zone_id`: of the site's domain, where it has one.
    """

    vpc_id: Output[str]
    private_subnet_ids: Sequence[Input[str]]
    cache_group_id: Output[str] | None
    cluster: RunsTasks
    load_balancer: Balances
    origin: Origin
    access_logs: AccessLogs | None
    alarm_topic: AlarmTopic | None
    interfaces: Mapping[str, Interface]
    zone_id: Input[str] | None


@dataclass(frozen=True, kw_only=True)
class Foundation(Ground):
    """What the stack made."""

    network: Network
    firewall: Firewall
    cluster: Cluster
    load_balancer: LoadBalancer


def foundation(s: Setting) -> Foundation:
    """The network, the instances and the way in to them."""
    config = s.config
    network = Network("network", NetworkArgs(settings=config.network, region=config.region), s.opts)
    own = config.cluster.own_interfaces
    ways = FirewallArgs(
        vpc_id=network.vpc_id,
        region=config.region,
        reach=Reach(
            ports=DYNAMIC_PORTS,
            database=True,
            cache="cache" in config.used,
            smtp=config.smtp,
            private_services=bool(config.private),
        ),
        services={name: reach(service) for name, service in config.services.items()} if own else {},
        instances=not config.cluster.on_fargate,
        endpoints=bool(config.endpoints),
    )
    firewall = Firewall("firewall", ways, s.opts)
    cluster = Cluster(
        "cluster",
        ClusterArgs(
            settings=config.cluster,
            subnet_ids=network.public_subnet_ids,
            security_group_id=firewall.instances_group_id,
            disk_metrics=HOST_METRICS if config.alarms else None,
            region=config.region,
            tags=s.tags,
        ),
        s.opts,
    )
    logs = access_logs(s, config.access_logs) if config.access_logs else None
    internal = config.load_balancer.scheme == "internal"
    load_balancer = LoadBalancer(
        NAME,
        LoadBalancerArgs(
            internal=internal,
            subnet_ids=network.private_subnet_ids if internal else network.public_subnet_ids,
            security_group_id=firewall.load_balancer_group_id,
            access_logs=logs.of_load_balancer if logs else None,
        ),
        s.opts,
    )
    origin = OriginArgs(
        settings=config.load_balancer,
        load_balancer=load_balancer,
        internet_gateway_id=network.internet_gateway_id,
    )
    return Foundation(
        network=network,
        firewall=firewall,
        vpc_id=network.vpc_id,
        private_subnet_ids=network.private_subnet_ids,
        cache_group_id=firewall.cache_group_id,
        cluster=cluster,
        load_balancer=load_balancer,
        origin=Origin("origin", origin, s.opts),
        access_logs=logs,
        alarm_topic=alarm_topic(s) if config.alarms else None,
        interfaces=interfaces(s, network, firewall) if own else {},
        zone_id=zone(s),
    )


def alarm_topic(s: Setting) -> AlarmTopic:
    args = AlarmTopicArgs(addresses=s.config.told, region=s.config.region, account_id=s.account_id)
    return AlarmTopic("alarms", args, s.opts)


def reach(service: ServiceConfig) -> Reach:
    """What the tasks of one service connect to."""
    return Reach(
        ports=(service.port, service.port) if service.port and service.health else None,
        database="database" in service.uses,
        cache="cache" in service.uses,
        smtp=not service.references.isdisjoint(SMTP),
        private_services=any(name.startswith(f"{SERVICES}.") for name in service.references),
    )


def interfaces(s: Setting, network: Network, firewall: Firewall) -> dict[str, Interface]:
    """Those of the tasks, by their service, and the way out for them."""
    public = s.config.network.egress == "none"
    subnet_ids = network.public_subnet_ids if public else way_out(s, network, firewall).subnet_ids
    return {
        name: Interface(subnet_ids=subnet_ids, security_group_id=group, public=public)
        for name, group in firewall.service_group_ids.items()
    }


def way_out(s: Setting, network: Network, firewall: Firewall) -> WayOut:
    args = WayOutArgs(
        network=network,
        region=s.config.region,
        endpoints=s.config.endpoints,
        security_group_id=firewall.endpoints_group_id,
    )
    return WayOut("way-out", args, s.opts)


def access_logs(s: Setting, settings: AccessLogsConfig) -> AccessLogs:
    args = AccessLogsArgs(settings=settings, account_id=s.account_id, region=s.config.region, recipe=s.recipe)
    return AccessLogs("access-logs", args, s.opts)
