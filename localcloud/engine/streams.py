"""A container's log: a file that its process writes, read as the Docker API's frames."""

import asyncio
import os
import struct
from collections.abc import AsyncIterator
from pathlib import Path

STDOUT = 1
CHUNK_BYTES = 64 * 1024
POLL_SECONDS = 0.1


def frame(payload: bytes) -> bytes:
    """One frame of the raw stream: kind, three zeros, length, payload."""
    return struct.pack(">BxxxL", STDOUT, len(payload)) + payload


class Log:
    """Written by the process itself, so that no line waits for the engine or is lost with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.touch()

    def open(self) -> int:
        """A descriptor for the process to write to."""
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, line: str) -> None:
        """A line of the engine's own."""
        with self.path.open("ab") as file:
            file.write(line.encode() + b"\n")

    def last(self, lines: int) -> str:
        return "\n".join(self.path.read_text(errors="replace").splitlines()[-lines:])

    async def read(self, ended: asyncio.Event, *, follow: bool, tail: int | None = None) -> AsyncIterator[bytes]:
        """Whole lines, as they come; an unfinished last line when nothing more can come.

        The file stays readable after the container was removed.
        """
        with self.path.open("rb") as file:
            if tail is not None:
                lines = file.read().splitlines(keepends=True)
                file.seek(sum(map(len, lines[: max(0, len(lines) - tail)])))
            rest = b""
            while True:
                over = not follow or ended.is_set()
                chunk = file.read(CHUNK_BYTES)
                whole, newline, rest = (rest + chunk).rpartition(b"\n")
                if whole or newline:
                    yield whole + newline
                if chunk:
                    continue
                if over:
                    break
                yield b""  # lets the server notice a client that is gone
                await asyncio.sleep(POLL_SECONDS)
            if rest:
                yield rest
