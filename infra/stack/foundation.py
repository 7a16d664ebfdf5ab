"""What stays when a version changes: the network, the instances and the way in to them."""

from dataclasses import dataclass

from infra.components.access_logs import AccessLogs, AccessLogsArgs
from infra.components.alarms import AlarmTopic, AlarmTopicArgs
from infra.components.cluster import Cluster, ClusterArgs
from infra.components.firewall import Firewall, FirewallArgs
from infra.components.load_balancer import NAME, LoadBalancer, LoadBalancerArgs
from infra.components.network import Network, NetworkArgs
from infra.config.sections import AccessLogsConfig
from infra.planning.alarms import HOST_METRICS
from infra.stack.setting import Setting


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What stays when a version changes."""

    network: Network
    firewall: Firewall
    cluster: Cluster
    load_balancer: LoadBalancer
    access_logs: AccessLogs | None
    alarm_topic: AlarmTopic | None


def foundation(s: Setting) -> Foundation:
    """The network, the instances and the way in to them."""
    config = s.config
    network = Network("network", NetworkArgs(settings=config.network, region=config.region), s.opts)
    ways = FirewallArgs(
        vpc_id=network.vpc_id, cache="cache" in config.used, smtp=config.smtp, private_services=bool(config.private)
    )
    firewall = Firewall("firewall", ways, s.opts)
    cluster = Cluster(
        "cluster",
        ClusterArgs(
            settings=config.cluster,
            subnet_ids=network.public_subnet_ids,
            security_group_id=firewall.instances_group_id,
            disk_metrics=HOST_METRICS if config.alarms else None,
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
    return Foundation(
        network=network,
        firewall=firewall,
        cluster=cluster,
        load_balancer=load_balancer,
        access_logs=logs,
        alarm_topic=alarm_topic(s) if config.alarms else None,
    )


def alarm_topic(s: Setting) -> AlarmTopic:
    args = AlarmTopicArgs(addresses=s.config.told, region=s.config.region, account_id=s.account_id)
    return AlarmTopic("alarms", args, s.opts)


def access_logs(s: Setting, settings: AccessLogsConfig) -> AccessLogs:
    args = AccessLogsArgs(settings=settings, account_id=s.account_id, region=s.config.region, recipe=s.recipe)
    return AccessLogs("access-logs", args, s.opts)
