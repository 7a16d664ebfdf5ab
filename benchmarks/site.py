"""Measures what the laptop's CloudFront and load balancer cost a request: `python -m benchmarks.site`.

The same answer is asked of a server directly, through the load balancer, and through CloudFront before it. Seconds
depend on the machine, so the ratio to the direct way is what counts. Needs wrk, as `make bench-api` does.
"""

import asyncio
import os
import tempfile
from pathlib import Path

import psutil
from aiohttp import web

from benchmarks.api.load import Request, run
from tests.emulator.conftest import running
from tests.emulator.site import balancer, distribution, server

CONNECTIONS = 16
SECONDS = 5.0
BODY = b"x" * 2000


async def answer(request: web.Request) -> web.StreamResponse:
    return web.Response(body=BODY)


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def measure(folder: Path) -> None:
    with running(folder) as emulator:
        process = psutil.Process(emulator.running.pid)
        async with server(answer) as port:
            name = balancer(emulator.client, "site", {"Id": "127.0.0.1", "Port": port})
            ways = {
                "directly": (f"http://127.0.0.1:{port}", "localhost"),
                "through the load balancer": (emulator.url, name),
                "through CloudFront and the load balancer": (emulator.url, distribution(emulator.client, name)),
            }
            floor = None
            for way, (url, host) in ways.items():
                request = Request(method="GET", path="/", headers={"Host": host})
                before = cpu_seconds(process)
                outcome = await asyncio.to_thread(run, [url], request, CONNECTIONS, SECONDS)
                cost = (cpu_seconds(process) - before) / (outcome.rate * SECONDS) * 1000
                floor = floor or outcome.rate
                print(
                    f"  {way:<42} {outcome.rate:8.0f} requests/s {outcome.rate / floor:6.2f} × {outcome.errors} errors,"
                    f" p99 {outcome.p99 or 0:4.0f} ms, {cost:.1f} ms of the emulator's CPU",
                    flush=True,
                )


def main() -> None:
    print(f"{os.cpu_count()} cores, {CONNECTIONS} connections; × is against the direct way", flush=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        asyncio.run(measure(Path(name)))


if __name__ == "__main__":
    main()
