"""When a stack sleeps, so that it costs less."""

from collections.abc import Iterable, Iterator
from datetime import time

from pydantic import Field

from infra.config.section import Section
from infra.config.values import ClockTime, Problem, Timezone

WEEK_MINUTES = 7 * 24 * 60
# RDS takes some minutes to start a database, which must answer when the first tasks come.
DATABASE_MINUTES = 15
SHORTEST_MINUTES = 60


class SleepConfig(Section):
    """The keys say when it falls asleep and wakes up; the properties say so as EventBridge Scheduler has it."""

    at: ClockTime = Field(
        "20:00",
        description="When it falls asleep, every day: all tasks and instances end, and the database is stopped. The"
        " site answers with a page that says so.",
    )
    until: ClockTime = Field(
        "07:00",
        description="When it wakes up; the database does so a quarter of an hour before. `make wake` and `make sleep`"
        " do either at once. `up` is refused while it sleeps. A job that is due then finds no database.",
    )
    weekends: bool = Field(True, description="Whether it sleeps on Saturdays and Sundays as well.")
    timezone: Timezone = Field("UTC", description="IANA name of the zone that the times are meant in.")

    @property
    def falls_asleep(self) -> str:
        """Every day, so that a stack that was woken up on a Sunday sleeps that night."""
        return daily(minutes(self.at))

    @property
    def wakes(self) -> str:
        return daily(minutes(self.until), weekdays=self.weekends)

    @property
    def database_wakes(self) -> str:
        return daily(minutes(self.until) - DATABASE_MINUTES, weekdays=self.weekends)

    @property
    def awake(self) -> float:
        """The share of a week in which it is awake."""
        return round((minutes(self.at) - minutes(self.until)) * (5 if self.weekends else 7) / WEEK_MINUTES, 3)

    @property
    def told(self) -> str:
        weekends = ", and at weekends" if self.weekends else ""
        return f"from {self.at} to {self.until}{weekends} ({self.timezone})"

    def rules(self) -> Iterable[Iterator[Problem]]:
        return (self._times(),)

    def _times(self) -> Iterator[Problem]:
        if minutes(self.until) < DATABASE_MINUTES:
            yield Problem(
                key="until",
                rule=f"must be 00:{DATABASE_MINUTES} or later, got {self.until}: the database wakes up before",
                remedy='write for example "07:00"',
            )
        if minutes(self.at) - minutes(self.until) < SHORTEST_MINUTES:
            yield Problem(
                key="at",
                rule=f"must be an hour or more after until ({self.until}) on the same day, got {self.at}",
                remedy='write for example at: "20:00" and until: "07:00"',
            )


def minutes(clock: str) -> int:
    """Since midnight."""
    moment = time.fromisoformat(clock)
    return moment.hour * 60 + moment.minute


def daily(minute: int, *, weekdays: bool = False) -> str:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based"""
    return f"cron({minute % 60} {minute // 60} ? * {'MON-FRI' if weekdays else '*'} *)"
