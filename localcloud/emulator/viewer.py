"""What a viewer (a browser, or another client) sends: a body, piece by piece, or the messages of a WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from localcloud.emulator.pages import Receive


class Upload:
    """The body of a request, passed on while it arrives: one piece of it waits here at most.

    `length` is in bytes, 0 without a body, and None where the viewer did not tell it (chunked transfer encoding).
    """

    def __init__(self, receive: Receive, length: int | None) -> None:
        self.length = length
        self._receive = receive
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)
        self._is_wanted = True
        self._is_taken = length == 0
        self._when_taken: list[Callable[[], None]] = []

    async def pump(self) -> None:
        """Take what arrives, until the viewer is gone."""
        while (message := await self._receive())["type"] != "http.disconnect":
            if self._is_wanted and message.get("body"):
                await self._pieces.put(message["body"])
            if self._is_wanted and not message.get("more_body", False):
                await self._pieces.put(b"")

    def abandon(self) -> None:
        """Drop what still arrives, because the answer is complete. The web server waits until somebody takes it."""
        self._is_wanted = False
        while not self._pieces.empty():
            self._pieces.get_nowait()

    def when_taken(self, then: Callable[[], None]) -> None:
        """Call `then` when all of the body was taken; now, where it was already."""
        if self._is_taken:
            then()
        else:
            self._when_taken.append(then)

    async def pieces(self) -> AsyncIterator[bytes]:
        while not self._is_taken and (piece := await self._pieces.get()):
            yield piece
        self._is_taken = True
        for then in self._when_taken:
            then()

    async def whole(self) -> bytes:
        return b"".join([piece async for piece in self.pieces()])


def no_body() -> Upload:
    """Of a request that CloudFront makes by itself, for an error page."""

    async def nothing() -> dict[str, Any]:
        raise AssertionError("there is nothing to receive")

    return Upload(nothing, 0)


class Upgrade(Upload):
    """A request to speak WebSocket; it has no body. Messages arrive when it was accepted."""

    def __init__(self, receive: Receive, subprotocols: list[str]) -> None:
        super().__init__(receive, 0)
        self.subprotocols = subprotocols

    async def message(self) -> dict[str, Any]:
        """The next ASGI message."""
        return await self._receive()
