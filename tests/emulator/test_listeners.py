"""Whose socket it is that listens at an address."""

import os
import socket
import subprocess
import sys

import pytest

from localcloud.emulator.listeners import listens

HERE = "127.9.9.9"
CHILD = """
import socket, sys
server = socket.create_server((sys.argv[1], 0), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET,
                              dualstack_ipv6=sys.argv[1] == "::")
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("host", [HERE, "0.0.0.0", "::"])
def test_a_program_listens_where_it_is_bound_and_where_it_is_bound_to_all_addresses(host: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, host],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None and child.stdin is not None
        port = int(child.stdout.readline())
        assert listens(child.pid, HERE, port)
        assert not listens(os.getsid(0), HERE, port)
        assert not listens(child.pid, HERE, port + 1)
        assert listens(child.pid, "127.9.9.8", port) is (host != HERE)
        child.stdin.close()


def test_a_connection_is_no_listener() -> None:
    with socket.create_server((HERE, 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert not listens(os.getsid(0), *client.getsockname())
