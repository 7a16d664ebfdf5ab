"""AWS's cron expressions: what is wrong with one, told before AWS refuses it.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

import re
from dataclasses import dataclass

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
ANY = "?"  # of one of the two fields for days, since the other says which


@dataclass(frozen=True, kw_only=True)
class Field:
    """`names`: of its numbers, from the lowest on. `special`: a pattern of what else it may say."""

    what: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()
    special: str = r"(?!)"

    def takes(self, part: str) -> bool:
        """`*`, `5`, `1-5`, `MON-FRI`, `0/15`, and what is special."""
        if re.fullmatch(self.special, part):
            return True
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if slash and not re.fullmatch(r"[1-9]\d*", step):
            return False
        if first == "*":
            return not dash
        begin, end = self._number(first), self._number(last if dash else first)
        return begin is not None and end is not None and begin <= end

    def _number(self, text: str) -> int | None:
        if text in self.names:
            return self.names.index(text) + self.lowest
        number = int(text) if re.fullmatch(r"\d{1,4}", text) else -1
        return number if self.lowest <= number <= self.highest else None


DAY_OF_MONTH = r"([1-9]|[12]\d|3[01])"
DAY_OF_WEEK = rf"([1-7]|{'|'.join(WEEKDAYS)})"
FIELDS = (
    Field(what="minutes", lowest=0, highest=59),
    Field(what="hours", lowest=0, highest=23),
    Field(what="a day of the month", lowest=1, highest=31, special=rf"\?|LW?|{DAY_OF_MONTH}W"),
    Field(what="a month", lowest=1, highest=12, names=MONTHS),
    Field(what="a day of the week", lowest=1, highest=7, names=WEEKDAYS, special=rf"\?|L|{DAY_OF_WEEK}(L|#[1-5])"),
    Field(what="a year", lowest=1970, highest=2199),
)


def cron_problem(expression: str) -> str | None:
    """The rule that `cron(…)`, which has six fields, breaks first; None for a good one."""
    fields = expression.removeprefix("cron(").removesuffix(")").upper().split(" ")
    for field, text in zip(FIELDS, fields, strict=True):
        if wrong := [part for part in text.split(",") if not field.takes(part)]:
            return f"must have {field.what} from {field.lowest} to {field.highest}, or as AWS writes it, not {wrong[0]}"
    if (fields[2], fields[4]).count(ANY) != 1:
        return f"must have {ANY} as its day of the month or as its day of the week, and not as both"
    return None
