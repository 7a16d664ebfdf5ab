"""Where the load balancer sends requests for a service."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Alias, ResourceOptions

from infra.components.load_balancer import LoadBalancer
from infra.components.order import after
from infra.pure.naming import unique_name
from infra.pure.routing import path_patterns, priority
from infra.pure.tags import component_tag

# How long a stopping task may finish its requests; ECS sends SIGTERM after that.
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


@dataclass(frozen=True, kw_only=True)
class TargetArgs:
    """`routes`: path prefixes. `health`: the path that answers 200 when a task may get requests.

    `conditions`: what requests must have beside the path. `private_port`: of the load balancer, for other services'
    requests.
    """

    vpc_id: pulumi.Input[str]
    load_balancer: LoadBalancer
    port: int
    routes: Sequence[str]
    health: str
    conditions: Sequence[aws.lb.ListenerRuleConditionArgs]
    private_port: int | None


class Target(pulumi.ComponentResource):
    """A target group, and a rule of the load balancer for each of its routes, or a listener of its own.

    Costs nothing a month.
    """

    group_arn: pulumi.Output[str]
    measured_as: pulumi.Output[str]  # the group's name in CloudWatch

    def __init__(self, name: str, args: TargetArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Target", name, None, opts)
        self._balancer = args.load_balancer
        self._tags = component_tag(name)
        group = self._group(name, args)
        ways = [self._rule(name, args, group, route).arn for route in args.routes]
        if args.private_port:
            ways.append(self._listener(name, args.private_port, group).arn)
        # ECS refuses a service whose target group no listener uses yet: hand the ARN out only after these.
        self.group_arn = after(pulumi.Output.all(*ways), group.arn)
        self.measured_as = group.arn_suffix
        self.register_outputs({})

    def _options(self, name: str) -> ResourceOptions:
        former = [Alias(name=FORMER[name], parent=self._balancer)] if name in FORMER else None
        return ResourceOptions(parent=self, aliases=former)

    def _group(self, name: str, args: TargetArgs) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{name}-group",
            vpc_id=args.vpc_id,
            port=args.port,
            protocol="HTTP",
            target_type="instance",  # bridge mode: an instance and the port that Docker chose
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
            opts=self._options(f"{name}-group"),
        )

    def _rule(self, name: str, args: TargetArgs, group: aws.lb.TargetGroup, route: str) -> aws.lb.ListenerRule:
        full = unique_name(name, "route", *filter(None, [route.strip("/")]), limit=NAME_LIMIT)
        return aws.lb.ListenerRule(
            full,
            listener_arn=args.load_balancer.listener_arn,
            priority=priority(route),
            conditions=[
                aws.lb.ListenerRuleConditionArgs(
                    path_pattern=aws.lb.ListenerRuleConditionPathPatternArgs(values=path_patterns(route))
                ),
                *args.conditions,
            ],
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=group.arn)],
            tags=self._tags,
            opts=self._options(full),
        )

    def _listener(self, name: str, port: int, group: aws.lb.TargetGroup) -> aws.lb.Listener:
        return aws.lb.Listener(
            f"{name}-private",
            load_balancer_arn=self._balancer.arn,
            port=port,
            protocol="HTTP",
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=group.arn)],
            tags=self._tags,
            opts=ResourceOptions(parent=self),
        )
