"""Looks at what the DNS and CloudFront say of a domain, and tells all that is in its way.

Within seconds: a certificate, or SES, would wait for it without a word.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pulumi.dynamic import CreateResult, UpdateResult

from infra.pure.domains import parents
from infra.pure.preflight import Authorities, Delegation, Facts, Holder, Lead, problems
from infra.steps.common import Props, StepProvider, aws_client, fail, progress
from infra.steps.distributions import Distributions
from infra.steps.names import Names, NoAnswerError
from infra.steps.zones import Zone

if TYPE_CHECKING:
    from types_boto3_route53.client import Route53Client

ADDRESSES = ("A", "AAAA", "CNAME")

Answer = TypeVar("Answer")
Row = tuple[str, str, str]  # name, kind, and where it leads


@dataclass(frozen=True, kw_only=True)
class Site:
    """`key`: of the config. `names`: all that the site is reached by; none for a domain that only sends mail.

    `zone`, `zone_id`: the one of Route 53 in which they are; None where their DNS is elsewhere. `tags`: those of the
    stack, by which its own distribution is known.
    """

    key: str
    names: Sequence[str]
    region: str
    tags: dict[str, str]
    zone: str | None
    zone_id: str | None


def site_in(zone: Zone | None, key: str, *, names: Sequence[str], region: str, tags: dict[str, str]) -> Site:
    zone_name, zone_id = (zone.name, zone.id) if zone else (None, None)
    return Site(key=key, names=names, region=region, tags=tags, zone=zone_name, zone_id=zone_id)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """`unknown`: what could not be asked. `is_served`: the stack's distribution answers at all names already.

    `missing`: the names that lead nowhere.
    """

    problems: Sequence[str]
    unknown: Sequence[str]
    is_served: bool
    missing: Sequence[str]


def look(site: Site) -> Seen:
    """All questions at once, since each may take seconds."""
    names, unknown = Names(), list[str]()

    def known(task: "Future[list[Answer]]") -> list[Answer]:
        try:
            return task.result()
        except NoAnswerError as error:
            unknown.append(str(error))
            return []

    with ThreadPoolExecutor() as pool:
        delegations = pool.submit(delegation, names, site)
        allowed = pool.submit(authorities, names, site)
        rows = pool.submit(leads, names, site)
        distributions = Distributions.of(site.region, site.tags)
    holders = {name: distributions.holder(name) for name in site.names}
    foreign = {name: id_ for name, id_ in holders.items() if id_ and not distributions.is_own(id_)}
    there = [
        Lead(name=name, kind=kind, target=target, is_own=distributions.leads_home(target))
        for name, kind, target in known(rows)
    ]
    facts = Facts(
        key=site.key,
        delegations=known(delegations),
        authorities=known(allowed),
        leads=there,
        holders=[Holder(name=name, distribution=id_) for name, id_ in foreign.items()],
        makes_records=site.zone is not None,
    )
    return Seen(
        problems=problems(facts),
        unknown=unknown,
        is_served=not foreign and all(holders.values()),
        missing=[name for name in site.names if name not in {lead.name for lead in there}],
    )


def delegation(names: Names, site: Site) -> list[Delegation]:
    if site.zone is None:
        return []
    servers = own_servers(site)
    parent, above = names.parent_of(site.zone)
    found = Delegation(
        zone=site.zone,
        servers=servers,
        parent=parent,
        led_to=names.referral(above, site.zone, "NS"),
        is_vouched=bool(names.referral(above, site.zone, "DS")),
        is_signed=bool(names.told(servers, site.zone, "DNSKEY")),
    )
    return [found]


def own_servers(site: Site) -> list[str]:
    """The four of the site's zone."""
    route53: Route53Client = aws_client("route53", site.region)
    return route53.get_hosted_zone(Id=str(site.zone_id))["DelegationSet"]["NameServers"]


def servers(names: Names, site: Site) -> list[str]:
    """Those that know the site's names, before anybody else does."""
    if site.zone is not None:
        return own_servers(site)
    _, above = names.parent_of(site.names[0])
    return names.referral(above, site.names[0], "NS") or list(above)


def authorities(names: Names, site: Site) -> list[Authorities]:
    """The closest up the tree: https://www.rfc-editor.org/rfc/rfc8659#section-3"""
    asked = servers(names, site) if site.names else []
    inside = (*site.names, *([site.zone] if site.zone else []))

    def texts(owner: str) -> Sequence[str]:
        is_inside = any(f".{owner}".endswith(f".{name}") for name in inside)
        return names.told(asked, owner, "CAA") if is_inside else names.resolved(owner, "CAA")

    found = []
    for name in site.names:
        closest = next(((owner, said) for owner in parents(name) if (said := texts(owner))), None)
        if closest:
            found.append(Authorities(name=name, owner=closest[0], texts=closest[1]))
    return found


def leads(names: Names, site: Site) -> list[Row]:
    """Where the site's names lead already."""
    if site.zone is None:
        asked = servers(names, site)
        return [
            (name, kind, target.rstrip("."))
            for name in site.names
            for kind in ADDRESSES
            for target in names.told(asked, name, kind)
        ]
    return [row for name in site.names for row in of_zone(site, name)]


def of_zone(site: Site, name: str) -> list[Row]:
    """What Route 53 has for it: to others, an alias is an address like any."""
    route53: Route53Client = aws_client("route53", site.region)
    found = route53.list_resource_record_sets(HostedZoneId=str(site.zone_id), StartRecordName=name, MaxItems="20")
    rows = []
    for row in found["ResourceRecordSets"]:
        if row["Name"].rstrip(".") == name and row["Type"] in ADDRESSES:
            texts = [one["Value"] for one in row.get("ResourceRecords", ())]
            alias = row.get("AliasTarget")
            rows.append((name, str(row["Type"]), (alias["DNSName"] if alias else ", ".join(texts)).rstrip(".")))
    return rows


class DomainCheck(StepProvider):
    """Inputs: names, zone, zoneId, region, tags. Fails where something is in the way of a zone that the stack made.

    Looked at once, before the certificate for the names: what holds later needs no look.
    """

    updates = ("names", "zoneId")

    def create(self, props: Props) -> CreateResult:
        return CreateResult(props["zone"], check(props))

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        return UpdateResult(check(_news))


def check(props: Props) -> Props:
    site = Site(
        key="domain",
        names=props["names"],
        region=props["region"],
        tags=props["tags"],
        zone=props["zone"],
        zone_id=props["zoneId"],
    )
    seen = look(site)
    for text in seen.unknown:
        progress("domain", f"not looked at: {text}")
    if seen.problems:
        fail("\n".join([*seen.problems, "Then run `pulumi up` again."]))
    return props
