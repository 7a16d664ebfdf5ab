"""Measures what the emulator costs while nobody uses it: `python -m benchmarks.emulator [lines]`.

Saving its state must cost what changed, not all that ever happened. So each figure is taken with no log events and with
many, and the ratio of the two is what counts: seconds depend on the machine.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from urllib.request import urlopen

import psutil

from localcloud.ports import free_port
from tests.engine.support import Emulator

LINES = 100_000
LINES_PER_CALL = 10_000
SECONDS = 20.0
ASK_EVERY_SECONDS = 0.02
# The saving after a change is not idleness: it is over before a measurement begins.
SETTLE_SECONDS = 5.0
LINE = '{"level": "info", "message": "GET /api/overview", "status": 200, "milliseconds": 3.1, "request": "%08d"}'


def idle_cpu_percent(process: psutil.Process) -> float:
    """Of one core, while nobody asks anything."""

    def used() -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    before = used()
    time.sleep(SECONDS)
    return (used() - before) / SECONDS * 100


def health_milliseconds(url: str) -> list[float]:
    taken, end = [], time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        started = time.perf_counter()
        with urlopen(f"{url}/_ministack/health") as answer:  # noqa: S310
            answer.read()
        taken.append((time.perf_counter() - started) * 1000)
        time.sleep(ASK_EVERY_SECONDS)
    return taken


def write_lines(emulator: Emulator, count: int) -> None:
    logs = emulator.client("logs")
    logs.create_log_group(logGroupName="/web")
    logs.create_log_stream(logGroupName="/web", logStreamName="task")
    now = time.time_ns() // 10**6
    for first in range(0, count, LINES_PER_CALL):
        numbers = range(first, min(first + LINES_PER_CALL, count))
        events = [{"timestamp": now + number, "message": LINE % number} for number in numbers]
        logs.put_log_events(logGroupName="/web", logStreamName="task", logEvents=events)
    logs.close()


def measure(emulator: Emulator) -> dict[str, float]:
    time.sleep(SETTLE_SECONDS)
    process = psutil.Process(emulator.running.pid)
    latencies = health_milliseconds(emulator.url)
    return {
        "CPU when idle, % of a core": idle_cpu_percent(process),
        "health, median ms": median(latencies),
        "health, p99 ms": quantiles(latencies, n=100)[-1],
        "health, worst ms": max(latencies),
        "resident memory, MiB": process.memory_info().rss / 2**20,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.emulator", description=__doc__)
    parser.add_argument("lines", nargs="?", type=int, default=LINES, help="log events to write (default: %(default)s)")
    lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        emulator = Emulator(
            folder=folder,
            port=free_port(),
            database_port=free_port(),
            docker_host=f"unix://{folder}/none.sock",
            log=folder / "emulator.log",
        )
        emulator.start()
        try:
            empty = measure(emulator)
            write_lines(emulator, lines)
            full = measure(emulator)
        finally:
            emulator.kill()
    print(f"{os.cpu_count()} cores; {'no lines':>35} {f'{lines} lines':>14} {'ratio':>8}")
    for what, value in empty.items():
        print(f"  {what:<34} {value:9.1f} {full[what]:14.1f} {full[what] / value:8.1f}")


if __name__ == "__main__":
    main()
