"""The rules between sections."""

from collections.abc import Callable, Iterator

from infra.config.hosts import hosts_below_domain, hosts_of_others
from infra.config.mail import is_of_nobody
from infra.config.room import lack_of_room, lack_without_spot, too_large, way_out
from infra.config.sections import StackSections
from infra.config.values import Problem
from infra.pure.database_size import usable_connections
from infra.pure.domains import API
from infra.pure.routing import same_anchors

Rule = tuple[tuple[str, ...], Callable[[StackSections], Iterator[Problem]]]


# Connections beside those of tasks: a migration's, and those of people who look.
BY_HAND = 3
# By size; the first that is large enough is advised.
CLASSES = ("db.t4g.micro", "db.t4g.small", "db.t4g.medium", "db.t4g.large", "db.m7g.xlarge", "db.m7g.2xlarge")


def zones_elsewhere(stack: StackSections) -> Iterator[Problem]:
    if strangers := [zone for zone in stack.network.zones if zone[:-1] != stack.region]:
        yield Problem(
            key="network.zones",
            rule=f"must lie in the region {stack.region}, got {', '.join(strangers)}",
            remedy=f"write for example [{stack.region}a, {stack.region}b]",
        )


def too_few_backups(stack: StackSections) -> Iterator[Problem]:
    if stack.recipe == "protected" and stack.database.backup_days < 7:
        yield Problem(
            key="database.backupDays",
            rule=f"must be at least 7 with the recipe protected, got {stack.database.backup_days}",
            remedy="write 7 or more",
        )


def lack_of_alarms(stack: StackSections) -> Iterator[Problem]:
    if stack.alarms is None and stack.recipe == "protected":
        yield Problem(
            key="alarms.to",
            rule="is required with the recipe protected, so that somebody learns when the stack fails",
            remedy="write alarms: {to: [your address]}",
        )
    if stack.alarms is not None and not stack.told:
        yield Problem(key="alarms.to", rule="is required where there is no mail.address", remedy="write your address")
    for address in stack.told if stack.mail is None or stack.mail.mailbox_path is None else ():
        if is_of_nobody(address) and (stack.mail is None or address != stack.mail.address):
            yield Problem(
                key="alarms.to",
                rule=f"must have addresses at which you can read mail, got {address!r}",
                remedy="write your own: SNS sends each a link to confirm",
            )


def sleep_of_what_must_be_awake(stack: StackSections) -> Iterator[Problem]:
    if stack.sleep is None:
        return
    if stack.recipe != "disposable":
        yield Problem(
            key="sleep",
            rule=f"must be left out with the recipe {stack.recipe}: nobody is served while a stack sleeps",
            remedy="remove it, or write recipe: disposable",
        )
    if stack.alarms is not None:
        yield Problem(
            key="sleep",
            rule="must be left out where there are alarms, which would go on every night",
            remedy="remove one of the two",
        )


def private_behind_public(stack: StackSections) -> Iterator[Problem]:
    if stack.load_balancer.scheme == "internet-facing":
        for name in stack.private:
            yield Problem(
                key=f"services.{name}.private",
                rule="must be false where loadBalancer.scheme is internet-facing: that load balancer has public"
                " addresses, which no rule can keep for the stack's own instances",
                remedy="write scheme: internal before the first up, or let the service have routes",
            )


def www_without_page(stack: StackSections) -> Iterator[Problem]:
    if stack.domain and stack.domain.www == "redirect" and not any(one.page for one in stack.services.values()):
        yield Problem(
            key="domain.www",
            rule="must be none without a page: it is the page's function that leads from www to the domain",
            remedy="write none",
        )


def api_without_service(stack: StackSections) -> Iterator[Problem]:
    if stack.domain and stack.domain.api_name and not stack.api_service:
        yield Problem(
            key="domain.api",
            rule=f"must be path where no service has the route {API}",
            remedy=f"write path, or give the service that answers at {stack.domain.api_name} the route {API}",
        )


def lack_of_mail(stack: StackSections) -> Iterator[Problem]:
    if stack.mail is None and "mail" in stack.used:
        yield Problem(
            key="mail.address",
            rule="is required where a service uses mail",
            remedy="write your address, such as me@example.com, or take mail out of the service's uses",
        )


def lack_of_connections(stack: StackSections) -> Iterator[Problem]:
    """Of the database, with as many tasks as there may be, and those that a deployment starts beside them."""
    usable = usable_connections(stack.database.instance_class)
    using = {name: one for name, one in stack.services.items() if "database" in one.uses}
    needed = sum(2 * one.most * one.database_connections for one in using.values())
    needed += sum(using[job.service].database_connections for job in stack.jobs.values() if job.service in using)
    if using and usable is not None and needed + BY_HAND > usable:
        larger = [one for one in CLASSES if (usable_connections(one) or 0) >= needed + BY_HAND]
        yield Problem(
            key="database.instanceClass",
            rule=f"must take the connections of all tasks while a deployment doubles them, {needed} and {BY_HAND}"
            f" for a migration and people, and a {stack.database.instance_class} takes about {usable}",
            remedy=f"{f'take {larger[0]} or larger, or ' if larger else ''}lower scaling.maxCount, desiredCount or"
            " databaseConnections of the services",
        )


def preview_through_public(stack: StackSections) -> Iterator[Problem]:
    if stack.preview and stack.load_balancer.scheme == "internet-facing":
        yield Problem(
            key="preview.base",
            rule="must be a stack whose loadBalancer.scheme is internal: the secret header of another is its own alone",
            remedy="take another base",
        )


def one_anchor(stack: StackSections) -> Iterator[Problem]:
    for one, other in same_anchors(stack.services):
        yield Problem(
            key=f"services.{other}",
            rule=f"must have another name: a rule of the load balancer for it would have the priority of {one}'s",
            remedy="take another name for one of the two",
        )


# Each with the keys that it looks at. `services.*.uses` alone, where it holds whatever the services' other keys are.
RULES: tuple[Rule, ...] = (
    (("region", "network"), zones_elsewhere),
    (("recipe", "database"), too_few_backups),
    (("services.*.uses", "mail"), lack_of_mail),
    (("recipe", "alarms", "mail"), lack_of_alarms),
    (("recipe", "alarms", "sleep"), sleep_of_what_must_be_awake),
    (("services.*.private", "loadBalancer"), private_behind_public),
    (("services", "domain"), www_without_page),
    (("services", "domain"), api_without_service),
    (("services.*.hosts",), hosts_of_others),
    (("services.*.hosts", "domain"), hosts_below_domain),
    (("services.*.cpuUnits", "services.*.memoryMib", "cluster"), too_large),
    (("services", "jobs", "cluster", "network"), lack_of_room),
    (("services", "cluster", "network"), lack_without_spot),
    (("services", "cluster", "network"), way_out),
    (("preview", "loadBalancer"), preview_through_public),
    (("services",), one_anchor),
    (("services", "jobs", "database"), lack_of_connections),
)
