"""AWS's cron expressions. 1 January 2026 is a Thursday."""

from datetime import datetime

import pytest

from localcloud.cron import next_time


def following(expression: str, clock: str = "2026-01-01T00:00", count: int = 2) -> list[str]:
    """The next times on the clock, `count` at most."""
    found: list[str] = []
    time = next_time(expression, datetime.fromisoformat(clock))
    while time and len(found) < count:
        found.append(time.isoformat(timespec="minutes"))
        time = next_time(expression, time)
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 6 * * ? *)", ["2026-01-01T06:00", "2026-01-02T06:00"]),
        ("cron(15/20 8-9 * * ? *)", ["2026-01-01T08:15", "2026-01-01T08:35", "2026-01-01T08:55", "2026-01-01T09:15"]),
        ("cron(0 12,18 ? * MON-FRI *)", ["2026-01-01T12:00", "2026-01-01T18:00", "2026-01-02T12:00"]),
        ("cron(0 0 ? * 1 *)", ["2026-01-04T00:00", "2026-01-11T00:00"]),
        ("cron(0 0 ? * sat,sun *)", ["2026-01-03T00:00", "2026-01-04T00:00"]),
        ("cron(0 0 ? * L *)", ["2026-01-03T00:00", "2026-01-10T00:00"]),
        ("cron(0 0 L * ? *)", ["2026-01-31T00:00", "2026-02-28T00:00"]),
        ("cron(0 0 LW * ? *)", ["2026-01-30T00:00", "2026-02-27T00:00"]),
        ("cron(0 0 15W * ? *)", ["2026-01-15T00:00", "2026-02-16T00:00"]),  # 15 February is a Sunday
        ("cron(0 0 1W 8 ? *)", ["2026-08-03T00:00"]),  # the 1st is a Saturday, and July's last day is in July
        ("cron(0 0 31W 5 ? *)", ["2026-05-29T00:00"]),  # the 31st is a Sunday
        ("cron(0 9 ? * 3#2 *)", ["2026-01-13T09:00", "2026-02-10T09:00"]),
        ("cron(0 9 ? * 6L *)", ["2026-01-30T09:00", "2026-02-27T09:00"]),
        ("cron(0 9 ? * 5#5 *)", ["2026-01-29T09:00", "2026-04-30T09:00"]),  # few months have a fifth Thursday
        ("cron(0 0 29 FEB ? *)", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        ("cron(0 0 31 4,5 ? *)", ["2026-05-31T00:00", "2027-05-31T00:00"]),
        ("cron(30 23 31 12 ? 2026-2027)", ["2026-12-31T23:30", "2027-12-31T23:30"]),
    ],
)
def test_the_times_of_an_expression_follow_each_other(expression: str, expected: list[str]) -> None:
    assert following(expression, count=len(expected)) == expected


def test_a_time_does_not_follow_itself_and_the_last_has_no_next() -> None:
    assert following("cron(30 23 31 12 ? 2026)", "2026-12-31T23:29") == ["2026-12-31T23:30"]
    assert following("cron(30 23 31 12 ? 2026)", "2026-12-31T23:30") == []
    assert following("cron(0 0 30 2 ? *)") == []


@pytest.mark.parametrize("expression", ["0 6 * * ? *", "cron(0 6 * * ?)", "cron(60 6 * * ? *)", "cron(0 6 ? * 8 *)"])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        following(expression)
