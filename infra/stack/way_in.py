"""What must be right about the way in to a stack before anything of it is changed."""

import pulumi_aws as aws
from pulumi import InvokeOptions

from infra.components.load_balancer import NAME
from infra.config.load import end_program
from infra.config.stack import StackConfig
from infra.pure.tags import Tags
from infra.pure.vpc_origins import moved, out_of_reach


def check_way_in(config: StackConfig, tags: Tags, options: InvokeOptions) -> None:
    """End the program, in a preview too, where the load balancer cannot stand as the configuration says."""
    wanted = config.load_balancer.scheme
    problems = [
        problem for live in live_schemes(tags, options) for problem in moved(wanted=wanted, live=live, stack=tags.stack)
    ]
    if wanted == "internal":
        problems += out_of_reach({zone: zone_id(zone, options) for zone in config.network.zones})
    if problems:
        end_program("\n  ".join([f"Pulumi.{tags.stack}.yaml cannot be followed, nothing was changed:", *problems]))


def zone_id(zone: str, options: InvokeOptions) -> str:
    try:
        return aws.get_availability_zone(name=zone, opts=options).zone_id
    except Exception as error:  # Pulumi has no narrower one
        end_program(f"network.zones: AWS was asked about {zone}: {error}")


def live_schemes(tags: Tags, options: InvokeOptions) -> list[str]:
    """Of the load balancers that the stack has now: none before its first `up`."""
    there = aws.lb.get_lbs(tags=tags.of(NAME), opts=options)
    found = [aws.lb.get_load_balancer(arn=arn, opts=options) for arn in there.arns]
    return ["internal" if one.internal else "internet-facing" for one in found]
