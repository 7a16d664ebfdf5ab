"""What stands between a browser and the services, as deployed: routes, and CloudFront's rules for each path."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp.hdrs import METH_ALL

Headers = Mapping[str, str]
EVERY_PATH = "*"


class CloudFront(Protocol):
    """What is asked of boto3's client."""

    def get_distribution_config(self, *, Id: str) -> Any: ...  # noqa: N803 (AWS's name)
    def get_response_headers_policy(self, *, Id: str) -> Any: ...  # noqa: N803 (AWS's name)


@dataclass(frozen=True, kw_only=True)
class Behavior:
    """What CloudFront does with paths like `pattern`: `set` replaces a header of the service's, `add` does not."""

    pattern: str
    methods: frozenset[str]
    set: Headers = field(default_factory=dict)
    add: Headers = field(default_factory=dict)

    def matches(self, path: str) -> bool:
        wanted = re.escape("/" + self.pattern.removeprefix("/")).replace(r"\*", ".*").replace(r"\?", ".")
        return self.pattern == EVERY_PATH or re.fullmatch(wanted, path, re.DOTALL) is not None


# What a load balancer does alone.
UNCHANGED = Behavior(pattern=EVERY_PATH, methods=frozenset(METH_ALL))


@dataclass(frozen=True, kw_only=True)
class Site:
    """What answers at a name: `routes` are the services by path, `behaviors` CloudFront's rules.

    `tells_name`: whether services see the name that was asked for.
    """

    routes: Mapping[str, str]
    behaviors: Sequence[Behavior]
    tells_name: bool = False


def site_of(host: str, site: Site, named: Mapping[str, Site]) -> Site:
    """The one of those with names of their own that `host` begins with, such as `admin.localhost`, else the site."""
    first, dot, _ = host.lower().partition(".")
    return named.get(first, site) if dot else site


def behaviors(cloudfront: CloudFront, distribution: str) -> list[Behavior]:
    """Those of the deployed distribution, in CloudFront's order: the first that matches a path counts."""
    config = cloudfront.get_distribution_config(Id=distribution)["DistributionConfig"]
    rows = config.get("CacheBehaviors", {}).get("Items", [])
    return [behavior(cloudfront, row) for row in (*rows, {**config["DefaultCacheBehavior"], "PathPattern": "*"})]


def behavior(cloudfront: CloudFront, row: Mapping[str, Any]) -> Behavior:
    policy: Mapping[str, Any] = {}
    if id_ := row.get("ResponseHeadersPolicyId"):
        found = cloudfront.get_response_headers_policy(Id=id_)
        policy = found["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    rules = list(header_rules(policy))
    return Behavior(
        pattern=row["PathPattern"],
        methods=frozenset(row["AllowedMethods"]["Items"]),
        set={name: value for name, value, override in rules if override},
        add={name: value for name, value, override in rules if not override},
    )


def header_rules(policy: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Name, value, and whether it replaces the service's own.

    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ResponseHeadersPolicyConfig.html
    """
    security = policy.get("SecurityHeadersConfig") or {}
    for key, header, value in (
        ("ContentSecurityPolicy", "Content-Security-Policy", lambda rule: rule["ContentSecurityPolicy"]),
        ("ContentTypeOptions", "X-Content-Type-Options", lambda _: "nosniff"),
        ("FrameOptions", "X-Frame-Options", lambda rule: rule["FrameOption"]),
        ("ReferrerPolicy", "Referrer-Policy", lambda rule: rule["ReferrerPolicy"]),
        ("StrictTransportSecurity", "Strict-Transport-Security", transport_security),
    ):
        if rule := security.get(key):
            yield header, value(rule), rule["Override"]
    for item in (policy.get("CustomHeadersConfig") or {}).get("Items", []):
        yield item["Header"], item["Value"], item["Override"]


def transport_security(rule: Mapping[str, Any]) -> str:
    words = [f"max-age={rule['AccessControlMaxAgeSec']}"]
    words += ["includeSubDomains"] if rule.get("IncludeSubdomains") else []
    words += ["preload"] if rule.get("Preload") else []
    return "; ".join(words)


def behavior_of(path: str, known: Sequence[Behavior]) -> Behavior:
    return next(one for one in known if one.matches(path))


def owner(path: str, routes: Mapping[str, str]) -> str | None:
    """The service that gets a path: the longest route that is the path or above it."""
    above = [route for route in routes if route == "/" or path == route or path.startswith(f"{route}/")]
    return routes[max(above, key=len)] if above else None
