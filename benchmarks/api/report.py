"""The table of the comparison, and whether its aims are met."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import psutil

from benchmarks.api.load import STALL_SECONDS, Outcome

RATIO = 3
MEMORY_MB = 128


class Place(NamedTuple):
    operation: str
    workers: int
    connections: int

    def __str__(self) -> str:
        return f"{self.workers}/{self.connections}"


@dataclass(frozen=True, kw_only=True)
class Measured:
    outcome: Outcome
    memory_mb: float
    others: float
    """Share of the machine that other programs took meanwhile, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    place: Place
    this: Measured
    template: Measured

    @property
    def ratio(self) -> float:
        template = self.template.outcome.rate
        return self.this.outcome.rate / template if template else float("inf")

    @property
    def others(self) -> float:
        """An app that stalls leaves the machine to others: that disturbs nothing."""
        return max((each.others for each in (self.this, self.template) if not each.outcome.stalled), default=0)


def heading(rows: int, page: int, seconds: int) -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{psutil.cpu_count()} processors for the apps, PostgreSQL and the load together, Python {python};"
        f" {rows:,} rows, pages of {page}, {seconds} s a cell.\n"
        "Each figure: this project, the template, × the one by the other. No answer: the longest time without any.\n\n"
        f"{'':<6} {'':>7} {'connec-':>7}   {'requests/s':^20}   {'p50, ms':^19}   {'p99, ms':^19}   {'errors':^12}"
        f"   {'memory, MB':^14}   {'no answer, s':^12}\n"
        f"{'':<6} {'workers':>7} {'tions':>7}   "
        f"{'this':>6}{'tmpl':>6}{'×':>8}   {'this':>6}{'tmpl':>6}{'×':>7}   {'this':>6}{'tmpl':>6}{'×':>7}   "
        f"{'this':>6}{'tmpl':>6}   {'this':>4}{'tmpl':>5}{'×':>5}   {'this':>6}{'tmpl':>6}"
    )


def times(value: float, other: float) -> str:
    """The ratio of two figures; what the other did not manage at all has none."""
    return f"{value / other:.2f}" if value and other else "-"


def milliseconds(value: float) -> str:
    return "-" if not value else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def row(cell: Cell) -> str:
    this, other = cell.this.outcome, cell.template.outcome
    memory = cell.this.memory_mb, cell.template.memory_mb
    return (
        f"{cell.place.operation:<6} {cell.place.workers:>7} {cell.place.connections:>7}   "
        f"{this.rate:>6.0f}{other.rate:>6.0f}{times(this.rate, other.rate):>8}   "
        f"{milliseconds(this.p50):>6}{milliseconds(other.p50):>6}{times(this.p50, other.p50):>7}   "
        f"{milliseconds(this.p99):>6}{milliseconds(other.p99):>6}{times(this.p99, other.p99):>7}   "
        f"{this.errors:>6}{other.errors:>6}   "
        f"{memory[0]:>4.0f}{memory[1]:>5.0f}{times(*memory):>5}   "
        f"{this.longest_gap:>6.2f}{other.longest_gap:>6.2f}"
        + (f"   other programs took {cell.others:.0%}" if cell.others >= 0.1 else "")
    )


def stalls(outcomes: Sequence[tuple[Cell, Outcome]]) -> str:
    found = [f"{cell.place.operation} {cell.place}" for cell, outcome in outcomes if outcome.stalled]
    return ", ".join(found) or "none"


def summary(cells: Sequence[Cell]) -> str:
    """A line for each aim, over all cells."""
    lines = [""]

    def aim(text: str, met: bool, seen: str) -> None:
        lines.append(f"{'met    ' if met else 'NOT met'}  {text}: {seen}")

    for operation in dict.fromkeys(cell.place.operation for cell in cells):
        ratios = {cell.ratio: cell for cell in cells if cell.place.operation == operation}
        least = ratios[min(ratios)]
        where = f"at {least.place} (workers/connections)"
        aim(
            f"{operation} at least {RATIO} × the template's requests/s everywhere",
            least.ratio >= RATIO,
            f"{least.ratio:.2f} × {where} to {max(ratios):.2f} ×",
        )
    memory = max(cell.this.memory_mb for cell in cells)
    other = max(cell.template.memory_mb for cell in cells)
    seen = f"at most {memory:.0f} MB (template {other:.0f} MB, {memory / other:.2f} ×)"
    aim(f"memory of a worker below {MEMORY_MB} MB", memory < MEMORY_MB, seen)
    ours = stalls([(cell, cell.this.outcome) for cell in cells])
    theirs = stalls([(cell, cell.template.outcome) for cell in cells])
    aim(f"never {STALL_SECONDS} s without an answer", ours == "none", f"{ours} (template: {theirs})")
    return "\n".join(lines)
