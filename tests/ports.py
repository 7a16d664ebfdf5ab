"""Ports for the servers of tests: no two tests get the same one, also when several processes run tests side by side."""

import functools
import itertools
import random
import socket
from collections.abc import Iterator

from localcloud.ports import BLOCKED_PORTS, port_is_free

# Below the ports that a system gives to connections (from 32768). Where each process begins in its thousand is
# random, because a server that just ended may still hold its port.
FIRST, EACH, SLOTS = 20_000, 1_000, 12
# Apart from the default 4566, so that a running stack and tests do not meet.
FIRST_CLOUD, CLOUDS_EACH, CLOUD = 5_620, 400, 20


@functools.cache
def slot() -> tuple[int, socket.socket]:
    """The first number that no other process of tests has, and the socket that holds it until this process ends."""
    for number in range(SLOTS):
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", FIRST + EACH * number))
        except OSError:
            holder.close()
        else:
            return number, holder
    raise RuntimeError(f"{SLOTS} processes run tests already, and there are ports for no more")


@functools.cache
def offers() -> Iterator[int]:
    return itertools.count(random.randrange(EACH))  # noqa: S311 (no secret)


def free_ports(count: int) -> int:
    """The first of so many free ports in a row, which nobody else is told."""
    number, _ = slot()
    found: list[int] = []
    while len(found) < count:
        # The last of one process and what a local cloud has beyond it end before the next process's first.
        port = FIRST + EACH * number + 1 + next(offers()) % (EACH - CLOUD)
        follows = not found or port == found[-1] + 1
        found = [*(found if follows else []), *([port] if port_is_free(port) else [])]
    return found[0]


def free_port() -> int:
    return free_ports(1)


def cloud_ports() -> Iterator[int]:
    """PORT for one local cloud after the other, but none that browsers refuse to open, or that a killed test left."""
    number, _ = slot()
    first = FIRST_CLOUD + CLOUDS_EACH * number
    for port in range(first, first + CLOUDS_EACH, CLOUD):
        if BLOCKED_PORTS.isdisjoint(range(port, port + CLOUD)) and port_is_free(port):
            yield port
