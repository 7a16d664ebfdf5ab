"""A container's log: a file that its process writes, read as the Docker API's frames."""

import asyncio
import ctypes
import errno
import os
import struct
from collections.abc import AsyncIterator
from pathlib import Path

STDOUT = 1
CHUNK_BYTES = 64 * 1024
POLL_SECONDS = 0.1
# A log has at most twice this much on disk.
KEEP_BYTES = 8 * 1024**2
FREE_AND_KEEP_SIZE = 0x01 | 0x02  # FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, linux/falloc.h

libc = ctypes.CDLL(None, use_errno=True)


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
        with self.path.open("rb", buffering=0) as file:
            file.seek(start_of_last(file.fileno(), lines))
            return file.read().decode(errors="replace").removesuffix("\n")

    def trim(self) -> None:
        """Free the disk space of the oldest lines.

        The file becomes sparse, so its writer and its readers, which know it by offsets, need not be told.
        """
        with self.path.open("rb+", buffering=0) as file:
            facts = os.fstat(file.fileno())
            surplus = (facts.st_size - KEEP_BYTES) // facts.st_blksize * facts.st_blksize
            if facts.st_size - first_data(file.fileno()) > 2 * KEEP_BYTES:
                free(file.fileno(), surplus)

    async def read(self, ended: asyncio.Event, *, follow: bool, tail: int | None = None) -> AsyncIterator[bytes]:
        """Whole lines, as they come; an unfinished last line when nothing more can come.

        The file stays readable after the container was removed.
        """
        with self.path.open("rb", buffering=0) as file:
            file.seek(first_line(file.fileno()) if tail is None else start_of_last(file.fileno(), tail))
            rest = b""
            while True:
                over = not follow or ended.is_set()
                chunk = file.read(CHUNK_BYTES)
                # Where `trim` freed lines before a slow reader came to them, it reads zeros.
                whole, newline, rest = (rest + chunk.replace(b"\0", b"")).rpartition(b"\n")
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


def first_data(descriptor: int) -> int:
    """Where the part begins that was not freed."""
    try:
        return os.lseek(descriptor, 0, os.SEEK_DATA)
    except OSError as error:
        if error.errno != errno.ENXIO:  # the file is empty
            raise
        return 0


def first_line(descriptor: int) -> int:
    """Where the first whole line begins that was not freed."""
    start = first_data(descriptor)
    return start + os.pread(descriptor, CHUNK_BYTES, start).find(b"\n") + 1 if start else 0


def start_of_last(descriptor: int, lines: int) -> int:
    """Where the last `lines` lines begin; found from the end, so that the size of the file does not matter."""
    end, found, first = os.fstat(descriptor).st_size, 0, first_line(descriptor)
    if not lines:
        return end
    end -= 1  # the newline of the last line separates nothing
    while end > first:
        start = max(first, end - CHUNK_BYTES)
        block = os.pread(descriptor, end - start, start)
        index = len(block)
        while (index := block.rfind(b"\n", 0, index)) >= 0:
            found += 1
            if found == lines:
                return start + index + 1
        end = start
    return first


def free(descriptor: int, length: int) -> None:
    """Give the disk space of a file's beginning back; its size and its offsets stay."""
    if libc.fallocate(descriptor, FREE_AND_KEEP_SIZE, ctypes.c_long(0), ctypes.c_long(length)):
        number = ctypes.get_errno()
        if number != errno.EOPNOTSUPP:  # a file system without it keeps the whole log
            raise OSError(number, os.strerror(number))
