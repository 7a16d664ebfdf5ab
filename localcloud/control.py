"""Talks to supervisord over its unix socket."""

import socket
import xmlrpc.client
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ANSWER_SECONDS = 10.0


class UnixConnection(HTTPConnection):
    """An HTTP connection to a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_SECONDS)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class UnixTransport(xmlrpc.client.Transport):
    """supervisor has such a class too, but importing it takes longer than the rest of a command."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def make_connection(self, host: Any) -> HTTPConnection:
        connection = UnixConnection(self.path)
        self._connection = host, connection  # `close` closes this one
        return connection


def control(path: Path) -> xmlrpc.client.ServerProxy:
    return xmlrpc.client.ServerProxy("http://localhost", transport=UnixTransport(path))
