"""Requests to the servers behind CloudFront and the load balancers, whose answers are passed on while they arrive."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from ssl import SSLContext

import aiohttp
from multidict import CIMultiDict
from wsproto import ConnectionType, WSConnection, events
from wsproto.utilities import ProtocolError
from yarl import URL

from localcloud.emulator.forwarding import HOP_BY_HOP
from localcloud.emulator.viewer import Upgrade, Upload

READ_BYTES = 2**16
# The length is written anew: a viewer's may be missing.
NOT_SENT = HOP_BY_HOP | {"content-length"}
# What the handshake of a WebSocket needs, and what the protocol's library writes itself.
HANDSHAKE = frozenset(("sec-websocket-key", "sec-websocket-version"))
NEGOTIATED = frozenset((*HANDSHAKE, "sec-websocket-accept", "sec-websocket-extensions", "sec-websocket-protocol"))


class UnreachableError(Exception):
    """The server refused the connection, or ended it before its answer."""


class TooLateError(Exception):
    """The server did not answer in time."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where a request goes. It is given up, or a WebSocket closed, when for so many seconds nothing passed."""

    host: str
    port: int
    connect_seconds: float
    idle_seconds: float
    tunnel_idle_seconds: float | None = None  # where it is another for WebSockets
    tls: SSLContext | None = None

    def url(self, path: str, query: str) -> URL:
        scheme = "https" if self.tls else "http"
        return URL.build(scheme=scheme, host=self.host, port=self.port, path=path, query_string=query, encoded=True)


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: "AsyncIterator[bytes] | Tunnel"


@dataclass(frozen=True, kw_only=True)
class Connections:
    """What is open for one viewer's request; all of it is closed when the request ends."""

    session: aiohttp.ClientSession
    opened: AsyncExitStack = field(default_factory=AsyncExitStack)


CONNECTIONS: ContextVar[Connections] = ContextVar("connections")


async def ask(server: Server, method: str, path: str, query: str, headers: Mapping[str, str], body: Upload) -> Answer:
    """The answer, as soon as its headers are there."""
    if isinstance(body, Upgrade) and headers.keys() >= HANDSHAKE:
        return await open_tunnel(server, path, query, headers, body)
    sent = CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in NOT_SENT)
    if body.length:
        sent["Content-Length"] = str(body.length)
    connections = CONNECTIONS.get()
    with refused_or_late():
        answer = await connections.opened.enter_async_context(
            connections.session.request(
                method,
                server.url(path, query),
                headers=sent,
                data=None if body.length == 0 else body.pieces(),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(sock_connect=server.connect_seconds, sock_read=server.idle_seconds),
                ssl=server.tls or True,
            )
        )
    received = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.raw_headers]
    return Answer(status=answer.status, headers=received, body=pieces(answer))


async def pieces(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    with refused_or_late():
        async for piece in answer.content.iter_any():
            yield piece


@contextmanager
def refused_or_late() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise TooLateError(str(error) or "no answer in time") from error
    except (aiohttp.ClientError, OSError, ProtocolError) as error:
        raise UnreachableError(str(error) or type(error).__name__) from error


class Tunnel:
    """A WebSocket to a server. `idle_seconds`: it is closed when so long nothing passed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, idle_seconds: float) -> None:
        self.idle_seconds = idle_seconds
        self.subprotocol: str | None = None
        self.incoming = self._incoming()
        self._reader = reader
        self._writer = writer
        self._connection = WSConnection(ConnectionType.CLIENT)

    async def send(self, event: events.Event) -> None:
        self._writer.write(self._connection.send(event))
        await self._writer.drain()

    async def _incoming(self) -> AsyncIterator[events.Event]:
        """What the server sends, until it closes the connection."""
        while True:
            data = await self._reader.read(READ_BYTES)
            self._connection.receive_data(data or None)
            for event in self._connection.events():
                yield event
            if not data:
                return


async def open_tunnel(server: Server, path: str, query: str, headers: Mapping[str, str], body: Upgrade) -> Answer:
    """The answer to a WebSocket's handshake; its body is a tunnel where the server accepted."""
    url = server.url(path, query)
    dropped = HOP_BY_HOP | NEGOTIATED | {"host"}
    extra = [(name.encode(), value.encode()) for name, value in headers.items() if name.lower() not in dropped]
    host = next((value for name, value in headers.items() if name.lower() == "host"), url.authority)
    request = events.Request(host=host, target=url.raw_path_qs, extra_headers=extra, subprotocols=body.subprotocols)
    with refused_or_late():
        async with asyncio.timeout(server.connect_seconds):
            reader, writer = await asyncio.open_connection(server.host, server.port, ssl=server.tls)
        CONNECTIONS.get().opened.callback(writer.close)
        tunnel = Tunnel(reader, writer, server.tunnel_idle_seconds or server.idle_seconds)
        await tunnel.send(request)
        async with asyncio.timeout(server.idle_seconds):
            async for event in tunnel.incoming:
                if isinstance(event, events.AcceptConnection):
                    tunnel.subprotocol = event.subprotocol
                    return Answer(status=101, headers=decoded(event.extra_headers), body=tunnel)
                if isinstance(event, events.RejectConnection):
                    return Answer(
                        status=event.status_code, headers=decoded(event.headers), body=reason(tunnel.incoming)
                    )
    raise UnreachableError("the server closed the connection during the handshake")


def decoded(headers: "events.Headers") -> list[tuple[str, str]]:
    pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
    return [(name, value) for name, value in pairs if name not in NEGOTIATED | HOP_BY_HOP]


async def reason(received: AsyncIterator[events.Event]) -> AsyncIterator[bytes]:
    """The body of a refusal."""
    async for event in received:
        if isinstance(event, events.RejectData):
            yield event.data
            if event.body_finished:
                return
