"""A TLS proxy for PostgreSQL: the wheel's PostgreSQL has no TLS, and RDS refuses connections without it."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.certificates import Certificates
from tests.ports import free_port

# https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST
SSL_REQUEST = bytes.fromhex("00000008 04d2162f")
CHUNK = 65536


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


class TlsFront:
    """Accepts connections that ask for TLS, forwards them to PostgreSQL in plain text, and closes all others."""

    def __init__(self, made: Certificates, upstream: int) -> None:
        self.port = free_port()
        self.authority = made.authority
        self._upstream = upstream
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(made.certificate, made.key)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
            if await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(self._context)
                from_server, to_server = await asyncio.open_connection("127.0.0.1", self._upstream)
                await asyncio.gather(pump(reader, to_server), pump(from_server, writer))
        writer.close()

    async def serve(self, ready: threading.Event, stopped: asyncio.Event) -> None:
        server = await asyncio.start_server(self.handle, "127.0.0.1", self.port)
        ready.set()
        await stopped.wait()
        server.close()


@contextmanager
def running_front(made: Certificates, upstream: int) -> Iterator[TlsFront]:
    front, ready, stopped = TlsFront(made, upstream), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    def run() -> None:
        loop.run_until_complete(front.serve(ready, stopped))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(60)
    try:
        yield front
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
