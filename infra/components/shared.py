"""What services stand on, whether the stack made it or a preview environment takes it from its base."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pulumi
from pulumi import Output, ResourceOptions
from pulumi.dynamic import Resource

from infra.components.load_balancer import LoadBalancer
from infra.steps.rule_numbers import RuleNumbers


class HasRoom(Protocol):
    """Instances, by what ECS knows them as."""

    @property
    def capacity_provider(self) -> Output[str]: ...


class RunsTasks(Protocol):
    """A cluster, with instances or on Fargate."""

    @property
    def name(self) -> Output[str]: ...
    @property
    def arn(self) -> Output[str]: ...
    @property
    def instances(self) -> HasRoom | None: ...


@dataclass(frozen=True, kw_only=True)
class SharedInstances:
    """The base's."""

    capacity_provider: Output[str]


@dataclass(frozen=True, kw_only=True)
class SharedCluster:
    """The base's."""

    name: Output[str]
    arn: Output[str]
    instances: SharedInstances | None


@dataclass(frozen=True, kw_only=True)
class SharedLoadBalancerArgs:
    """`rules`: the names of this stack's, the one to be asked first at the front."""

    arn: str
    measured_as: str
    dns_name: str
    listener_arn: str
    rules: Sequence[str]
    region: str


class FoundNumbers(Resource, module="infra", name="RuleNumbers"):
    numbers: Output[Mapping[str, int]]


class SharedLoadBalancer(pulumi.ComponentResource):
    """The base's, and priorities there for the rules of this stack. Costs nothing a month."""

    numbers: Mapping[str, Output[int]]

    def __init__(self, name: str, args: SharedLoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:SharedLoadBalancer", name, None, opts)
        self.arn, self.measured_as = Output.from_input(args.arn), Output.from_input(args.measured_as)
        self.dns_name, self.listener_arn = Output.from_input(args.dns_name), Output.from_input(args.listener_arn)
        found = FoundNumbers(
            RuleNumbers(),
            f"{name}-rule-numbers",
            {"region": args.region, "listenerArn": args.listener_arn, "rules": list(args.rules), "numbers": None},
            ResourceOptions(parent=self),
        )
        self.numbers = {rule: number(found, rule) for rule in args.rules}
        self.register_outputs({})


def number(found: FoundNumbers, rule: str) -> Output[int]:
    return found.numbers.apply(lambda known: int(known[rule]))


Balances = LoadBalancer | SharedLoadBalancer
