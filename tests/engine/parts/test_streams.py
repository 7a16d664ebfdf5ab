"""Container logs: whole lines, from the end where only the end is wanted, and never more on disk than wanted."""

import asyncio
import ctypes
import os
from pathlib import Path

import pytest

from localcloud.engine import streams
from localcloud.engine.streams import Log, frame


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "log")


def read(log: Log, tail: int | None = None) -> list[bytes]:
    async def everything() -> list[bytes]:
        return [part async for part in log.read(asyncio.Event(), follow=False, tail=tail)]

    return asyncio.run(everything())


def write(log: Log, text: bytes) -> None:
    descriptor = log.open()
    os.write(descriptor, text)
    os.close(descriptor)


def test_a_frame_says_its_stream_and_length() -> None:
    assert frame(b"line\n") == b"\x01\0\0\0\0\0\0\x05line\n"


def test_what_is_written_is_appended_and_private(log: Log) -> None:
    write(log, b"a\n")
    log.note("the engine's")
    write(log, b"b\n")
    assert read(log) == [b"a\nthe engine's\nb\n"]
    fresh = Log(log.path.with_name("other"))
    fresh.path.unlink()
    os.close(fresh.open())
    assert fresh.path.stat().st_mode & 0o777 == 0o600


def test_an_unfinished_line_comes_last(log: Log) -> None:
    write(log, b"a\nb\nunfinished")
    assert read(log) == [b"a\nb\n", b"unfinished"]
    write(log, b"\n")
    assert read(log) == [b"a\nb\nunfinished\n"]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 65536])
@pytest.mark.parametrize("end", [b"", b"\n"], ids=["unfinished", "finished"])
@pytest.mark.parametrize("lines", range(6))
def test_the_last_lines_are_found_from_the_end(
    log: Log, monkeypatch: pytest.MonkeyPatch, chunk: int, end: bytes, lines: int
) -> None:
    monkeypatch.setattr(streams, "CHUNK_BYTES", chunk)
    text = [b"one", b"", b"three", b"four"]
    write(log, b"\n".join(text) + end)
    expected = text[-lines:] if lines else []
    assert b"".join(read(log, tail=lines)) == b"\n".join(expected) + (end if lines else b"")
    assert log.last(lines) == b"\n".join(expected).decode()


def test_bytes_that_are_no_text_are_replaced(log: Log) -> None:
    write(log, b"caf\xe9\n")
    assert log.last(1) == "caf�"


def test_an_empty_log_has_no_lines(log: Log) -> None:
    assert (read(log), read(log, tail=3), log.last(3)) == ([], [], "")


def test_the_end_of_a_log_is_read_alone(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    write(log, b"x" * 999 + b"\n")
    write(log, b"y" * 999 + b"\n")
    read_bytes: list[int] = []
    pread = os.pread

    def counted(descriptor: int, count: int, offset: int) -> bytes:
        read_bytes.append(count)
        return pread(descriptor, count, offset)

    monkeypatch.setattr(os, "pread", counted)
    monkeypatch.setattr(streams, "CHUNK_BYTES", 100)
    assert log.last(1) == "y" * 999
    assert sum(read_bytes) <= 1100


def test_followers_get_lines_as_they_come_and_all_of_them_at_the_end(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "POLL_SECONDS", 0.001)

    async def follow() -> list[bytes]:
        ended, parts = asyncio.Event(), []
        write(log, b"first\nhal")
        async for part in log.read(ended, follow=True):
            parts.append(part)
            if parts == [b"first\n", b""]:
                log.path.unlink()  # the container was removed; its reader keeps what it has open
                os.write(descriptor, b"f\nlast")
            elif part == b"half\n":
                ended.set()
        return [part for part in parts if part]

    descriptor = log.open()
    try:
        assert asyncio.run(follow()) == [b"first\n", b"half\n", b"last"]
    finally:
        os.close(descriptor)


def test_an_empty_log_is_followed_from_its_first_byte(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "POLL_SECONDS", 0.001)

    async def follow() -> bytes:
        async for part in log.read(asyncio.Event(), follow=True):
            if part:
                return part
            write(log, b"first\n")
        return b""

    assert asyncio.run(follow()) == b"first\n"


def disk_bytes(log: Log) -> int:
    return log.path.stat().st_blocks * 512


def numbered(first: int, last: int) -> bytes:
    return b"".join(b"line %07d\n" % number for number in range(first, last))


def test_a_long_log_gives_its_oldest_lines_up(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_BYTES", 64 * 1024)
    write(log, numbered(0, 9_000))
    log.trim()
    assert disk_bytes(log) > 110 * 1024, "up to twice the limit nothing is done"
    write(log, numbered(9_000, 20_000))
    log.trim()
    assert 64 * 1024 <= disk_bytes(log) < 64 * 1024 + 3 * 4096
    lines = b"".join(read(log)).splitlines()
    assert lines == numbered(20_000 - len(lines), 20_000).splitlines()
    assert 64 * 1024 <= 13 * len(lines) < 64 * 1024 + 3 * 4096
    assert log.last(2) == "line 0019998\nline 0019999"
    assert b"".join(read(log, tail=10**6)).splitlines() == lines
    write(log, b"after\n")
    assert log.last(1) == "after"


def test_a_reader_that_was_overtaken_goes_on_with_what_there_is(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_BYTES", 64 * 1024)
    write(log, numbered(0, 20_000))

    async def slowly() -> bytes:
        parts = []
        async for part in log.read(asyncio.Event(), follow=False):
            parts.append(part)
            log.trim()
        return b"".join(parts)

    text = asyncio.run(slowly())
    assert text.startswith(numbered(0, 5000))
    assert text.endswith(numbered(16_000, 20_000))
    assert b"\0" not in text


def test_where_the_file_system_cannot_free_space_the_log_stays(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    class Libc:
        def __init__(self, number: int) -> None:
            self.number = number

        def fallocate(self, *arguments: object) -> int:
            ctypes.set_errno(self.number)
            return -1

    monkeypatch.setattr(streams, "KEEP_BYTES", 4096)
    write(log, numbered(0, 2000))
    monkeypatch.setattr(streams, "libc", Libc(95))
    log.trim()
    assert b"".join(read(log)) == numbered(0, 2000)
    monkeypatch.setattr(streams, "libc", Libc(5))
    with pytest.raises(OSError, match="Input/output error"):
        log.trim()


def test_why_the_space_cannot_be_freed_is_what_the_system_says(log: Log) -> None:
    with log.path.open("rb") as only_read, pytest.raises(OSError, match="Bad file descriptor"):
        streams.free(only_read.fileno(), 4096)
