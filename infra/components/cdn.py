"""CloudFront: the one public address of the site."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.assets import Assets
from infra.components.distribution import (
    ALL_VIEWER_EXCEPT_HOST_HEADER,
    CACHING_OPTIMIZED,
    ORIGIN,
    READ,
    common,
    uncached,
)
from infra.components.link import Link
from infra.config.front_door import CdnConfig
from infra.pure import headers, policies
from infra.pure.domains import API, address, source
from infra.pure.routing import path_patterns
from infra.pure.tags import component_tag

BUCKET = "assets"
BUCKET_THEN_ORIGIN = "assets-or-load-balancer"
# What the bucket lacks is 403, since nobody may list it. The rest: S3 has a bad day, or cannot be reached (503, 504).
BUCKET_MISSES = (403, 404, 500, 502, 503, 504)
ORIGIN_THEN_BUCKET = "load-balancer-or-assets"
# No task of the page answers (502, 503), or nothing does (504).
ORIGIN_IS_DOWN = (502, 503, 504)
YEAR_SECONDS = 365 * 24 * 3600
PAGE_FUNCTION = Path(__file__).with_name("spa.js")
WWW_FUNCTION = Path(__file__).with_name("www.js")

CONTENT_TYPE_OPTIONS = aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(override=True)


@dataclass(frozen=True, kw_only=True)
class SiteNames:
    """The site's own names, the first of which is in its address, with the certificate and the zone for them all.

    `api`: the name of the API, where it has one of its own. `zone_id`: None where the DNS is elsewhere. `unknown`:
    names that the DNS does not have. Until it has those of the site, its address is the one that CloudFront gave, and
    until it has that of the API, pages ask at their own address.
    """

    names: Sequence[str]
    api: str | None
    certificate_arn: pulumi.Input[str]
    zone_id: pulumi.Input[str] | None
    unknown: Collection[str] = ()

    def knows(self, *names: str) -> bool:
        return not set(names) & set(self.unknown)


@dataclass(frozen=True, kw_only=True)
class CdnArgs:
    """`origin`: what answers; in the distribution its name is ORIGIN.

    `file_origins`: where pages may send files to and fetch them from, beside the site itself.
    `routes`: path prefixes of the services that are no page. `page`: whether a page has all other paths.
    `assets`: the page's files that outlive its tasks. `access_logs`: where it writes who asked for what.
    `own_names`: what it is reached by beside the name that CloudFront gives it. `waits`: whether an `up` does, until
    all of CloudFront knows it.
    """

    origin: aws.cloudfront.DistributionOriginArgs
    routes: Sequence[str]
    page: bool
    assets: Assets | None
    access_logs: aws.cloudfront.DistributionLoggingConfigArgs | None
    own_names: SiteNames | None
    file_origins: Sequence[pulumi.Input[str]]
    settings: CdnConfig
    waits: bool


class Cdn(pulumi.ComponentResource):
    """A distribution before the load balancer.

    Routes of services are never cached. With a page, all else is revalidated at the origin, deep links are served by a
    function that an API's errors never meet, and its assets come from their bucket, where those of earlier versions are
    too; what that lacks, from the service. The other way round, the bucket has the page for when no task of its service
    answers. Pages and APIs carry all security headers, scripts and styles those that
    mean something there.
    A month: free up to 1 TB, then from 0.085 USD a GB.
    """

    distribution_id: pulumi.Output[str]
    distribution_arn: pulumi.Output[str]
    headers_id: pulumi.Output[str]
    domain_name: pulumi.Output[str]
    hosted_zone_id: pulumi.Output[str]
    url: pulumi.Output[str]
    default_url: pulumi.Output[str]
    api_url: pulumi.Output[str] | None
    link: Link

    def __init__(self, name: str, args: CdnArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Cdn", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._names = args.own_names.names if args.own_names else []
        self._scheme = args.settings.scheme
        self._headers = self.headers_id = self._page_headers(name, args).id
        self._viewer_protocol_policy = args.settings.viewer_protocol_policy

        distribution = self._distribution(name, args)
        self.distribution_id = distribution.id
        self.distribution_arn = distribution.arn
        self.domain_name, self.hosted_zone_id = distribution.domain_name, distribution.hosted_zone_id
        self.default_url = self.domain_name.apply(lambda domain: f"{self._scheme}://{domain}")
        own = args.own_names
        self.url = self.address_of(own.names[0]) if own and own.knows(*own.names) else self.default_url
        self.api_url = self.address_of(own.api) if own and own.api else None
        # The site's name even while nobody knows it: pages at other names ask at their own address.
        named: dict[str, pulumi.Input[str]] = {}
        if own and own.api:
            named = {"PAGE_ORIGIN": self.address_of(own.names[0]), "FORMER_PREFIX": API}
        self.link = Link(
            environment={"DISTRIBUTION_ID": self.distribution_id, **named},
            rights=self.distribution_arn.apply(lambda arn: [policies.use_site(arn)]),
            values={"url": self.url, "apiPrefix": "" if named else API},
        )
        self.register_outputs({"url": self.url})

    def address_of(self, name: str) -> pulumi.Output[str]:
        """The URL of the site under a name of its own."""
        return self.domain_name.apply(lambda domain: address(self._scheme, name, domain))

    def _strict_transport(self) -> aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs:
        return aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
            access_control_max_age_sec=headers.HSTS_SECONDS,
            # Below an own domain there may be other sites, of which this stack knows nothing.
            include_subdomains=not self._names,
            preload=False,  # a promise for the whole domain, which the owner of one distribution cannot make
            override=True,
        )

    def _page_headers(self, name: str, args: CdnArgs) -> aws.cloudfront.ResponseHeadersPolicy:
        """For every response that a browser may show as a page."""
        own = args.own_names.api if args.own_names else None
        api = [source(self._scheme, own)] if own else []  # files are led to by it
        content = pulumi.Output.all(*api, *args.file_origins).apply(
            lambda origins: headers.content_security_policy(origins, args.settings.content_security.model_dump())
        )
        return aws.cloudfront.ResponseHeadersPolicy(
            f"{name}-headers",
            comment="Security headers of pages and the API",
            security_headers_config=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
                content_security_policy=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs(
                    content_security_policy=content, override=True
                ),
                content_type_options=CONTENT_TYPE_OPTIONS,
                frame_options=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs(
                    frame_option="DENY", override=True
                ),
                referrer_policy=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
                    referrer_policy="strict-origin-when-cross-origin", override=True
                ),
                strict_transport_security=self._strict_transport(),
            ),
            custom_headers_config=aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs(
                items=[
                    aws.cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs(
                        header="Permissions-Policy", value=args.settings.permissions_policy, override=True
                    )
                ]
            ),
            opts=self._child,
        )

    def _asset_headers(self, name: str) -> aws.cloudfront.ResponseHeadersPolicy:
        """For scripts and styles. The other headers have no effect there and would be a large part of the response."""
        return aws.cloudfront.ResponseHeadersPolicy(
            f"{name}-asset-headers",
            comment="Security headers of scripts and styles",
            security_headers_config=aws.cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
                content_type_options=CONTENT_TYPE_OPTIONS, strict_transport_security=self._strict_transport()
            ),
            opts=self._child,
        )

    def _page_cache(self, name: str) -> aws.cloudfront.CachePolicy:
        """The origin's `Cache-Control` decides, and without one nothing is kept.

        AWS's own policy of that kind also keys by every cookie and the Host header.
        """
        return aws.cloudfront.CachePolicy(
            f"{name}-page-cache",
            comment="As long as the origin says",
            min_ttl=0,
            default_ttl=0,
            max_ttl=YEAR_SECONDS,
            parameters_in_cache_key_and_forwarded_to_origin=aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs(
                enable_accept_encoding_gzip=True,
                enable_accept_encoding_brotli=True,
                cookies_config=aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs(
                    cookie_behavior="none"
                ),
                headers_config=aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs(
                    header_behavior="none"
                ),
                query_strings_config=aws.cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs(
                    query_string_behavior="none"
                ),
            ),
            opts=self._child,
        )

    def _page_function(self, name: str) -> aws.cloudfront.Function:
        return aws.cloudfront.Function(
            f"{name}-deep-links",
            runtime="cloudfront-js-2.0",
            comment="Deep links of the single-page app",
            code=page_code(self._scheme if len(self._names) > 1 else None),
            publish=True,
            tags=component_tag(name),
            opts=self._child,
        )

    def _asset_behaviors(self, name: str, assets: Assets) -> list[aws.cloudfront.DistributionOrderedCacheBehaviorArgs]:
        headers_id = self._asset_headers(name).id
        return [
            aws.cloudfront.DistributionOrderedCacheBehaviorArgs(
                path_pattern=f"{path}/*",
                target_origin_id=BUCKET_THEN_ORIGIN,
                viewer_protocol_policy=self._viewer_protocol_policy,
                allowed_methods=list(READ),
                cached_methods=["GET", "HEAD"],
                compress=True,
                cache_policy_id=CACHING_OPTIMIZED,
                response_headers_policy_id=headers_id,
            )
            for path in assets.paths
        ]

    def _bucket_origin(self, assets: Assets) -> aws.cloudfront.DistributionOriginArgs:
        return aws.cloudfront.DistributionOriginArgs(
            origin_id=BUCKET, domain_name=assets.domain, origin_access_control_id=assets.access_control_id
        )

    def _group(self, name: str, codes: Sequence[int], *origins: str) -> aws.cloudfront.DistributionOriginGroupArgs:
        """Asks the second origin where the first answers with one of the codes."""
        return aws.cloudfront.DistributionOriginGroupArgs(
            origin_id=name,
            failover_criteria=aws.cloudfront.DistributionOriginGroupFailoverCriteriaArgs(status_codes=list(codes)),
            members=[aws.cloudfront.DistributionOriginGroupMemberArgs(origin_id=origin) for origin in origins],
        )

    def _groups(self) -> list[aws.cloudfront.DistributionOriginGroupArgs]:
        return [
            self._group(BUCKET_THEN_ORIGIN, BUCKET_MISSES, BUCKET, ORIGIN),
            self._group(ORIGIN_THEN_BUCKET, ORIGIN_IS_DOWN, ORIGIN, BUCKET),
        ]

    def _page_behavior(self, name: str, assets: Assets | None) -> aws.cloudfront.DistributionDefaultCacheBehaviorArgs:
        return aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
            target_origin_id=ORIGIN_THEN_BUCKET if assets else ORIGIN,
            viewer_protocol_policy=self._viewer_protocol_policy,
            allowed_methods=list(READ),
            cached_methods=["GET", "HEAD"],
            compress=True,
            cache_policy_id=self._page_cache(name).id,
            response_headers_policy_id=self._headers,
            function_associations=[
                aws.cloudfront.DistributionDefaultCacheBehaviorFunctionAssociationArgs(
                    event_type="viewer-request", function_arn=self._page_function(name).arn
                )
            ],
        )

    def _distribution(self, name: str, args: CdnArgs) -> aws.cloudfront.Distribution:
        # CloudFront takes the first that matches: the longest first.
        routes = sorted((route for route in args.routes if route != "/"), key=lambda route: (-len(route), route))
        api = uncached(args.settings, self._headers, ALL_VIEWER_EXCEPT_HOST_HEADER)
        apis = [
            aws.cloudfront.DistributionOrderedCacheBehaviorArgs(path_pattern=pattern, **api)
            for route in routes
            for pattern in path_patterns(route)
        ]
        if args.page:
            default = self._page_behavior(name, args.assets)
        else:
            default = aws.cloudfront.DistributionDefaultCacheBehaviorArgs(**api)
        return aws.cloudfront.Distribution(
            f"{name}-distribution",
            origins=[args.origin, *([self._bucket_origin(args.assets)] if args.assets else [])],
            default_cache_behavior=default,
            ordered_cache_behaviors=[*apis, *(self._asset_behaviors(name, args.assets) if args.assets else [])],
            origin_groups=self._groups() if args.assets else None,
            aliases=list(self._names) or None,
            tags=component_tag(name),
            opts=self._child,
            **common(
                f"{pulumi.get_project()} {pulumi.get_stack()}",
                args.settings,
                args.access_logs,
                args.own_names.certificate_arn if args.own_names else None,
                waits=args.waits,
            ),
        )


def page_code(redirects_to: str | None) -> str:
    """The function on page requests, which with a scheme to redirect to also leads from `www.` to the site."""
    page = PAGE_FUNCTION.read_text()
    if redirects_to is None:
        return page
    # A function of CloudFront is one `handler`.
    own = page.replace("function handler(", "function page(")
    return f'var SCHEME = "{redirects_to}";\n{own}{WWW_FUNCTION.read_text()}'
