"""One exchange with a viewer, passed on in both directions while it happens."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from wsproto import events
from wsproto.utilities import ProtocolError

from localcloud.emulator.forwarding import first_of
from localcloud.emulator.pages import Send
from localcloud.emulator.upstream import TooLateError, Tunnel, UnreachableError
from localcloud.emulator.viewer import Upgrade, Upload

Headers = list[tuple[bytes, bytes]]
# The web server does not tell with which code the viewer closed a WebSocket.
NORMAL_CLOSURE = 1000

logger = logging.getLogger(__name__)


async def respond(send: Send, upload: Upload, status: int, headers: Headers, body: AsyncIterator[bytes]) -> None:
    """Send the answer. Where it breaks off, its end is not sent, which tells the viewer that it is not whole."""
    kind = "websocket.http.response" if isinstance(upload, Upgrade) else "http.response"
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    try:
        async for piece in body:
            await send({"type": f"{kind}.body", "body": piece, "more_body": True})
    except (TooLateError, UnreachableError) as error:
        logger.warning("an answer broke off: %s", error)
        return
    finally:
        upload.abandon()
    await send({"type": f"{kind}.body", "body": b"", "more_body": False})


async def relay(tunnel: Tunnel, viewer: Upgrade, send: Send) -> None:
    """Pass messages between viewer and server until one of them closes, or nothing passes for too long."""
    try:
        async with asyncio.timeout(None) as idle:

            def passed() -> None:
                idle.reschedule(asyncio.get_running_loop().time() + tunnel.idle_seconds)

            passed()
            await first_of(to_server(tunnel, viewer, passed), to_viewer(tunnel, send, passed))
    except TimeoutError:
        logger.warning("a WebSocket was closed: nothing passed for %g s", tunnel.idle_seconds)
    except (OSError, ProtocolError) as error:
        logger.warning("a WebSocket broke off: %s", error)


async def to_server(tunnel: Tunnel, viewer: Upgrade, passed: Callable[[], None]) -> None:
    while (message := await viewer.message())["type"] == "websocket.receive":
        passed()
        text = message.get("text")
        await tunnel.send(events.BytesMessage(message["bytes"]) if text is None else events.TextMessage(text))
    await tunnel.send(events.CloseConnection(NORMAL_CLOSURE))


async def to_viewer(tunnel: Tunnel, send: Send, passed: Callable[[], None]) -> None:
    parts: list[Any] = []
    async for event in tunnel.incoming:
        passed()
        match event:
            case events.TextMessage() | events.BytesMessage():
                parts.append(event.data)
                if event.message_finished:
                    is_text = isinstance(event, events.TextMessage)
                    whole = {"text": "".join(parts)} if is_text else {"bytes": b"".join(parts)}
                    parts = []
                    await send({"type": "websocket.send", **whole})
            case events.Ping():
                await tunnel.send(event.response())
            case events.CloseConnection():
                await tunnel.send(event.response())
                await send({"type": "websocket.close", "code": event.code, "reason": event.reason or ""})
                return
