"""What all of the stack's CloudFront distributions have in common."""

from typing import Any

import pulumi
import pulumi_aws as aws

from infra.config.front_door import CdnConfig

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

ORIGIN = "load-balancer"
READ = ("GET", "HEAD", "OPTIONS")
WRITE = (*READ, "DELETE", "PATCH", "POST", "PUT")
# CloudFront caches these errors for 10 s regardless of the origin's headers, even where caching is disabled: an item
# that was just created would stay missing. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
CACHED_ERRORS = (404, 414, 500, 501, 502, 503, 504)
COMMENT_LIMIT = 128  # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
TLS = "TLSv1.2_2021"


def common(
    comment: str,
    settings: CdnConfig,
    access_logs: aws.cloudfront.DistributionLoggingConfigArgs | None,
    certificate_arn: pulumi.Input[str] | None,
    *,
    waits: bool = True,
) -> dict[str, Any]:
    """Arguments of a distribution. `certificate_arn`: None where it has no name of its own."""
    return {
        "enabled": True,
        "comment": comment[:COMMENT_LIMIT],
        "http_version": "http2and3",
        "is_ipv6_enabled": True,
        "price_class": settings.price_class,
        "wait_for_deployment": waits,
        "logging_config": access_logs,
        "custom_error_responses": [
            aws.cloudfront.DistributionCustomErrorResponseArgs(error_code=code, error_caching_min_ttl=0)
            for code in CACHED_ERRORS
        ],
        "restrictions": aws.cloudfront.DistributionRestrictionsArgs(
            geo_restriction=aws.cloudfront.DistributionRestrictionsGeoRestrictionArgs(restriction_type="none")
        ),
        "viewer_certificate": viewer_certificate(certificate_arn),
    }


def uncached(settings: CdnConfig, headers_id: pulumi.Input[str], request_policy_id: str) -> dict[str, Any]:
    """Arguments of a behavior: nothing is kept, and what the origin request policy names goes through."""
    return {
        "target_origin_id": ORIGIN,
        "viewer_protocol_policy": settings.viewer_protocol_policy,
        "allowed_methods": list(WRITE),
        "cached_methods": ["GET", "HEAD"],
        "compress": True,
        "cache_policy_id": CACHING_DISABLED,
        "origin_request_policy_id": request_policy_id,
        "response_headers_policy_id": headers_id,
    }


def viewer_certificate(arn: pulumi.Input[str] | None) -> aws.cloudfront.DistributionViewerCertificateArgs:
    """CloudFront's own knows no names but its own, and leaves the minimum of TLS to it."""
    if arn is None:
        return aws.cloudfront.DistributionViewerCertificateArgs(cloudfront_default_certificate=True)
    return aws.cloudfront.DistributionViewerCertificateArgs(
        acm_certificate_arn=arn, ssl_support_method="sni-only", minimum_protocol_version=TLS
    )
