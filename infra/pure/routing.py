"""Which requests go to which service: path prefixes, the longest first."""

import zlib
from collections.abc import Iterable

LONGEST = 64
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
PRIORITIES_OF_A_LENGTH = 50_000 // LONGEST


def path_patterns(prefix: str) -> list[str]:
    """The prefix itself and what is below it: `/api` never takes `/apiary`."""
    return ["/*"] if prefix == "/" else [prefix, f"{prefix}/*"]


def priority(prefix: str) -> int:
    """A load balancer's rule priority, 1 to 50,000, from the path alone: no other service's coming or going changes it.

    A longer prefix is asked first. Two of one length exclude each other, so their order does not matter.
    """
    return (LONGEST - len(prefix)) * PRIORITIES_OF_A_LENGTH + zlib.crc32(prefix.encode()) % PRIORITIES_OF_A_LENGTH + 1


def collisions(prefixes: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of different paths with one priority, which a load balancer refuses: one in 781 of the same length."""
    seen: dict[int, str] = {}
    found = []
    for prefix in prefixes:
        other = seen.setdefault(priority(prefix), prefix)
        if other != prefix:
            found.append((other, prefix))
    return found
