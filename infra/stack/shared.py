"""What a preview environment takes of its base, and what each stack tells for those that stand on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Output

from infra.components.database import DATABASE
from infra.components.interface import Interface
from infra.components.load_balancer import NAME
from infra.components.origin import Origin, OriginArgs
from infra.components.own_database import Server
from infra.components.shared import SharedCluster, SharedInstances, SharedLoadBalancer, SharedLoadBalancerArgs
from infra.components.target import anchor_rule, route_rule
from infra.config.load import end_invalid
from infra.config.preview import PreviewConfig
from infra.stack import deployed
from infra.stack.foundation import Foundation, Ground
from infra.stack.setting import Setting

OUTPUT = "shared"
CLUSTER = ("name", "arn")
LOAD_BALANCER = ("arn", "measured_as", "dns_name", "listener_arn")


def told(base: Foundation, database: Mapping[str, Any]) -> dict[str, Any]:
    """The output from which a preview environment is made. `database`: its address, and the secret with its password.

    Nothing where the load balancer is public, since a preview has no way through that.
    """
    if base.origin.vpc_origin_id is None:
        return {}
    return {
        OUTPUT: {
            "vpc": base.vpc_id,
            "private_subnets": base.private_subnet_ids,
            "cache_group": base.cache_group_id,
            "cluster": {key: getattr(base.cluster, key) for key in CLUSTER},
            "capacity_provider": base.cluster.instances.capacity_provider if base.cluster.instances else None,
            "load_balancer": {key: getattr(base.load_balancer, key) for key in LOAD_BALANCER},
            "vpc_origin": base.origin.vpc_origin_id,
            "interfaces": {
                name: {"subnets": one.subnet_ids, "group": one.security_group_id, "public": one.public}
                for name, one in base.interfaces.items()
            },
            **database,
        }
    }


def read(preview: PreviewConfig) -> Mapping[str, Any]:
    """What the base told; ends the program where it is not there, or told nothing of this."""
    try:
        found = deployed.outputs(preview.base)
    except Exception as error:  # Pulumi has no narrower one
        end_invalid(f"preview.base: must be a stack that is deployed, got {preview.base}: {error}")
    if OUTPUT not in found:
        end_invalid(
            f"preview.base: must be deployed by this version of the program, got {preview.base}, which tells nothing"
            f" for previews; run `up` for {preview.base} first"
        )
    facts: Mapping[str, Any] = found[OUTPUT]
    return facts


def ground(s: Setting, facts: Mapping[str, Any]) -> Ground:
    """The base's network, cluster and load balancer, under the preview's services."""
    balancer = balancer_of(s, facts["load_balancer"])
    origin = OriginArgs(settings=s.config.load_balancer, load_balancer=balancer, shared_id=facts["vpc_origin"])
    group = facts.get("cache_group")
    return Ground(
        vpc_id=Output.from_input(facts["vpc"]),
        private_subnet_ids=facts["private_subnets"],
        cache_group_id=Output.from_input(group) if group and "cache" in s.config.used else None,
        cluster=SharedCluster(instances=instances(facts), **known(facts["cluster"], CLUSTER)),
        load_balancer=balancer,
        origin=Origin("origin", origin, s.opts),
        access_logs=None,
        alarm_topic=None,
        interfaces=interfaces(s, facts["interfaces"]),
        zone_id=None,
    )


def balancer_of(s: Setting, facts: Mapping[str, Any]) -> SharedLoadBalancer:
    """Among this stack's rules the longest path is asked first."""
    routes = sorted({route for one in s.config.services.values() for route in one.routes}, key=len, reverse=True)
    rules = [*map(route_rule, routes), *map(anchor_rule, s.config.services)]
    args = SharedLoadBalancerArgs(**{key: facts[key] for key in LOAD_BALANCER}, rules=rules, region=s.config.region)
    return SharedLoadBalancer(NAME, args, s.opts)


def instances(facts: Mapping[str, Any]) -> SharedInstances | None:
    provider = facts.get("capacity_provider")
    return SharedInstances(capacity_provider=Output.from_input(provider)) if provider else None


def known(facts: Mapping[str, str], keys: Sequence[str]) -> dict[str, Output[str]]:
    return {key: Output.from_input(facts[key]) for key in keys}


def interfaces(s: Setting, facts: Mapping[str, Any]) -> dict[str, Interface]:
    """Those of the base's services, with what their security groups let them reach."""
    if not s.config.cluster.own_interfaces:
        return {}
    if missing := sorted(s.config.services.keys() - facts.keys()):
        end_invalid(
            f"services.{missing[0]}: must be a service of the base, too, where tasks have interfaces of their own; only"
            " a deployment of the base makes the security group of a new one"
        )
    return {
        name: Interface(
            subnet_ids=[Output.from_input(one) for one in facts[name]["subnets"]],
            security_group_id=Output.from_input(facts[name]["group"]),
            public=facts[name]["public"],
        )
        for name in s.config.services
    }


def server(facts: Mapping[str, Any]) -> Server:
    """The base's database server; ends the program where it has none."""
    if "database" not in facts:
        end_invalid("services: must use no database on a base that has none; deploy the base with it first")
    return Server(
        host=facts["database"],
        port=int(facts["database_port"]),
        name=DATABASE,
        secret_arn=facts["database_secret"],
    )
