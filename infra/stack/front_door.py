"""What the world sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi_aws as aws
from pulumi import Output

from infra.components.assets import AssetAccess, AssetAccessArgs, Assets
from infra.components.browser_access import BrowserAccess, BrowserAccessArgs
from infra.components.cdn import Cdn, CdnArgs, SiteNames
from infra.components.distribution import ORIGIN
from infra.components.host_cdn import HostCdn, HostCdnArgs
from infra.components.order import after
from infra.components.origin import HEADER, STACK_HEADER, Origin
from infra.components.site_records import SiteRecords, SiteRecordsArgs
from infra.config.front_door import DomainConfig
from infra.pure.domains import API_HOST, Record
from infra.stack.domain import OwnNames, ask_for, leading, missing, own_names
from infra.stack.foundation import Ground
from infra.stack.parts import Parts
from infra.stack.setting import Setting

# What browsers say of a page that came to the bucket by a redirect of another origin, as from the API's own name.
REDIRECTED = "null"


@dataclass(frozen=True, kw_only=True)
class HostDoor:
    """A name that one service has for itself, and its distribution. `is_known`: whether the DNS has the name.

    `ready`: known when the name leads there.
    """

    service: str
    name: str
    url: Output[str]
    is_known: bool
    distribution: HostCdn
    ready: Output[str]


@dataclass(frozen=True, kw_only=True)
class FrontDoor:
    """`conditions`: what the load balancer's rules demand of each request, beside its path.

    `records`: what the owner sets where the domain's DNS is, if that is elsewhere.
    `hosts`: the names that services have for themselves, by what stands before the domain; `api`: the one of them that
    is the API's, where `domain.api` gives it one.
    `ready`: known when the files of a page's new version are where browsers look for them; None without such files.
    """

    cdn: Cdn
    hosts: Mapping[str, HostDoor]
    api: HostDoor | None
    ready: Output[str] | None
    conditions: Sequence[aws.lb.ListenerRuleConditionArgs]
    certificate_arn: pulumi.Input[str] | None
    records: Output[list[Record]] | None


def front_door(s: Setting, base: Ground, made: Parts, assets: Assets | None) -> FrontDoor:
    """What the world sees: CloudFront, its way to the load balancer, and the bucket for pages that came through it."""
    services = s.config.services.values()
    origin = base.origin
    zone_id = base.zone_id
    own = own_names(s, zone_id)
    names = own.served if own else None
    cdn = Cdn(
        "cdn",
        CdnArgs(
            settings=s.config.cdn,
            access_logs=base.access_logs.of_cloudfront if base.access_logs else None,
            origin=origin.of(ORIGIN),
            file_origins=[*made.bucket.origins, *s.config.storage.extra_origins] if made.bucket else [],
            routes=[route for service in services if not service.page for route in service.routes],
            page=any(service.page for service in services),
            assets=assets,
            own_names=names,
            waits=s.config.preview is None,
        ),
        s.opts,
    )
    if made.bucket:
        addresses = [cdn.address_of(names.names[0]), cdn.default_url] if names else [cdn.url]
        if cdn.api_url:
            addresses.append(Output.from_input(REDIRECTED))
        origins: list[pulumi.Input[str]] = [*addresses, *s.config.storage.page_origins]
        BrowserAccess("browser-access", BrowserAccessArgs(bucket=made.bucket.bucket, origins=origins), s.opts)
    if names:
        lead(s, "site-records", names, names.names, cdn)
    domain = s.config.domain
    hosts = {one: host_door(s, base, domain, names, one, cdn, origin) for one in s.config.hosts} if domain else {}
    return FrontDoor(
        cdn=cdn,
        hosts=hosts,
        api=hosts[API_HOST] if names and names.api else None,
        conditions=[of_stack(s)] if s.config.preview else demanded(origin, cdn),
        ready=readable(s, assets, cdn) if assets else None,
        records=to_set(s, own, cdn, hosts) if own else None,
        certificate_arn=names.certificate_arn if names else None,
    )


def to_set(s: Setting, own: OwnNames, cdn: Cdn, hosts: Mapping[str, HostDoor]) -> Output[list[Record]] | None:
    """All records of a domain whose DNS is elsewhere, those that are there too; says which are not."""
    if own.records is None or s.config.domain is None:
        return None
    domain = s.config.domain
    led = [cdn.domain_name.apply(lambda to: leading(domain.site_names, to))]
    led += [one.distribution.domain_name.apply(partial(leading, [one.name])) for one in hosts.values()]
    records = Output.all(own.records, *led).apply(lambda parts: [record for part in parts for record in part])
    ask_for(domain.name, records.apply(lambda known: [one for one in known if missing(s, one)]))
    return records


def host_door(
    s: Setting, base: Ground, domain: DomainConfig, names: SiteNames | None, host: str, cdn: Cdn, origin: Origin
) -> HostDoor:
    """There before the name is, where the DNS is elsewhere: its owner is told where the name must lead."""
    name = domain.host_name(host)
    args = HostCdnArgs(
        name=name,
        certificate_arn=names.certificate_arn if names else None,
        origin=origin.of(ORIGIN),
        headers_id=cdn.headers_id,
        settings=s.config.cdn,
        access_logs=base.access_logs.of_cloudfront if base.access_logs else None,
    )
    distribution = HostCdn(f"{host}-cdn", args, s.opts)
    return HostDoor(
        service=s.config.hosts[host],
        name=name,
        url=cdn.address_of(name),
        is_known=names is not None and names.knows(name),
        distribution=distribution,
        ready=(lead(s, f"{host}-records", names, [name], distribution) if names else None) or distribution.domain_name,
    )


def lead(s: Setting, resource: str, own: SiteNames, names: Sequence[str], to: Cdn | HostCdn) -> Output[str] | None:
    """Known when the names lead there; None where others set the records."""
    if own.zone_id is None:
        return None
    args = SiteRecordsArgs(
        names=names, zone_id=own.zone_id, domain_name=to.domain_name, hosted_zone_id=to.hosted_zone_id
    )
    return SiteRecords(resource, args, s.opts).ready


def readable(s: Setting, assets: Assets, cdn: Cdn) -> Output[str]:
    args = AssetAccessArgs(assets=assets, distribution_arn=cdn.distribution_arn)
    return AssetAccess("asset-access", args, s.opts).ready


def of_stack(s: Setting) -> aws.lb.ListenerRuleConditionArgs:
    """That a request came by this stack's own distribution."""
    header = aws.lb.ListenerRuleConditionHttpHeaderArgs(http_header_name=STACK_HEADER, values=[s.tags.stack])
    return aws.lb.ListenerRuleConditionArgs(http_header=header)


def demanded(origin: Origin, cdn: Cdn) -> list[aws.lb.ListenerRuleConditionArgs]:
    """The header that CloudFront sends, where it is needed.

    Changed only when CloudFront has changed: until then it sends a value that the rules accepted before.
    """
    if origin.accepted is None:
        return []
    header = aws.lb.ListenerRuleConditionHttpHeaderArgs(
        http_header_name=HEADER, values=after(cdn.distribution_id, origin.accepted)
    )
    return [aws.lb.ListenerRuleConditionArgs(http_header=header)]
