"""Which requests go to which service: by path prefix, the longest first, and to private ones by a port of their own."""

import zlib
from collections.abc import Callable, Iterable

LONGEST = 63
# Of the load balancer, for services that only others reach; below those that Docker gives to containers.
PRIVATE_PORTS = (20_000, 20_999)
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
PRIORITIES_OF_A_LENGTH = 50_000 // (LONGEST + 1)

# For rules of preview environments, asked before the base's own: what paths of 56 letters and more would have.
OF_PREVIEWS = range(PRIORITIES_OF_A_LENGTH + 1, 8 * PRIORITIES_OF_A_LENGTH + 1)


def path_patterns(prefix: str) -> list[str]:
    """The prefix itself and what is below it: `/api` never takes `/apiary`."""
    return ["/*"] if prefix == "/" else [prefix, f"{prefix}/*"]


def priority(prefix: str) -> int:
    """A load balancer's rule priority, 1 to 50,000, from the path alone: no other service's coming or going changes it.

    A longer prefix is asked first. Two of one length exclude each other, so their order does not matter.
    """
    shorter = LONGEST + 1 - len(prefix)
    return shorter * PRIORITIES_OF_A_LENGTH + zlib.crc32(prefix.encode()) % PRIORITIES_OF_A_LENGTH + 1


def host_priority(service: str) -> int:
    """Of the rule for the names that a service has for itself, from the service's name alone.

    Before all that ask for a path: no path is long enough for these numbers. Two such rules exclude each other.
    """
    return zlib.crc32(service.encode()) % PRIORITIES_OF_A_LENGTH + 1


def anchor_priority(service: str) -> int:
    """Of the rule that no request meets (`infra/components/target.py`), from the service's name alone.

    Among the numbers that paths of one letter would have, of which `/` is the only one.
    """
    first = LONGEST * PRIORITIES_OF_A_LENGTH + 1
    number = first + zlib.crc32(service.encode()) % (PRIORITIES_OF_A_LENGTH - 1)
    return number + 1 if number >= priority("/") else number


def private_port(service: str) -> int:
    """The load balancer's port for a private service, from its name alone, as with `priority`."""
    first, last = PRIVATE_PORTS
    return first + zlib.crc32(service.encode()) % (last - first + 1)


def collisions(prefixes: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of different paths with one priority, which a load balancer refuses: one in 781 of the same length."""
    return pairs(prefixes, priority)


def same_anchors(services: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of services with one number for the rules that no request meets: one in 780."""
    return pairs(services, anchor_priority)


def same_host_rules(services: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of services with one priority for the rules of their names: one in 781."""
    return pairs(services, host_priority)


def same_ports(services: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of private services with one port, where a load balancer has one listener: one in 1,000."""
    return pairs(services, private_port)


def pairs(names: Iterable[str], number: Callable[[str], int]) -> list[tuple[str, str]]:
    """Pairs of different names that have one number."""
    seen: dict[int, str] = {}
    found = []
    for name in names:
        other = seen.setdefault(number(name), name)
        if other != name:
            found.append((other, name))
    return found
