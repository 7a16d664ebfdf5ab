"""What keeps a domain from working, told from what DNS and CloudFront answer, before anything waits for it.

Each problem is a text with the lines to set or to take out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html
AMAZON = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
INDENT = "\n      "


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """How the world comes to a zone.

    `servers`: the zone's own; `led_to`: those that the zone above names, `parent`. `is_vouched`: whether that one has
    a DS record for it, `is_signed`: whether the zone itself has a key.
    """

    zone: str
    servers: Sequence[str]
    parent: str
    led_to: Sequence[str]
    is_vouched: bool
    is_signed: bool


@dataclass(frozen=True, kw_only=True)
class Authorities:
    """Whom the domain lets issue certificates for `name`: the CAA record's texts, which are those of `owner`."""

    name: str
    owner: str
    texts: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Lead:
    """A record of one of the site's names that is there already. `is_own`: it leads to this stack's distribution."""

    name: str
    kind: str
    target: str
    is_own: bool


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A distribution of the account that answers at one of the site's names, and is not the stack's."""

    name: str
    distribution: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`key`: of the config, which the problems begin with. `makes_records`: whether the stack sets the site's names."""

    key: str
    delegations: Sequence[Delegation] = ()
    authorities: Sequence[Authorities] = ()
    leads: Sequence[Lead] = ()
    holders: Sequence[Holder] = ()
    makes_records: bool = True


def problems(facts: Facts) -> list[str]:
    """All at once; each begins with the key."""
    found = [
        *(problem for one in facts.delegations for problem in of_delegation(one)),
        *of_authorities(facts.authorities),
        *of_holders(facts.holders),
        *of_leads(facts.leads, makes_records=facts.makes_records),
    ]
    return [f"{facts.key}: {problem}" for problem in found]


def of_delegation(one: Delegation) -> Iterator[str]:
    ours, theirs = same(one.servers), same(one.led_to)
    if not theirs or theirs - ours:
        yield (
            f"the world does not ask this Route 53 zone for {one.zone}, {asks(one)}. Set these name servers where"
            f" {one.zone} is registered, or in the zone {one.parent} as its NS record, and no others:"
            f"{INDENT}{INDENT.join(sorted(ours))}"
        )
    if one.is_vouched and not one.is_signed:
        yield (
            f"a DS record says that {one.zone} is signed (DNSSEC), and this zone is not, so resolvers refuse every"
            f" answer of it. Remove the DS record of {one.zone} where it is registered, or in the zone {one.parent}"
        )


def asks(one: Delegation) -> str:
    if not one.led_to:
        return f"because the zone {one.parent} names no name servers for it"
    others = ", ".join(sorted(same(one.led_to) - same(one.servers)))
    of_route53 = all("awsdns" in server for server in same(one.led_to))
    whose = ": another Route 53 zone's, perhaps of another account or a former one" if of_route53 else ""
    return f"but {others}{whose}"


def of_authorities(found: Sequence[Authorities]) -> Iterator[str]:
    """CAA: https://www.rfc-editor.org/rfc/rfc8659"""
    by_owner: dict[str, list[Authorities]] = {}
    for one in found:
        issuers = issuers_of(one.texts)
        if issuers and not set(issuers) & set(AMAZON):
            by_owner.setdefault(one.owner, []).append(one)
    for owner, forbidden in by_owner.items():
        names = ", ".join(one.name for one in forbidden)
        others = ", ".join(filter(None, issuers_of(forbidden[0].texts)))
        yield (
            f"the CAA record of {owner} lets {others or 'nobody'} issue certificates, and not Amazon, which is to issue"
            f' the one for {names}. Add this value to it:{INDENT}{owner}  CAA  0 issue "amazon.com"'
        )


def issuers_of(texts: Sequence[str]) -> list[str]:
    """Who may issue, "" for nobody; none where the records do not say. A text is such as `0 issue "amazon.com; …"`."""
    parts = [text.split(None, 2) for text in texts]
    return [part[2].strip('"').partition(";")[0].strip() for part in parts if len(part) == 3 and part[1] == "issue"]


def of_holders(holders: Sequence[Holder]) -> Iterator[str]:
    for one in holders:
        yield (
            f"{one.name} belongs to the distribution {one.distribution} of this account, and CloudFront lets a name"
            " have one only. Take it out of that distribution's alternate domain names first"
        )


def of_leads(leads: Sequence[Lead], *, makes_records: bool) -> Iterator[str]:
    """Records that the stack would have to make itself, or by which CloudFront tells that another one has the name."""
    for one in leads:
        foreign = ".cloudfront." in f".{one.target}."
        if one.is_own or not (makes_records or foreign):
            continue
        held = ", a distribution that is not this stack's; CloudFront refuses the name while it does" if foreign else ""
        yield (
            f"{one.name} leads elsewhere already{held}. Delete the record, from then on the name leads nowhere until"
            f" this `up` has ended:{INDENT}{one.name}  {one.kind}  {one.target}"
        )


def same(names: Sequence[str]) -> set[str]:
    """Name servers as they are compared."""
    return {name.lower().rstrip(".") for name in names}
