"""When schedules are due: by the clock of their own time zone, and from the moment that they are made.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from localcloud import cron

SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, kw_only=True)
class Times:
    """Moments are in seconds since 1970."""

    expression: str
    begins: float
    ends: float | None = None
    zone: str = "UTC"
    first_at_once: bool = True  # whether a rate counts from its beginning, or first waits

    def is_due(self, since: float, until: float) -> bool:
        """Whether one of the times lies after `since`, and not after `until`."""
        found = self.after(since)
        return found is not None and found <= min(until, self.ends or until)

    def is_over(self, moment: float) -> bool:
        """Whether no time lies after the moment."""
        found = self.after(moment)
        return found is None or (self.ends is not None and found > self.ends)

    def after(self, moment: float) -> float | None:
        """The first time after the moment."""
        if rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", self.expression):
            seconds = int(rate[1]) * SECONDS[rate[2]]
            count = max((moment - self.begins) // seconds + 1, 0 if self.first_at_once else 1)
            return self.begins + count * seconds
        if once := re.fullmatch(r"at\((.+)\)", self.expression):
            found = self.moment(datetime.fromisoformat(once[1]))
            return found if found > moment else None
        return self.after_on_clock(max(moment, self.begins - 1))

    def after_on_clock(self, moment: float) -> float | None:
        """A time that the clock skips in spring is no time, and one that it shows twice in autumn is the first."""
        clock = datetime.fromtimestamp(moment, ZoneInfo(self.zone)).replace(tzinfo=None)
        while following := cron.next_time(self.expression, clock):
            clock = following
            found = self.moment(clock)
            if found > moment and datetime.fromtimestamp(found, ZoneInfo(self.zone)).replace(tzinfo=None) == clock:
                return found
        return None

    def moment(self, clock: datetime) -> float:
        return clock.replace(tzinfo=ZoneInfo(self.zone), fold=0).astimezone(UTC).timestamp()
