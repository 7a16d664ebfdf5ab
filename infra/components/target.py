"""Where the load balancer sends requests for a service."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Alias, ResourceOptions

from infra.components.load_balancer import NAME as BALANCER
from infra.components.order import after
from infra.components.shared import Balances
from infra.pure.naming import unique_name
from infra.pure.routing import anchor_priority, host_priority, path_patterns, priority
from infra.pure.tags import component_tag

# How long a stopping task may finish its requests; ECS sends SIGTERM after that.
# A range for documentation: no request comes from there. https://www.rfc-editor.org/rfc/rfc5737
NOWHERE = "192.0.2.0/24"
DRAIN_SECONDS = 30
CHECK_SECONDS = 15
HEALTHY_CHECKS = 2
# Three missed checks, 45 s.
UNHEALTHY_CHECKS = 3
NAME_LIMIT = 100
# Names that resources had before services were described. Delete it when no stack is older than November 2026.
FORMER = {
    "backend-group": "load-balancer-api",
    "backend-route-api": "load-balancer-api-rule",
    "frontend-group": "load-balancer-web",
}


def anchor_rule(service: str) -> str:
    """The name of the rule that no request meets."""
    return f"{service}-anchor"


def route_rule(route: str, of: str = BALANCER) -> str:
    """The name of the rule for a path. `of`: a service, whose name it had before."""
    return unique_name(of, "route", *filter(None, [route.strip("/")]), limit=NAME_LIMIT)


@dataclass(frozen=True, kw_only=True)
class TargetArgs:
    """`routes`: path prefixes. `health`: the path that answers 200 when a task may get requests.

    `own_interface`: whether tasks have addresses of their own. `conditions`: what requests must have beside the path.
    `private_port`: of the load balancer, for other services' requests. `hosts`: names whose requests are all for it.
    """

    vpc_id: pulumi.Input[str]
    load_balancer: Balances
    port: int
    routes: Sequence[str]
    health: str
    own_interface: bool
    conditions: Sequence[aws.lb.ListenerRuleConditionArgs]
    private_port: int | None
    hosts: Sequence[str]


class Target(pulumi.ComponentResource):
    """A target group, and a rule of the load balancer for each of its routes, or a listener of its own.

    ECS refuses a service whose target group no rule uses. So there is one rule more, which no request ever meets: those
    that requests meet look at a new group only when the new tasks behind it are healthy.
    Costs nothing a month.
    """

    group_arn: pulumi.Output[str]
    measured_as: pulumi.Output[str]  # the group's name in CloudWatch
    ready: pulumi.Output[str] | None = None  # known when requests for its hosts are let in

    def __init__(self, name: str, args: TargetArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Target", name, None, opts)
        self._name, self._args = name, args
        self._balancer = args.load_balancer
        self._tags = component_tag(name)
        self._group_there = group = self._group(name, args)
        self.group_arn = after(self._anchor(name, args, group).arn, group.arn)
        self.measured_as = group.arn_suffix
        self.register_outputs({})

    def open(self, running: pulumi.Resource) -> None:
        """Let requests in, once `running` is there."""
        name, args, group = self._name, self._args, self._group_there
        for route in args.routes:
            self._rule(name, args, group, route, running)
        if args.private_port:
            self._listener(name, args.private_port, group, running)
        if args.hosts:
            self.ready = self._host_rule(name, args, group, running).arn

    def _former(self, name: str) -> list[Alias]:
        return [Alias(name=FORMER[name], parent=self._balancer)] if name in FORMER else []

    def _group(self, name: str, args: TargetArgs) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{name}-group",
            vpc_id=args.vpc_id,
            port=args.port,
            protocol="HTTP",
            # In bridge mode an instance, and the port that Docker chose.
            target_type="ip" if args.own_interface else "instance",
            deregistration_delay=DRAIN_SECONDS,
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                path=args.health,
                matcher="200",
                interval=CHECK_SECONDS,
                timeout=5,
                healthy_threshold=HEALTHY_CHECKS,
                unhealthy_threshold=UNHEALTHY_CHECKS,
            ),
            tags=self._tags,
            opts=ResourceOptions(
                parent=self, aliases=self._former(f"{name}-group"), replace_on_changes=["healthCheck.path"]
            ),
        )

    def _anchor(self, name: str, args: TargetArgs, group: aws.lb.TargetGroup) -> aws.lb.ListenerRule:
        nowhere = aws.lb.ListenerRuleConditionSourceIpArgs(values=[NOWHERE])
        nobody = aws.lb.ListenerRuleConditionHostHeaderArgs(values=[f"{name}.invalid"])
        return aws.lb.ListenerRule(
            anchor_rule(name),
            listener_arn=args.load_balancer.listener_arn,
            priority=self._balancer.numbers.get(anchor_rule(name)) or anchor_priority(name),
            conditions=[
                aws.lb.ListenerRuleConditionArgs(source_ip=nowhere),
                aws.lb.ListenerRuleConditionArgs(host_header=nobody),
            ],
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=group.arn)],
            tags=self._tags,
            opts=ResourceOptions(parent=self),
        )

    def _rule(
        self, name: str, args: TargetArgs, group: aws.lb.TargetGroup, route: str, running: pulumi.Resource
    ) -> aws.lb.ListenerRule:
        """Of the load balancer and named by the path alone: it has one rule of a priority, so that a path that goes to
        another service is a change of its rule. A new one would be refused while the former is there."""
        rule, former = route_rule(route), route_rule(route, of=name)
        aliases = [Alias(name=former, parent=self), *self._former(former)]
        return aws.lb.ListenerRule(
            rule,
            listener_arn=args.load_balancer.listener_arn,
            priority=self._balancer.numbers.get(rule) or priority(route),
            conditions=[
                aws.lb.ListenerRuleConditionArgs(
                    path_pattern=aws.lb.ListenerRuleConditionPathPatternArgs(values=path_patterns(route))
                ),
                *args.conditions,
            ],
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=group.arn)],
            tags=component_tag(BALANCER),
            opts=ResourceOptions(parent=self._balancer, aliases=aliases, depends_on=running),
        )

    def _host_rule(
        self, name: str, args: TargetArgs, group: aws.lb.TargetGroup, running: pulumi.Resource
    ) -> aws.lb.ListenerRule:
        named = aws.lb.ListenerRuleConditionHostHeaderArgs(values=args.hosts)
        return aws.lb.ListenerRule(
            f"{name}-host",
            listener_arn=args.load_balancer.listener_arn,
            priority=host_priority(name),
            conditions=[aws.lb.ListenerRuleConditionArgs(host_header=named), *args.conditions],
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=group.arn)],
            tags=self._tags,
            opts=ResourceOptions(parent=self, depends_on=running),
        )

    def _listener(self, name: str, port: int, group: aws.lb.TargetGroup, running: pulumi.Resource) -> aws.lb.Listener:
        return aws.lb.Listener(
            f"{name}-private",
            load_balancer_arn=self._balancer.arn,
            port=port,
            protocol="HTTP",
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=group.arn)],
            tags=self._tags,
            opts=ResourceOptions(parent=self, depends_on=running),
        )
