"""Measures list and create of both apps, cell by cell, and prints what a person reads.

In every cell each app is started afresh, warmed up and loaded, one after the other in turn, on freshly filled tables.
The template's user is its superuser, for whom it filters nothing: its fastest way.

Where other programs took much of the machine meanwhile, the cell is measured once more while there is time.
"""

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence

import psutil

from benchmarks.api import apps, load, report
from benchmarks.api.report import Cell, Measured, Place
from benchmarks.api.services import ROWS, Services, running_services

WARM_UP_SECONDS = 1
SECONDS = 6  # longer than a stall
# No cell is repeated when the whole run would then take longer than this: six minutes, or one and a half with --quick.
FULL_SECONDS, QUICK_SECONDS = 350, 90
DISTURBED = 0.15
OPERATIONS = ("list", "create")
STARTS: dict[str, apps.Start] = {"this": apps.this_project, "template": apps.template}


class Processors:
    """What was taken of the machine's processors since this was made."""

    def __init__(self) -> None:
        self._started, self._busy, self._own = time.monotonic(), self._all(), self._mine()

    def own(self) -> float:
        """Seconds of this program and its children: the app, PostgreSQL and the load."""
        return self._mine() - self._own

    def others(self) -> float:
        """Share that other programs took."""
        seconds = self._all() - self._busy - self.own()
        return max(0.0, seconds) / (time.monotonic() - self._started) / (psutil.cpu_count() or 1)

    @staticmethod
    def _all() -> float:
        times = psutil.cpu_times()
        return float(times.user + times.nice + times.system + times.steal)

    @staticmethod
    def _mine() -> float:
        total = 0.0
        for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
            try:
                total += sum(process.cpu_times()[:4])  # with what its ended children took
            except psutil.NoSuchProcess:
                continue
        return total


def measure(services: Services, app: str, place: Place) -> Measured:
    with STARTS[app](services, place.workers) as running:
        request = running.requests[place.operation]
        load.run(running.urls, request, place.connections, WARM_UP_SECONDS)
        processors = Processors()
        outcome = load.run(running.urls, request, place.connections, SECONDS)
        return Measured(
            outcome=outcome,
            cpu_ms=processors.own() * 1000 / outcome.rate / SECONDS if outcome.rate else None,
            memory_mb=running.memory_mb(),
            others=processors.others(),
        )


def cells(services: Services, places: Sequence[Place], budget: float) -> Iterator[Cell]:
    """One for each place; `budget` is in seconds."""
    began = time.monotonic()
    order = list(STARTS)

    def pair(place: Place) -> Cell:
        order.reverse()
        services.reset()
        found = {app: measure(services, app, place) for app in order}
        return Cell(place=place, this=found["this"], template=found["template"])

    for number, place in enumerate(places, start=1):
        cell = pair(place)
        each = (time.monotonic() - began) / number
        if cell.others > DISTURBED and each * (len(places) + 1) < budget:
            cell = min(cell, pair(place), key=lambda cell: cell.others)
        yield cell


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.api", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1 worker and 16 and 64 connections alone: a minute")
    quick = parser.parse_args().quick
    workers, connections = ([1], [16, 64]) if quick else ([1, 2], [1, 16, 64, 256])
    places = [Place(*each) for each in itertools.product(OPERATIONS, workers, connections)]
    print(report.heading(ROWS, apps.PAGE, SECONDS), flush=True)
    done = []
    with running_services(apps.prepare_template) as services:
        for cell in cells(services, places, QUICK_SECONDS if quick else FULL_SECONDS):
            done.append(cell)
            print(report.row(cell), flush=True)
    print(report.summary(done))


if __name__ == "__main__":
    main()
