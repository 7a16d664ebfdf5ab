"""What visitors meet: CloudFront, the site's name, the load balancer, and what is logged of them."""

from typing import Literal

from pydantic import Field

from infra.config.section import Section
from infra.config.values import Domain, HeaderText, Source
from infra.pure.domains import API_HOST
from infra.pure.headers import PERMISSIONS_POLICY

SOURCES = "Where else a page may load {} from: origins such as `https://js.stripe.com`{}."


class ContentSecurityConfig(Section):
    """What pages may load beside what is the site's own; the rest is refused by the browser."""

    script: tuple[Source, ...] = Field(
        (), description=SOURCES.format("scripts", ", or `unsafe-inline` and `unsafe-eval`, which a strict page has not")
    )
    style: tuple[Source, ...] = Field((), description=SOURCES.format("styles", ", or `unsafe-inline`"))
    font: tuple[Source, ...] = Field((), description=SOURCES.format("fonts", ", or `data`"))
    image: tuple[Source, ...] = Field((), description=SOURCES.format("images", "; `data` and `blob` are allowed"))
    media: tuple[Source, ...] = Field((), description=SOURCES.format("sound and video", ""))
    connect: tuple[Source, ...] = Field(
        (), description=SOURCES.format("data", " or `wss://events.example.org`, with fetch and WebSockets")
    )
    frame: tuple[Source, ...] = Field((), description=SOURCES.format("framed pages", ""))


class CdnConfig(Section):
    viewer_protocol_policy: Literal["redirect-to-https", "https-only", "allow-all"] = Field(
        "redirect-to-https",
        description="What CloudFront does with plain HTTP; `allow-all` serves it, and prints http URLs.",
    )
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        "PriceClass_100", description="Edge locations in use: North America and Europe, most of the world, or all."
    )
    content_security: ContentSecurityConfig = ContentSecurityConfig()
    permissions_policy: HeaderText = Field(
        PERMISSIONS_POLICY,
        description="The header Permissions-Policy of pages. `camera=(self)` lets the site's pages ask for the camera.",
    )

    @property
    def scheme(self) -> Literal["http", "https"]:
        """Of the site's address."""
        return "http" if self.viewer_protocol_policy == "allow-all" else "https"


class DomainConfig(Section):
    name: Domain = Field(
        description="The site's own name. A change gives the site the new one in place, and the former one ends;"
        " `*.cloudfront.net` goes on to answer, with or without a domain.",
        examples=["shop.example.com"],
    )
    zone: Literal["existing", "made", "none"] = Field(
        "existing",
        description="Where its DNS is. `existing`: in a Route 53 zone of this account, of the name itself or of one"
        " that it ends with. `made`: the stack makes a zone of the name (0.50 USD a month), and tells the name servers"
        " to set where the domain is registered. `none`: elsewhere; `up` tells the records to set there, and the site"
        " stays at its `*.cloudfront.net` address until an `up` after they are set. So it does while other names wait"
        " for theirs.",
    )
    www: Literal["redirect", "none"] = Field(
        "none", description="`redirect`: `www.<name>` leads to `<name>`, with the path that was asked for."
    )

    api: Literal["path", "subdomain"] = Field(
        "path",
        description="Where the service with the route `/api` is. `path`: at `<name>/api`. `subdomain`: at `api.<name>`"
        " too, where every path is its own. If it takes `${site.apiPrefix}`, its paths have no `/api` then, that of its"
        " health check neither; docs/domain.md tells what that asks of an app. With the recipe `protected`, set"
        " `released` for the time of a change.",
    )

    @property
    def api_name(self) -> str | None:
        """Of the API, where it has one of its own."""
        return self.host_name(API_HOST) if self.api == "subdomain" else None

    def host_name(self, host: str) -> str:
        return f"{host}.{self.name}"

    @property
    def site_names(self) -> list[str]:
        """All that lead to the site, its own first."""
        return [self.name, *([f"www.{self.name}"] if self.www == "redirect" else [])]


class AccessLogsConfig(Section):
    days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Days that a log file of CloudFront or the load balancer is kept, in a bucket of its own. They hold"
        " what visitors asked for, with their addresses, and come within minutes to hours.",
    )


class LoadBalancerConfig(Section):
    scheme: Literal["internal", "internet-facing"] = Field(
        "internal",
        description="Where it stands. `internal`: in the private subnets, where CloudFront alone reaches it, as a VPC"
        " origin. `internet-facing`: in the public subnets, with a public address in each zone (3.65 USD a month), and"
        " 403 to every request without a secret header that this stack's CloudFront sends: for zones where CloudFront"
        " has no VPC origins. Fixed at the first `up`: later, a change is refused.",
    )
    secret_version: int = Field(
        1,
        ge=1,
        description="Another number gives the secret header of an `internet-facing` load balancer a new value, without"
        " a lost request.",
    )
