"""The load balancer: from CloudFront to the tasks of the services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.pure.tags import component_tag

NAME = "load-balancer"  # of the component: its tag is how a stack finds the one that it has
HTTP = 80


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """`internal`: whether it has private addresses alone, where only CloudFront's VPC origin reaches it.

    `access_logs`: where it writes who asked for what; None for nowhere.
    """

    internal: bool
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    access_logs: aws.lb.LoadBalancerAccessLogsArgs | None


class LoadBalancer(pulumi.ComponentResource):
    """An application load balancer that answers to CloudFront, and says no to what no service has a route for.

    A month in us-east-1: 0.0225 * 730 h = 16.43 USD, and capacity units by use (0.008 an hour each). One that is not
    internal has a public address in each zone, 3.65 USD each.
    """

    arn: pulumi.Output[str]
    measured_as: pulumi.Output[str]  # its name in CloudWatch
    dns_name: pulumi.Output[str]
    listener_arn: pulumi.Output[str]
    numbers: Mapping[str, pulumi.Output[int]]  # of rules whose priorities do not follow from what they are for

    def __init__(self, name: str, args: LoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:LoadBalancer", name, None, opts)
        child = ResourceOptions(parent=self)
        tags = component_tag(name)

        balancer = aws.lb.LoadBalancer(
            f"{name}-alb",
            load_balancer_type="application",
            internal=args.internal,
            security_groups=[args.security_group_id],
            subnets=args.subnet_ids,
            drop_invalid_header_fields=True,
            idle_timeout=60,
            access_logs=args.access_logs,
            tags=tags,
            opts=child,
        )
        listener = aws.lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer.arn,
            port=HTTP,
            protocol="HTTP",
            default_actions=[
                aws.lb.ListenerDefaultActionArgs(type="fixed-response", fixed_response=unrouted(args.internal))
            ],
            tags=tags,
            opts=child,
        )
        self.arn = balancer.arn
        self.measured_as = balancer.arn_suffix
        self.dns_name = balancer.dns_name
        self.listener_arn = listener.arn
        self.numbers = {}
        self.register_outputs({"dnsName": self.dns_name})


def unrouted(internal: bool) -> aws.lb.ListenerDefaultActionFixedResponseArgs:
    """The answer to what no rule takes; where the rules ask for a secret, a stranger learns nothing else."""
    status, text = ("404", "No service has this path.\n") if internal else ("403", "Forbidden.\n")
    return aws.lb.ListenerDefaultActionFixedResponseArgs(
        content_type="text/plain", message_body=text, status_code=status
    )
