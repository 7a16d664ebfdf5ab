"""The network of a stack, and how its tasks reach what is outside."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from infra.config.section import Section
from infra.config.values import Problem, Zone, vpc_range
from infra.pure.cidrs import slot


class NetworkConfig(Section):
    cidr: Annotated[str, AfterValidator(vpc_range)] = Field(
        "10.0.0.0/16",
        description="Private IPv4 range of the VPC, /16 to /24, in 10.0.0.0/8, 172.16.0.0/12 (but not 172.17.0.0/16,"
        " which is Docker's), 192.168.0.0/16 or 100.64.0.0/10. A change replaces the network and all in it.",
    )
    zones: tuple[Zone, ...] = Field(
        min_length=2,
        max_length=4,
        description="Availability zones, two to four, as the load balancer and the database ask for it. Each has its"
        " own addresses: the order is free, and zones may come and go. AWS refuses to leave the zone in which the"
        " database stands: set `database.multiAz`, run `pulumi up`, then `aws rds reboot-db-instance --force-failover`,"
        " and leave the zone after that.",
        examples=["[us-east-1a, us-east-1b]"],
    )
    egress: Literal["none", "nat", "endpoints"] = Field(
        "none",
        description="How tasks with network interfaces of their own (`cluster.network`, `cluster.launchType`) reach AWS"
        " and the internet."
        " `nat`: through a NAT gateway in the first zone, 36.50 USD a month and 0.045 USD a GB. `endpoints`: AWS's"
        " services alone, those that the services of the stack use, by an endpoint in each zone for each of them, 7.30"
        " USD a month each. `none`: for tasks in bridge mode, which go the way of their instance, and on Fargate, where"
        " each has a public address, at which nobody gets in, for 3.65 USD a month.",
    )

    def rules(self) -> Iterable[Iterator[Problem]]:
        return (self._zones(),)

    def _zones(self) -> Iterator[Problem]:
        if twice := [zone for zone, times in Counter(self.zones).items() if times > 1]:
            yield Problem(
                key="zones", rule=f"must differ from each other, got {twice[0]} twice", remedy="name each zone once"
            )
        for zone in dict.fromkeys(self.zones):
            if mates := [mate for mate in self.zones if mate > zone and slot(mate) == slot(zone)]:
                yield Problem(
                    key="zones",
                    rule=f"must have addresses of their own, got {zone} and {mates[0]}, whose letters are four apart",
                    remedy="take another zone in place of one of them",
                )
