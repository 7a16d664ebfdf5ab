"""The rules for names that services have for themselves, below the domain."""

from collections.abc import Iterator

from infra.config.sections import StackSections
from infra.config.values import Problem
from infra.pure.domains import API_HOST
from infra.pure.routing import same_host_rules

# A name of the DNS: https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4, without the length that precedes it.
LONGEST_NAME = 253


def hosts_of_others(stack: StackSections) -> Iterator[Problem]:
    """Each name leads to one service."""
    owners: dict[str, str] = {}
    for name, service in stack.services.items():
        for host in service.hosts:
            owner = owners.get(host)
            if owner is not None:
                rule = f"which {owner} has" if owner != name else "which is there twice"
                yield Problem(
                    key=f"services.{name}.hosts", rule=f"must differ from all others, got {host}, {rule}",
                    remedy="remove one, or take another name",
                )  # fmt: skip
            owners[host] = name
    for one, other in same_host_rules(dict.fromkeys(stack.hosts.values())):
        yield Problem(
            key=f"services.{other}",
            rule=f"must have another name: the load balancer's rule for its hosts would have the priority of {one}'s",
            remedy="take another name for one of the two",
        )


def hosts_below_domain(stack: StackSections) -> Iterator[Problem]:
    for name, service in stack.services.items():
        for host in service.hosts:
            for rule, remedy in unfit(stack, host):
                yield Problem(key=f"services.{name}.hosts", rule=rule, remedy=remedy)


def unfit(stack: StackSections, host: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a host of a service, and what to do."""
    domain = stack.domain
    if host == "site":
        yield "must not be site: the stack's own records have that name", "take another name"
    if domain is None:
        yield (
            f"must be empty where there is no domain, got {host}, which would stand before it",
            "write domain: {name: shop.example.com}, or write hosts into the files of the stacks that have a domain",
        )
        return
    if host == API_HOST and domain.api_name:
        yield (
            f"must not be {host} where domain.api is subdomain: {domain.api_name} leads to {stack.api_service}",
            "take another name, or write domain.api: path",
        )
    if domain.host_name(host) in domain.site_names:
        yield (
            f"must not be {host} where domain.www is redirect: {domain.host_name(host)} leads to the site",
            "take another name, or write domain.www: none",
        )
    if len(domain.host_name(host)) > LONGEST_NAME:
        yield f"must make a name of at most {LONGEST_NAME} letters, got {domain.host_name(host)}", "take a shorter one"
