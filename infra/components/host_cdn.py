"""A name that one service has for itself: a distribution of its own before the same load balancer."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.distribution import ALL_VIEWER, common, uncached
from infra.config.front_door import CdnConfig
from infra.pure.tags import component_tag

# Of when only the API had a name: another type would be another distribution, which CloudFront refuses the name.
TYPE = "app:infra:ApiCdn"


@dataclass(frozen=True, kw_only=True)
class HostCdnArgs:
    """`certificate_arn`: None while there is none; then it answers at the name that CloudFront gives it alone.

    `headers_id`: of the policy with the security headers. `access_logs`: where it writes who asked for what.
    """

    name: str
    certificate_arn: pulumi.Input[str] | None
    origin: aws.cloudfront.DistributionOriginArgs
    headers_id: pulumi.Input[str]
    settings: CdnConfig
    access_logs: aws.cloudfront.DistributionLoggingConfigArgs | None


class HostCdn(pulumi.ComponentResource):
    """Everything goes through, the Host header too, by which the load balancer knows the service. Nothing is kept.

    Apart from the site's distribution, because that chooses by path and never by name, and keeps pages without the
    name in their key. A month: free up to 1 TB together with the site's.
    """

    distribution_id: pulumi.Output[str]
    domain_name: pulumi.Output[str]
    hosted_zone_id: pulumi.Output[str]

    def __init__(self, name: str, args: HostCdnArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(TYPE, name, None, opts)
        distribution = aws.cloudfront.Distribution(
            f"{name}-distribution",
            aliases=[args.name] if args.certificate_arn is not None else None,
            origins=[args.origin],
            default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
                **uncached(args.settings, args.headers_id, ALL_VIEWER)
            ),
            tags=component_tag(name),
            opts=ResourceOptions(parent=self),
            **common(
                f"{args.name} of {pulumi.get_project()} {pulumi.get_stack()}",
                args.settings,
                args.access_logs,
                args.certificate_arn,
            ),
        )
        self.distribution_id = distribution.id
        self.domain_name, self.hosted_zone_id = distribution.domain_name, distribution.hosted_zone_id
        self.register_outputs({})
