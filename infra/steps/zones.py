"""Which Route 53 zone of the account holds a domain."""

from dataclasses import dataclass

from infra.pure.domains import zone_of
from infra.steps.common import aws_client, fail


@dataclass(frozen=True, kw_only=True)
class Zone:
    id: str
    name: str


SITE = "write `zone: made` to let the stack make one, or `zone: none` where its DNS is elsewhere"


def holding(region: str, domain: str, *, key: str = "domain.name", otherwise: str = SITE) -> Zone:
    """`key` and `otherwise`: what to change in the config, and what to write where the zone is not in the account.

    The public zone that the domain's records belong to. Raises StepError where there is not exactly one.
    """
    pages = aws_client("route53", region).get_paginator("list_hosted_zones").paginate()
    public = [zone for page in pages for zone in page["HostedZones"] if not zone["Config"]["PrivateZone"]]
    ids: dict[str, list[str]] = {}
    for zone in public:
        ids.setdefault(zone["Name"].removesuffix("."), []).append(zone["Id"].removeprefix("/hostedzone/"))
    name = zone_of(domain, ids)
    if name is None:
        there = f"this account has {', '.join(sorted(ids))}" if ids else "this account has none"
        fail(
            f"{key}: no Route 53 zone holds {domain}: {there}. Log in to the account that has the zone, or {otherwise}"
        )
    if len(ids[name]) > 1:
        fail(
            f"{key}: {len(ids[name])} Route 53 zones are called {name} ({', '.join(ids[name])}), and only one can"
            " be the one that the world asks: delete the other"
        )
    return Zone(id=ids[name][0], name=name)
