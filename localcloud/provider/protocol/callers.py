"""Whose process has connected: all users of this machine reach a port of loopback, and only one may use this one."""

import os
import time
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
# To read the kernel's table takes milliseconds where there are many connections: too long for each request.
BELIEVED_SECONDS = 5.0


class Callers:
    """Those that are connected to `port`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._believed: dict[str, float] = {}

    def are_own(self, peer: str) -> bool:
        """Whether the other end of a connection is this user's, or root's; `peer` as gRPC writes it."""
        if time.monotonic() - self._believed.get(peer, -BELIEVED_SECONDS) < BELIEVED_SECONDS:
            return True
        users = users_of(int(peer.rpartition(":")[2]), self._port)
        if not users or not users <= {0, os.getuid()}:
            return False
        self._believed = {peer: time.monotonic()}
        return True


def users_of(port: int, remote_port: int) -> set[int]:
    """Who has connected from one port to the other, as the kernel says.

    https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
    """
    ends = f":{port:04X}", f":{remote_port:04X}"
    rows = [line.split() for table in TABLES if table.exists() for line in table.read_text().splitlines()[1:]]
    return {int(row[7]) for row in rows if row[1].endswith(ends[0]) and row[2].endswith(ends[1])}
