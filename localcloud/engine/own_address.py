"""Gives a container's program an address of its own, whatever it asks for, as a container's own network would.

Most programs listen on all addresses of a fixed port. Under Docker these are the container's; here they would be the
machine's, and two tasks would collide. So `launcher.py` lets the kernel hold the calls, and here they are answered:
a `bind` to all addresses is done at the container's address, and a `connect` to `localhost` at a port that the
container so bound leads to that address. All other calls go on as they are.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import platform
import select
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from localcloud.engine.launcher import CALLS
from localcloud.engine.process import Process, spawn
from localcloud.engine.recipes import base_python

LAUNCHER = Path(__file__).with_name("launcher.py")
RECEIVE, SEND = 0xC0502100, 0xC0182101
CONTINUE = 1
NOTICE = struct.Struct("QIIiIQ6Q")  # id, thread, flags, call, machine, instruction, the call's six arguments
ANSWER = struct.Struct("QqiI")  # id, result, error, flags
PIDFD_GETFD = 438
LARGEST_ADDRESS = 128
ALL = ("0.0.0.0", "::", "::ffff:0.0.0.0")  # noqa: S104 # to be replaced
LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")

libc = ctypes.CDLL(None, use_errno=True)


@dataclass(kw_only=True)
class OwnAddress:
    """Answers the calls of one container's processes."""

    address: str
    ports: set[int] = field(default_factory=set)

    def spawn(self, argv: Iterable[str], *, env: Mapping[str, str], cwd: Path, output: int) -> Process:
        """Start one of the container's programs."""
        with self._launcher() as (words, inherited):
            return spawn([*words, *argv], env=env, cwd=cwd, output=output, inherited=(inherited,))

    @contextlib.contextmanager
    def _launcher(self) -> Iterator[tuple[list[str], int]]:
        """The words before a program's own, and the descriptor that the program must inherit.

        A thread answers, so that no call waits for what else the engine does; it ends with the program's last process.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            Thread(target=self._answer, args=(ours,), name="own-address", daemon=True).start()
            yield [base_python(), "-I", "-S", str(LAUNCHER), str(theirs.fileno())], theirs.fileno()

    def _answer(self, channel: socket.socket) -> None:
        with channel:
            _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
        for descriptor in descriptors:  # none where the kernel cannot tell of calls
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            while any(event & select.POLLIN for _, event in poll.poll()):
                with contextlib.suppress(OSError):  # the caller has ended, or a signal took it out of the call
                    self._hear(descriptor)
            os.close(descriptor)

    def _hear(self, descriptor: int) -> None:
        notice = bytearray(NOTICE.size)
        fcntl.ioctl(descriptor, RECEIVE, notice)
        number, thread, _, call, _, _, *arguments = NOTICE.unpack(notice)
        result = self._decide(thread, call, arguments[0], arguments[1], arguments[2])
        fcntl.ioctl(descriptor, SEND, ANSWER.pack(number, 0, -(result or 0), CONTINUE if result is None else 0))

    def _decide(self, thread: int, call: int, descriptor: int, place: int, size: int) -> int | None:
        """Do the call at another address, and return its error number (0 for none); None where it is to go on."""
        try:
            asked = read_address(thread, place, size)
            is_bind = call == CALLS[platform.machine()][1]
            if asked is None or not asked[1] or not self._concerns(asked, is_bind):
                return None
            with taken(thread, descriptor) as own:
                return self._bind(own, asked[1]) if is_bind else self._connect(own, asked[1])
        except OSError:  # it has ended, or may not be looked into: as if nothing had been asked
            return None

    def _concerns(self, asked: tuple[str, int], is_bind: bool) -> bool:
        host, port = asked
        return host in ALL if is_bind else host in (*LOOPBACK, *ALL) and port in self.ports

    def _bind(self, own: socket.socket, port: int) -> int | None:
        if own.type != socket.SOCK_STREAM:
            return None
        if own.family == socket.AF_INET6 and own.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):
            # Beside a socket for IPv4. Nobody asks a container at an IPv6 address, so any free port will do.
            return result_of(own.bind, ("::1", 0))
        result = result_of(own.bind, self._here(own, port))
        if result == 0:
            self.ports.add(port)
        return result

    def _connect(self, own: socket.socket, port: int) -> int | None:
        if own.family == socket.AF_INET6 and own.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):
            return None
        return result_of(own.connect, self._here(own, port))

    def _here(self, own: socket.socket, port: int) -> tuple[str, int]:
        return (f"::ffff:{self.address}" if own.family == socket.AF_INET6 else self.address), port


def result_of(call: Callable[[tuple[str, int]], None], place: tuple[str, int]) -> int:
    """The call's error number, 0 for success."""
    try:
        call(place)
    except OSError as error:
        return error.errno or errno.EINVAL
    return 0


def read_address(thread: int, place: int, size: int) -> tuple[str, int] | None:
    """The internet address and port in another process's memory; None for another kind of address."""
    with Path(f"/proc/{thread}/mem").open("rb", 0) as memory:
        memory.seek(place)
        data = memory.read(min(size, LARGEST_ADDRESS))
    family = int.from_bytes(data[:2], sys.byteorder)
    port = int.from_bytes(data[2:4], "big")
    if family == socket.AF_INET and len(data) >= 8:
        return socket.inet_ntop(socket.AF_INET, data[4:8]), port
    if family == socket.AF_INET6 and len(data) >= 24:
        return socket.inet_ntop(socket.AF_INET6, data[8:24]), port
    return None


def taken(thread: int, descriptor: int) -> socket.socket:
    """A socket of another process, as one of this process."""
    status = Path(f"/proc/{thread}/status").read_text()
    process = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("Tgid:"))
    handle = os.pidfd_open(process)
    try:
        copy: int = libc.syscall(PIDFD_GETFD, handle, ctypes.c_int(descriptor), 0)
    finally:
        os.close(handle)
    if copy < 0:
        raise OSError(ctypes.get_errno(), "pidfd_getfd")
    return socket.socket(fileno=copy)
