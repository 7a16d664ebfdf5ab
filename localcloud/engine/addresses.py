"""Loopback addresses: each container has its own, so that all containers can listen on their image's port."""

import hashlib
import os
from pathlib import Path

from localcloud.engine.errors import EngineError
from localcloud.ports import port_is_free

HOSTS_PER_ENGINE = 254
FIRST_PORT = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


class Addresses:
    """Hands out addresses 127.x.y.z. x and y are derived from the state folder, so that two engines rarely share a
    network; where they do, a trial bind tells whether an address is free. Addresses are used in turn, so that a
    released one is reused as late as possible: a load balancer may still send requests to it."""

    def __init__(self, seed: str) -> None:
        digest = hashlib.sha256(seed.encode()).digest()
        self.network = f"127.{16 + digest[0] % 224}.{digest[1]}"
        self._used: set[str] = set()
        self._last = 0

    def take(self, port: int | None) -> str:
        if port and port < first_port():
            raise EngineError(
                500,
                f"port {port}: on this machine only root may listen below {first_port()}; give the container a higher"
                f" port, or run `sudo sysctl net.ipv4.ip_unprivileged_port_start={port}`",
            )
        for _ in range(HOSTS_PER_ENGINE):
            self._last = self._last % HOSTS_PER_ENGINE + 1
            address = f"{self.network}.{self._last}"
            if address not in self._used and port_is_free(port or 0, address):
                self._used.add(address)
                return address
        raise EngineError(
            500,
            f"port {port} is taken at every address of {self.network}.0/24: a program of this machine listens on"
            " all addresses; stop it, or give the container another port",
        )

    def release(self, address: str) -> None:
        self._used.discard(address)


def first_port() -> int:
    """The lowest port that this user may listen on."""
    return 0 if os.geteuid() == 0 else int(FIRST_PORT.read_text())
