"""What is told of one part of a stack."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ops.errors import OperationError


@dataclass(frozen=True, kw_only=True)
class Part:
    """`state`: how it is, in one line. `problems`: what is wrong, each with what to do."""

    name: str
    state: str
    problems: Sequence[str] = ()


def moment(option: str, text: str) -> datetime:
    """A time that somebody gave, in the time zone of this machine where it names none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise OperationError(f'{option}: must be a time such as "2026-11-26 14:30", got {text!r}') from None


def shown(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
