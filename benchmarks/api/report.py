"""The table of the comparison, and whether its aims are met."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import psutil

from benchmarks.api.load import STALL_SECONDS, Outcome

RATIO = 3
MEMORY_MB = 128
# Below this, what other programs took is not worth a word.
QUIET = 0.1


class Place(NamedTuple):
    operation: str
    workers: int
    connections: int

    def __str__(self) -> str:
        return f"{self.workers}/{self.connections}"


@dataclass(frozen=True, kw_only=True)
class Measured:
    outcome: Outcome
    cpu_ms: float | None
    """Of the app, PostgreSQL and the load, for each request; other programs hardly change it."""
    memory_mb: float
    others: float
    """Share of the machine that other programs took meanwhile, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    place: Place
    this: Measured
    template: Measured

    @property
    def ratio(self) -> float | None:
        """Of requests/s; None where the template answered nothing and this project did."""
        this, template = self.this.outcome.rate, self.template.outcome.rate
        return this / template if template else None if this else 0

    @property
    def others(self) -> float:
        """An app that stalls leaves the machine to others: that disturbs nothing."""
        return max((each.others for each in (self.this, self.template) if not each.outcome.stalled), default=0)


class Column(NamedTuple):
    title: str
    figure: Callable[[Measured], float | None]
    decimals: int = 0
    with_ratio: bool = True

    def text(self, measured: Measured) -> str:
        figure = self.figure(measured)
        return ("-" if figure is None else f"{figure:.{self.decimals}f}").rjust(7)

    def cell(self, cell: Cell) -> str:
        """Both figures and, unless one of them is nothing, how many times the other this project's is."""
        this, template = self.figure(cell.this), self.figure(cell.template)
        ratio = f"{this / template:.2f}" if this and template else "-"
        return self.text(cell.this) + self.text(cell.template) + (ratio.rjust(7) if self.with_ratio else "")

    def heading(self) -> str:
        return f"{'this':>7}{'tmpl.':>7}" + (f"{'×':>7}" if self.with_ratio else "")


COLUMNS = (
    Column("requests/s", lambda measured: measured.outcome.rate),
    Column("CPU ms/request", lambda measured: measured.cpu_ms, decimals=2),
    Column("p50, ms", lambda measured: measured.outcome.p50, decimals=1),
    Column("p99, ms", lambda measured: measured.outcome.p99, decimals=1),
    Column("memory, MB", lambda measured: measured.memory_mb),
    Column("errors", lambda measured: measured.outcome.errors, with_ratio=False),
    Column("no answer, s", lambda measured: measured.outcome.longest_gap, decimals=2, with_ratio=False),
)


def heading(rows: int, page: int, seconds: int) -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{psutil.cpu_count()} processors for the apps, PostgreSQL and the load together; Python {python};"
        f" {rows:,} rows, pages of {page}, {seconds} s a cell.\n"
        "this: this project; tmpl.: the template; ×: the one by the other; memory: of the largest worker, after the\n"
        f"load; errors: refused, lost or later than {STALL_SECONDS} s; no answer: the longest time without any.\n\n"
        + f"{'':<24}"
        + "  ".join(column.title.center(len(column.heading())) for column in COLUMNS)
        + f"\n{'':<7}{'workers':>7}{'conn.':>6}    "
        + "  ".join(column.heading() for column in COLUMNS)
    )


def row(cell: Cell) -> str:
    operation, workers, connections = cell.place
    disturbed = f"   other programs took {cell.others:.0%} of the machine" if cell.others >= QUIET else ""
    figures = "  ".join(column.cell(cell) for column in COLUMNS)
    return f"{operation:<7}{workers:>7}{connections:>6}    {figures}{disturbed}"


def summary(cells: Sequence[Cell]) -> str:
    """A line for each aim, over all cells."""
    lines = ["", "Over all cells; places are workers/connections:"]

    def aim(text: str, met: bool, seen: str) -> None:
        lines.append(f"{'met    ' if met else 'NOT met'}  {text}: {seen}")

    for operation in dict.fromkeys(cell.place.operation for cell in cells):
        these = [cell for cell in cells if cell.place.operation == operation]
        ratios = sorted((cell.ratio, cell.place) for cell in these if cell.ratio is not None)
        seen = " to ".join(f"{ratio:.2f} × at {place}" for ratio, place in dict.fromkeys((*ratios[:1], *ratios[-1:])))
        met = all(ratio >= RATIO for ratio, _ in ratios)
        aim(f"{operation}, at least {RATIO} × the template's requests/s", met, f"{seen} (where the template answers)")
    memory = max(cell.this.memory_mb for cell in cells)
    ratio = memory / max(cell.template.memory_mb for cell in cells)
    seen = f"at most {memory:.0f} MB, {ratio:.2f} × the template's"
    aim(f"memory of a worker below {MEMORY_MB} MB", memory < MEMORY_MB, seen)
    stalls = stalled((cell.place, cell.this) for cell in cells)
    template_stalls = stalled((cell.place, cell.template) for cell in cells)
    seen = f"{stalls or 'none'}; of the template: {template_stalls or 'none'}"
    aim(f"no stall, {STALL_SECONDS} s without any answer", not stalls, seen)
    return "\n".join(lines)


def stalled(measured: Iterable[tuple[Place, Measured]]) -> str:
    return ", ".join(f"{place.operation} {place}" for place, app in measured if app.outcome.stalled)
