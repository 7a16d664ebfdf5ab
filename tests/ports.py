"""Ports for the servers of tests: no two tests of a run get the same one, also when they run side by side."""

import itertools
import os
import random

from localcloud.ports import port_is_free

# Below the ports that a system gives to connections (from 32768), and above those of tests/e2e. Each of pytest's
# workers has its own thousand; where it begins is random, for a second run on the same machine.
FIRST, EACH = 20_000, 1_000
worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 12
handed_out = itertools.count(random.randrange(EACH))  # noqa: S311 (no secret)


def free_ports(count: int) -> int:
    """The first of so many free ports in a row, which nobody else is told."""
    found: list[int] = []
    while len(found) < count:
        port = FIRST + EACH * worker + next(handed_out) % EACH
        follows = not found or port == found[-1] + 1
        found = [*(found if follows else []), *([port] if port_is_free(port) else [])]
    return found[0]


def free_port() -> int:
    return free_ports(1)
