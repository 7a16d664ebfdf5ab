"""The load balancer: from CloudFront to the tasks of the back end and of the front end."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.order import after
from infra.pure.tags import component_tag

HTTP = 80
API_PATHS = ("/api", "/api/*")
API_PRIORITY = 10
# How long a stopping task may finish its requests; ECS sends SIGTERM after that.
DRAIN_SECONDS = 30
CHECK_SECONDS = 15
HEALTHY_CHECKS = 2
# Three missed checks, 45 s. The paths that are asked (`/live` of the back end) never ask the database, so a fail-over
# of RDS does not make ECS replace tasks that are well.
UNHEALTHY_CHECKS = 3


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """Health paths answer 200 when a task may get requests."""

    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    backend_port: int
    backend_health_path: str
    frontend_port: int
    frontend_health_path: str


class LoadBalancer(pulumi.ComponentResource):
    """An application load balancer: `/api` and below to the back end, the rest to the front end.

    Its security group lets in CloudFront alone. A month in us-east-1: 0.0225 * 730 h = 16.43 USD, two public addresses
    2 * 3.65 = 7.30, and capacity units by use (0.008 an hour each); together about 24 USD.
    """

    dns_name: pulumi.Output[str]
    backend_target_group_arn: pulumi.Output[str]
    frontend_target_group_arn: pulumi.Output[str]

    def __init__(self, name: str, args: LoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:LoadBalancer", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)

        balancer = aws.lb.LoadBalancer(
            f"{name}-alb",
            load_balancer_type="application",
            internal=False,
            security_groups=[args.security_group_id],
            subnets=args.subnet_ids,
            drop_invalid_header_fields=True,
            idle_timeout=60,
            tags=self._tags,
            opts=self._child,
        )
        backend = self._target_group(f"{name}-api", args, args.backend_port, args.backend_health_path)
        frontend = self._target_group(f"{name}-web", args, args.frontend_port, args.frontend_health_path)
        listener = aws.lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer.arn,
            port=HTTP,
            protocol="HTTP",
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=frontend.arn)],
            tags=self._tags,
            opts=self._child,
        )
        rule = aws.lb.ListenerRule(
            f"{name}-api-rule",
            listener_arn=listener.arn,
            priority=API_PRIORITY,
            conditions=[
                aws.lb.ListenerRuleConditionArgs(
                    path_pattern=aws.lb.ListenerRuleConditionPathPatternArgs(values=list(API_PATHS))
                )
            ],
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=backend.arn)],
            tags=self._tags,
            opts=self._child,
        )
        self.dns_name = balancer.dns_name
        # ECS refuses a service whose target group no listener uses yet: hand the ARNs out only after listener and rule.
        self.backend_target_group_arn = after(rule.arn, backend.arn)
        self.frontend_target_group_arn = after(listener.arn, frontend.arn)
        self.register_outputs({"dnsName": self.dns_name})

    def _target_group(self, name: str, args: LoadBalancerArgs, port: int, health_path: str) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            name,
            vpc_id=args.vpc_id,
            port=port,
            protocol="HTTP",
            target_type="instance",  # bridge mode: an instance and the port that Docker chose
            deregistration_delay=DRAIN_SECONDS,
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                path=health_path,
                matcher="200",
                interval=CHECK_SECONDS,
                timeout=5,
                healthy_threshold=HEALTHY_CHECKS,
                unhealthy_threshold=UNHEALTHY_CHECKS,
            ),
            tags=self._tags,
            opts=self._child,
        )
