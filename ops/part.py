"""What is told of one part of a stack."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Part:
    """`state`: how it is, in one line. `problems`: what is wrong, each with what to do."""

    name: str
    state: str
    problems: Sequence[str] = ()


def shown(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
