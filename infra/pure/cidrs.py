"""Addresses of the network: subnets cut from the VPC's range, the same for the same input."""

from dataclasses import dataclass
from ipaddress import IPv4Network


@dataclass(frozen=True, kw_only=True)
class SubnetPlan:
    """Ranges per zone, in the order of the zones."""

    public: tuple[str, ...]
    private: tuple[str, ...]


def plan_subnets(cidr: str, zones: int) -> SubnetPlan:
    """Cut `cidr` into eighths, four public and four private, so that a third or fourth zone moves nothing."""
    if not 1 <= zones <= 4:
        raise ValueError(f"zones: 1 to 4, got {zones}")
    eighths = [str(subnet) for subnet in IPv4Network(cidr).subnets(prefixlen_diff=3)]
    return SubnetPlan(public=tuple(eighths[:4][:zones]), private=tuple(eighths[4:][:zones]))
