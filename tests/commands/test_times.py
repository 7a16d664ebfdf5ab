"""When schedules are due, on a clock of the tests' own."""

from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.times import Times

HOUR, DAY = 3600, 86400


def at(text: str) -> float:
    """The moment, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def times(expression: str, begins: str = "2026-01-01T00:00", **more: Any) -> Times:
    return Times(expression=expression, begins=at(begins), **more)


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(2 hours)", 2 * HOUR), ("rate(3 days)", 3 * DAY)],
)
def test_a_rate_counts_from_its_beginning(expression: str, seconds: int) -> None:
    begins = at("2026-01-01T00:00")
    found = times(expression)
    assert found.after(begins - 5 * DAY) == found.after(begins - 1) == begins
    assert found.after(begins) == begins + seconds
    assert found.after(begins + 7 * seconds + 1) == begins + 8 * seconds


def test_the_rate_of_a_rule_waits_first() -> None:
    found = times("rate(1 hour)", first_at_once=False)
    begins = at("2026-01-01T00:00")
    assert found.after(begins - 9 * HOUR) == found.after(begins) == begins + HOUR


def test_a_single_time_is_on_the_clock_of_its_zone_and_passes() -> None:
    found = times("at(2026-07-01T06:00:00)", zone="Europe/Berlin")
    assert found.after(at("2026-07-01T03:59")) == at("2026-07-01T04:00")
    assert found.after(at("2026-07-01T04:00")) is None
    assert times("at(2026-07-01T06:00:00)").after(0) == at("2026-07-01T06:00")


def test_a_cron_follows_the_clock_of_its_zone_through_the_year() -> None:
    found = times("cron(30 2 * * ? *)", zone="Europe/Berlin")
    assert found.after(at("2026-01-10T12:00")) == at("2026-01-11T01:30")
    assert found.after(at("2026-07-10T12:00")) == at("2026-07-11T00:30")
    assert times("cron(30 2 * * ? 2025)").after(at("2026-07-10T12:00")) is None


def test_a_time_that_the_clock_skips_is_left_out() -> None:
    """In the night to 29 March, 02:00 is followed by 03:00."""
    found = times("cron(30 2 * * ? *)", zone="Europe/Berlin")
    assert found.after(at("2026-03-28T12:00")) == at("2026-03-30T00:30")


def test_a_time_that_the_clock_shows_twice_counts_once() -> None:
    """In the night to 25 October, 02:59 is followed by 02:00."""
    found = times("cron(30 2 * * ? *)", zone="Europe/Berlin")
    assert found.after(at("2026-10-24T12:00")) == at("2026-10-25T00:30")
    assert found.after(at("2026-10-25T00:30")) == at("2026-10-26T01:30")
    assert found.after(at("2026-10-25T01:10")) == at("2026-10-26T01:30")


def test_nothing_is_due_before_the_beginning_or_after_the_end() -> None:
    found = times("cron(30 2 * * ? *)", begins="2026-01-05T02:30", ends=at("2026-01-07T02:30"))
    nights = [at(f"2026-01-{day:02}T02:30") for day in range(4, 10)]
    assert [found.is_due(night - 1, night) for night in nights] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]


def test_what_is_due_at_the_end_of_a_look_is_not_due_in_the_next() -> None:
    night = at("2026-01-08T02:30")
    found = times("cron(30 2 * * ? *)")
    assert not found.is_due(night - 2, night - 1)
    assert found.is_due(night - 1, night)
    assert not found.is_due(night, night + 1)
    assert found.is_due(night - 3 * DAY, night)
