"""The cache, without a client library: Valkey's protocol is lines of text."""

import asyncio
import os
from urllib.parse import urlsplit

place = urlsplit(os.environ["CACHE_URL"])


async def count(name: str) -> int:
    """One more, and how many that makes."""
    reader, writer = await asyncio.open_connection(place.hostname, place.port, ssl=place.scheme == "rediss" or None)
    try:
        writer.write(f"INCR {name}\r\n".encode())
        return int((await reader.readline()).removeprefix(b":"))
    finally:
        writer.close()
