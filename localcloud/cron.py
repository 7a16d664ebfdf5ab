"""AWS's cron expressions: when the clock next shows a time of one.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
# 29 February can be eight years away.
YEARS_LOOKED_AT = 9


def next_time(expression: str, clock: datetime) -> datetime | None:
    """The first time after `clock`, both on the clock of the expression's zone; None where there is no more."""
    fields = expression.removeprefix("cron(").removesuffix(")").upper().split()
    if not expression.startswith("cron(") or len(fields) != 6:
        raise ValueError(f"must be cron(…) with six fields, got {expression!r}")
    return next((time for time in times(fields, clock.year) if time > clock), None)


def times(fields: list[str], first_year: int) -> Iterator[datetime]:
    """In order, from the beginning of a year."""
    minute, hour, day, month, weekday, year = fields
    years = [number for number in numbers(year, 1970, 2199) if number >= first_year][:YEARS_LOOKED_AT]
    hours, minutes = numbers(hour, 0, 23), numbers(minute, 0, 59)
    for y in years:
        for m in numbers(month, 1, 12, MONTHS):
            found = days_of_week(weekday, y, m) if day == "?" else days_of_month(day, y, m)
            for d in sorted(found & set(range(1, monthrange(y, m)[1] + 1))):
                yield from (datetime(y, m, d, h, n) for h in hours for n in minutes)  # on a clock


def numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> list[int]:
    """`*`, `5`, `1-5`, `MON-FRI`, `1/10` and lists of them."""

    def number(text: str) -> int:
        if text in names:
            return names.index(text) + 1
        if not text.isdecimal():
            raise ValueError(f"must be from {low} to {high}, got {text!r}")
        return int(text)

    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        begin, dash, end = span.partition("-")
        if begin == "*":
            first, last = low, high
        elif dash:
            first, last = number(begin), number(end)
        else:
            first = number(begin)
            last = high if step else first
        if not low <= first <= last <= high:
            raise ValueError(f"must be from {low} to {high}, got {part!r}")
        found.update(range(first, last + 1, int(step or 1)))
    return sorted(found)


def days_of_month(field: str, year: int, month: int) -> set[int]:
    """Also `L`, the last day, `LW`, the last from Monday to Friday, and `15W`, the one of those nearest to the 15th."""
    length = monthrange(year, month)[1]
    found: set[int] = set()
    for part in field.split(","):
        if part == "L":
            found.add(length)
        elif part.endswith("W"):
            found.add(nearest_workday(year, month, length if part == "LW" else int(part[:-1])))
        else:
            found.update(numbers(part, 1, 31))
    return found


def nearest_workday(year: int, month: int, day: int) -> int:
    """It is in the same month."""
    first, length = monthrange(year, month)
    weekday = (first + day - 1) % 7  # 0 is Monday
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < length else day - 2
    return day


def days_of_week(field: str, year: int, month: int) -> set[int]:
    """Also `6L`, the month's last Friday, and `3#2`, its second Tuesday; `L` alone is Saturday."""
    found: set[int] = set()
    for part in field.split(","):
        if "#" in part:
            weekday, _, count = part.partition("#")
            found.update(all_of(weekday, year, month)[int(count) - 1 : int(count)])
        elif part.endswith("L") and part != "L":
            found.update(all_of(part[:-1], year, month)[-1:])
        else:
            found.update(all_of("7" if part == "L" else part, year, month))
    return found


def all_of(field: str, year: int, month: int) -> list[int]:
    """The days of a month that are one of these weekdays."""
    first, length = monthrange(year, month)
    wanted = numbers(field, 1, 7, WEEKDAYS)  # 1 is Sunday
    return [day for day in range(1, length + 1) if (first + day) % 7 + 1 in wanted]
