"""The load balancer: from CloudFront to the tasks of the services."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.pure.tags import component_tag

HTTP = 80


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]


class LoadBalancer(pulumi.ComponentResource):
    """An application load balancer that answers 404 to what no service has a route for.

    Its security group lets in CloudFront alone. A month in us-east-1: 0.0225 * 730 h = 16.43 USD, two public addresses
    2 * 3.65 = 7.30, and capacity units by use (0.008 an hour each); together about 24 USD.
    """

    dns_name: pulumi.Output[str]
    listener_arn: pulumi.Output[str]

    def __init__(self, name: str, args: LoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:LoadBalancer", name, None, opts)
        child = ResourceOptions(parent=self)
        tags = component_tag(name)

        balancer = aws.lb.LoadBalancer(
            f"{name}-alb",
            load_balancer_type="application",
            internal=False,
            security_groups=[args.security_group_id],
            subnets=args.subnet_ids,
            drop_invalid_header_fields=True,
            idle_timeout=60,
            tags=tags,
            opts=child,
        )
        listener = aws.lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer.arn,
            port=HTTP,
            protocol="HTTP",
            default_actions=[
                aws.lb.ListenerDefaultActionArgs(
                    type="fixed-response",
                    fixed_response=aws.lb.ListenerDefaultActionFixedResponseArgs(
                        content_type="text/plain", message_body="No service has this path.\n", status_code="404"
                    ),
                )
            ],
            tags=tags,
            opts=child,
        )
        self.dns_name = balancer.dns_name
        self.listener_arn = listener.arn
        self.register_outputs({"dnsName": self.dns_name})
