"""Runs a command in a network of its own, and writes what left the machine meanwhile into a file.

The network has loopback, and an interface with the default route and the name server behind it. Nobody answers there,
but every packet is seen. As root, inside `unshare` (see `apart`).
"""

import json
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

HERE, GATEWAY, MAC = "192.0.2.2", "192.0.2.1", "02:00:00:00:00:01"
EVERY_PROTOCOL = 3  # ETH_P_ALL
SETUP = f"""
sysctl --quiet --write net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link set lo up
ip link add outside type veth peer name beyond
ip address add {HERE}/24 dev outside
ip link set outside up
ip link set beyond up
ip neighbour add {GATEWAY} lladdr {MAC} dev outside
ip route add default via {GATEWAY}
"""


def apart(report: Path, *command: str) -> list[str]:
    """The command that runs `command` alone."""
    return ["unshare", "--net", "--mount", sys.executable, "-m", "tests.e2e.alone", str(report), *command]


def words(frame: bytes) -> str:
    """Where a packet was to go, and the text in it: a question to a name server shows the name."""
    if frame[12:14] != b"\x08\x00":
        return f"ethertype {frame[12:14].hex()}"
    to = 14 + (frame[14] & 15) * 4
    text = b" ".join(re.findall(rb"[\w.-]{2,}", frame[to + 8 :])).decode()
    return f"{socket.inet_ntoa(frame[30:34])}:{int.from_bytes(frame[to + 2 : to + 4], 'big')} {text}".strip()


def main(report: Path, command: list[str]) -> int:
    for line in SETUP.strip().splitlines():
        subprocess.run(line.split(), check=True)
    with tempfile.NamedTemporaryFile("w") as names, socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as beyond:
        names.write(f"nameserver {GATEWAY}\n")
        names.flush()
        subprocess.run(["mount", "--bind", names.name, "/etc/resolv.conf"], check=True)
        beyond.bind(("beyond", EVERY_PROTOCOL))
        beyond.setblocking(False)
        code = subprocess.run(command, check=False).returncode
        seen = []
        while True:
            try:
                seen.append(words(beyond.recv(65535)))
            except BlockingIOError:
                break
    report.write_text(json.dumps(seen))
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
