"""The way from CloudFront to the load balancer, which nobody else has."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions
from pulumi.dynamic import Resource

from infra.components.load_balancer import HTTP
from infra.components.order import after
from infra.components.shared import Balances
from infra.config.front_door import LoadBalancerConfig
from infra.pure.naming import unique_name
from infra.pure.tags import component_tag
from infra.steps.origin_secret import OriginSecret

HTTPS = 443
# The load balancer has no name of the project's to hold a certificate for. AWS carries the traffic between edge and
# region on its own network.
PROTOCOL = "http-only"
READ_SECONDS = 60
# AWS says "up to 15 minutes", and the provider gives up after as many by itself.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
PATIENCE = "45m"
NAME_LIMIT = 64  # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_VpcOriginEndpointConfig.html
HEADER = "X-Origin-Secret"
# Tells the load balancer whose distribution a request came by: those of preview environments lead to it, too.
# CloudFront writes it over what a viewer sends under this name.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/add-origin-custom-headers.html
STACK_HEADER = "X-Stack"


@dataclass(frozen=True, kw_only=True)
class OriginArgs:
    """`internet_gateway_id`: of the network, which must have one, though nothing passes it.

    `shared_id`: of the VPC origin that a preview environment's base has already.
    """

    settings: LoadBalancerConfig
    load_balancer: Balances
    internet_gateway_id: pulumi.Input[str] | None = None
    shared_id: pulumi.Input[str] | None = None


class NewSecret(Resource, module="infra", name="OriginSecret"):
    current: Output[str]
    next: Output[str]


class Origin(pulumi.ComponentResource):
    """A VPC origin before an internal load balancer; before a public one, a header that only this CloudFront knows.

    `accepted`: the header's values that the load balancer's rules must let in, None where they need not ask. These are
    the one that CloudFront sends and the one that it sends next, so that a rotation finds its value accepted already.
    Costs nothing a month.
    """

    accepted: Output[Sequence[str]] | None = None

    def __init__(self, name: str, args: OriginArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Origin", name, None, opts)
        self._balancer = args.load_balancer
        self.vpc_origin_id: pulumi.Input[str] | None = None
        self._secret: Output[str] | None = None
        if args.settings.scheme == "internal":
            self.vpc_origin_id = args.shared_id or self._private(name, args).id
        else:
            made = self._new_secret(name, args)
            self._secret = made.current
            self.accepted = Output.all(made.current, made.next)
        self.register_outputs({})

    def of(self, origin_id: str) -> aws.cloudfront.DistributionOriginArgs:
        """The load balancer as an origin of a distribution."""
        if self.vpc_origin_id is not None:
            return aws.cloudfront.DistributionOriginArgs(
                origin_id=origin_id,
                domain_name=self._balancer.dns_name,
                custom_headers=[
                    aws.cloudfront.DistributionOriginCustomHeaderArgs(name=STACK_HEADER, value=pulumi.get_stack())
                ],
                vpc_origin_config=aws.cloudfront.DistributionOriginVpcOriginConfigArgs(
                    vpc_origin_id=self.vpc_origin_id, origin_read_timeout=READ_SECONDS
                ),
            )
        return aws.cloudfront.DistributionOriginArgs(
            origin_id=origin_id,
            domain_name=self._balancer.dns_name,
            custom_headers=[aws.cloudfront.DistributionOriginCustomHeaderArgs(name=HEADER, value=self._secret or "")],
            custom_origin_config=aws.cloudfront.DistributionOriginCustomOriginConfigArgs(
                http_port=HTTP,
                https_port=HTTPS,
                origin_protocol_policy=PROTOCOL,
                origin_ssl_protocols=["TLSv1.2"],
                origin_read_timeout=READ_SECONDS,
            ),
        )

    def _private(self, name: str, args: OriginArgs) -> aws.cloudfront.VpcOrigin:
        """AWS refuses every change of one that a distribution uses: a change makes a new one, under a new name."""
        ready = Output.all(args.internet_gateway_id, self._balancer.listener_arn)
        return aws.cloudfront.VpcOrigin(
            f"{name}-vpc",
            vpc_origin_endpoint_config=aws.cloudfront.VpcOriginVpcOriginEndpointConfigArgs(
                name=self._balancer.arn.apply(endpoint_name),
                arn=after(ready, self._balancer.arn),
                http_port=HTTP,
                https_port=HTTPS,
                origin_protocol_policy=PROTOCOL,
                origin_ssl_protocols=aws.cloudfront.VpcOriginVpcOriginEndpointConfigOriginSslProtocolsArgs(
                    items=["TLSv1.2"], quantity=1
                ),
            ),
            timeouts=aws.cloudfront.VpcOriginTimeoutsArgs(create=PATIENCE, update=PATIENCE, delete=PATIENCE),
            tags=component_tag(name),
            opts=ResourceOptions(
                parent=self,
                replace_on_changes=["vpcOriginEndpointConfig"],
                # For a tag, too, AWS has refused the change (https://github.com/aws/aws-cdk/issues/34629).
                ignore_changes=["tags", "tagsAll"],
            ),
        )

    def _new_secret(self, name: str, args: OriginArgs) -> NewSecret:
        options = ResourceOptions(parent=self, additional_secret_outputs=["current", "next"])
        inputs = {"version": args.settings.secret_version, "current": None, "next": None}
        return NewSecret(OriginSecret(), f"{name}-secret", inputs, options)


def endpoint_name(balancer_arn: str) -> str:
    """Of the VPC origin before a load balancer: two of them exist while one takes the other's place."""
    digest = hashlib.sha256(f"{balancer_arn} {HTTP} {HTTPS} {PROTOCOL}".encode()).hexdigest()[:8]
    return unique_name(pulumi.get_project(), pulumi.get_stack(), digest, limit=NAME_LIMIT)
