"""The API's own name: a second distribution before the same load balancer."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.cdn import ALL_VIEWER, CACHED_ERRORS, CACHING_DISABLED, COMMENT_LIMIT, ORIGIN, TLS, WRITE
from infra.config.front_door import CdnConfig
from infra.pure.tags import component_tag


@dataclass(frozen=True, kw_only=True)
class ApiCdnArgs:
    """`headers_id`: of the policy with the security headers. `access_logs`: where it writes who asked for what."""

    name: str
    certificate_arn: pulumi.Input[str]
    origin: aws.cloudfront.DistributionOriginArgs
    headers_id: pulumi.Input[str]
    settings: CdnConfig
    access_logs: aws.cloudfront.DistributionLoggingConfigArgs | None


class ApiCdn(pulumi.ComponentResource):
    """Everything goes through, the Host header too, by which the load balancer knows the API. Nothing is kept.

    Apart from the site's distribution, because that chooses by path and never by name, and keeps pages without the
    name in their key. A month: free up to 1 TB together with the site's.
    """

    distribution_id: pulumi.Output[str]
    domain_name: pulumi.Output[str]
    hosted_zone_id: pulumi.Output[str]

    def __init__(self, name: str, args: ApiCdnArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:ApiCdn", name, None, opts)
        distribution = aws.cloudfront.Distribution(
            f"{name}-distribution",
            enabled=True,
            comment=f"API of {pulumi.get_project()} {pulumi.get_stack()}"[:COMMENT_LIMIT],
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=args.settings.price_class,
            wait_for_deployment=True,
            logging_config=args.access_logs,
            aliases=[args.name],
            origins=[args.origin],
            default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
                target_origin_id=ORIGIN,
                viewer_protocol_policy=args.settings.viewer_protocol_policy,
                allowed_methods=list(WRITE),
                cached_methods=["GET", "HEAD"],
                compress=True,
                cache_policy_id=CACHING_DISABLED,
                origin_request_policy_id=ALL_VIEWER,
                response_headers_policy_id=args.headers_id,
            ),
            custom_error_responses=[
                aws.cloudfront.DistributionCustomErrorResponseArgs(error_code=code, error_caching_min_ttl=0)
                for code in CACHED_ERRORS
            ],
            restrictions=aws.cloudfront.DistributionRestrictionsArgs(
                geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
            ),
            viewer_certificate=aws.cloudfront.DistributionViewerCertificateArgs(
                acm_certificate_arn=args.certificate_arn, ssl_support_method="sni-only", minimum_protocol_version=TLS
            ),
            tags=component_tag(name),
            opts=ResourceOptions(parent=self),
        )
        self.distribution_id = distribution.id
        self.domain_name, self.hosted_zone_id = distribution.domain_name, distribution.hosted_zone_id
        self.register_outputs({})
