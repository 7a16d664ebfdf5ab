"""Tells how each part of a stack is, and what is wrong with it."""

from collections.abc import Iterator, Sequence

from ops.hosts import hosts
from ops.managed import alarms, database, mail, site
from ops.night import night
from ops.part import Part
from ops.services import services
from ops.target import Target

LOOKS = (night, services, hosts, database, site, mail, alarms)


def status(target: Target) -> list[Part]:
    """All parts of the stack that can be asked."""
    return [part for look in LOOKS for part in look(target)]


def lines(parts: Sequence[Part]) -> Iterator[str]:
    """One for each part, and after them one for each problem."""
    width = max(len(part.name) for part in parts)
    yield from (f"  {part.name:<{width}}  {part.state}" for part in parts)
    yield from (f"! {part.name}: {problem}" for part in parts for problem in part.problems)
