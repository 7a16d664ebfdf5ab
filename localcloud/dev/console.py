"""The lines of all services in one place, each with its service's name, in colours where a person reads them."""

import os
import sys
from collections.abc import Iterable

import click

COLOURS = ("cyan", "magenta", "green", "yellow", "blue")


class Console:
    def __init__(self, names: Iterable[str], *, coloured: bool | None = None) -> None:
        listed = list(names)
        self.coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ if coloured is None else coloured
        self._width = max(map(len, listed), default=0)
        self._colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(listed)}

    def say(self, name: str, line: str) -> None:
        label = click.style(f"{name:<{self._width}} |", fg=self._colours.get(name))
        click.echo(f"{label} {line}", color=self.coloured)
