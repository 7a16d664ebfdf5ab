"""Addresses of the network: subnets cut from the VPC's range, the same for the same zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

SLOTS = 4  # of public and of private subnets: the load balancer needs a /27 in each zone, so a /24 has room for 2 * 4


@dataclass(frozen=True, kw_only=True)
class SubnetPlan:
    """Ranges per zone, in the order of the zones."""

    public: tuple[str, ...]
    private: tuple[str, ...]


def slot(zone: str) -> int:
    """Which of the ranges is the zone's, by its letter: it stays when other zones come and go."""
    return (ord(zone[-1]) - ord("a")) % SLOTS


def plan_subnets(cidr: str, zones: Sequence[str]) -> SubnetPlan:
    """Cut `cidr` into eighths, four public and four private. No two zones may have the same slot."""
    slots = [slot(zone) for zone in zones]
    if len(set(slots)) != len(slots):
        raise ValueError(f"zones: must have letters that are not four apart, got {', '.join(zones)}")
    eighths = [str(subnet) for subnet in IPv4Network(cidr).subnets(prefixlen_diff=3)]
    return SubnetPlan(
        public=tuple(eighths[number] for number in slots), private=tuple(eighths[SLOTS + number] for number in slots)
    )
