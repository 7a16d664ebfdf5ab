"""Which processes listen where, from Linux's /proc.

The process engine's containers share one network. A program that listens on all addresses answers at the address of
every other container, too, and a load balancer must not take its answers for theirs.
"""

import contextlib
from pathlib import Path

PROC = Path("/proc")
LISTEN = "0A"


def listening_sockets(address: str, port: int) -> set[str]:
    """The inodes of the sockets that listen on an IPv4 address: on it alone, or on all addresses."""
    little_endian = "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
    mapped = "0000000000000000FFFF0000" + little_endian
    places = {f"{host}:{port:04X}" for host in (little_endian, mapped, "0" * 8, "0" * 32)}
    found = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                _, local, _, state, _, _, _, _, _, inode, *_ = line.split()
                if state == LISTEN and local in places:
                    found.add(inode)
    return found


def session(pid: str) -> int:
    """The session of a process: the engine starts each container's program as the leader of one."""
    return int((PROC / pid / "stat").read_text().rpartition(")")[2].split()[3])


def listens(leader: int, address: str, port: int) -> bool:
    """Whether a process of the leader's session listens there."""
    wanted = {f"socket:[{inode}]" for inode in listening_sockets(address, port)}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if session(folder.name) == leader and any(
                    str(descriptor.readlink()) in wanted for descriptor in (folder / "fd").iterdir()
                ):
                    return True
    return False
