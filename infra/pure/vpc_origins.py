"""Where CloudFront reaches a load balancer that has private addresses alone."""

from collections.abc import Mapping

PAGE = (
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html"
    "#vpc-origins-supported-regions"
)
# The exceptions of that page, by the ids that are the same in all accounts; read in a copy of spring 2026. An earlier
# edition also had apne2-az1, which is no exception any more. Whoever updates this reads the page again.
ZONES_WITHOUT = frozenset(("use1-az3", "usw1-az2", "apne1-az3", "cac1-az3"))


def out_of_reach(zone_ids: Mapping[str, str]) -> list[str]:
    """What is wrong with the zones, given as name and id: the names differ from account to account."""
    return [
        "network.zones: must have VPC origins of CloudFront where loadBalancer.scheme is internal, got"
        f" {zone}, which is {zone_id} in your account; take another zone, or write internet-facing."
        f" AWS lists the exceptions at {PAGE}"
        for zone, zone_id in zone_ids.items()
        if zone_id in ZONES_WITHOUT
    ]


def moved(*, wanted: str, live: str, stack: str) -> list[str]:
    """What is wrong where the stack has a load balancer already."""
    if wanted == live:
        return []
    return [
        f"loadBalancer.scheme: is fixed at the first `pulumi up`, got {wanted}, and the load balancer of this stack is"
        f" {live}: it would be replaced, and AWS lets no target group serve two, so that the site would be down for"
        f" long; write `loadBalancer: {{scheme: {live}}}` in Pulumi.{stack}.yaml, or destroy the stack and make it anew"
        " (its output on_destroy tells what becomes of the data)"
    ]
