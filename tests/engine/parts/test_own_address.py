"""Programs that listen on all addresses of a fixed port get the address of their container, whatever they run on."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from localcloud.engine.own_address import OwnAddress
from localcloud.engine.process import Process
from localcloud.ports import free_port
from tests.engine.parts.test_process import said
from tests.engine.support import eventually

Value = TypeVar("Value")
FIRST, SECOND = "127.9.8.1", "127.9.8.2"


def wait(work: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run(asyncio.wait_for(work, 20))


def start(folder: Path, own: OwnAddress, *argv: str) -> Process:
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        return own.spawn(argv, env=dict(os.environ), cwd=folder, output=output)
    finally:
        os.close(output)


async def run(folder: Path, program: str, own: OwnAddress | None = None) -> list[str]:
    """What a Python program prints."""
    one = start(folder, own or OwnAddress(address=FIRST), sys.executable, "-c", program)
    assert await one.wait(20)
    return (folder / "output").read_text().splitlines()


async def read(address: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(address, port)
    try:
        return await reader.read()
    finally:
        writer.close()


PYTHON = """
import socket, sys
server = {server}
print("listening", flush=True)
while True:
    server.accept()[0].sendall(b"{name}")
"""
NODE = 'require("net").createServer(s => s.end("{name}")).listen({port}, () => console.log("listening"))'
PROGRAMS: dict[str, Callable[[int, str], list[str]]] = {
    "all of IPv4": lambda port, name: python(f'socket.create_server(("0.0.0.0", {port}))', name),
    "no address": lambda port, name: python(f'socket.create_server(("", {port}))', name),
    "IPv6 and IPv4": lambda port, name: python(
        f'socket.create_server(("::", {port}), family=socket.AF_INET6, dualstack_ipv6=True)', name
    ),
    "Node.js' own choice": lambda port, name: ["node", "-e", NODE.format(port=port, name=name)],
    "a child's": lambda port, name: ["/bin/sh", "-c", 'true; "$@"; true', "sh", *PROGRAMS["no address"](port, name)],
}


def python(server: str, name: str) -> list[str]:
    return [sys.executable, "-c", PYTHON.format(server=server, name=name)]


@pytest.mark.parametrize("kind", PROGRAMS)
def test_two_programs_may_listen_on_all_addresses_of_one_port(tmp_path: Path, kind: str) -> None:
    async def both() -> list[bytes]:
        port, running = free_port(), []
        for address in (FIRST, SECOND):
            folder = tmp_path / address
            folder.mkdir()
            running.append(start(folder, OwnAddress(address=address), *PROGRAMS[kind](port, address)))
            assert await said(folder) == ["listening"]
        answers = [await read(address, port) for address in (FIRST, SECOND)]
        with pytest.raises(ConnectionRefusedError):
            await read("127.0.0.1", port)
        for one in running:
            await one.stop(9, 0)
        return answers

    assert wait(both()) == [FIRST.encode(), SECOND.encode()]


def test_a_program_finds_its_own_port_at_localhost_and_the_machine_s_others_too(tmp_path: Path) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"machine")
        writer.close()

    async def ask() -> list[str]:
        machine = await asyncio.start_server(answer, "127.0.0.1")
        other = machine.sockets[0].getsockname()[1]
        program = f"""
import socket
server = socket.create_server(("0.0.0.0", {free_port()}))
own = server.getsockname()[1]
for address in ("127.0.0.1", "localhost", "0.0.0.0"):
    client = socket.create_connection((address, own))
    print(client.getpeername()[0])
print(socket.create_connection(("127.0.0.1", {other})).recv(99).decode())
"""
        async with machine:
            return await run(tmp_path, program)

    assert wait(ask()) == [FIRST, FIRST, FIRST, "machine"]


def test_only_all_addresses_of_a_fixed_port_are_changed(tmp_path: Path) -> None:
    program = """
import json, socket
def bound(place, kind=socket.SOCK_STREAM, family=socket.AF_INET):
    one = socket.socket(family, kind)
    one.bind(place)
    return one.getsockname()[0] if family != socket.AF_UNIX else "unix"
print(json.dumps([
    bound(("0.0.0.0", 0)), bound(("127.0.0.1", 0)), bound(("127.9.8.7", 0)),
    bound(("0.0.0.0", %d), socket.SOCK_DGRAM), bound("socket", family=socket.AF_UNIX),
]))
"""
    (line,) = wait(run(tmp_path, program % free_port()))
    assert json.loads(line) == ["0.0.0.0", "127.0.0.1", "127.9.8.7", "0.0.0.0", "unix"]


def test_an_error_is_the_program_s(tmp_path: Path) -> None:
    program = """
import errno, socket
first = socket.create_server(("0.0.0.0", %d))
try:
    socket.socket().bind(first.getsockname())
    socket.create_server(("0.0.0.0", first.getsockname()[1]))
except OSError as error:
    print(errno.errorcode[error.errno])
"""
    assert wait(run(tmp_path, program % free_port())) == ["EADDRINUSE"]


def test_what_cannot_be_run_is_named_with_a_shell_s_code(tmp_path: Path) -> None:
    async def absent() -> int:
        one = start(tmp_path, OwnAddress(address=FIRST), "no-such-program")
        assert await one.wait(20)
        return one.code

    assert wait(absent()) == 127
    assert (tmp_path / "output").read_text() == "cannot run no-such-program: No such file or directory\n"


def test_no_thread_and_no_descriptor_is_left_when_a_program_has_ended(tmp_path: Path) -> None:
    def left() -> tuple[int, list[str]]:
        names = [thread.name for thread in threading.enumerate() if thread.name == "own-address"]
        return len(list(Path("/proc/self/fd").iterdir())), names

    async def several() -> None:
        for _ in range(3):
            await run(tmp_path, "import socket; socket.create_server(('', 0))")

    before = left()
    wait(several())
    eventually(lambda: left() == before)
