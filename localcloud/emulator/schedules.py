"""Looks every second for schedules, and rules of EventBridge, that are due.

MiniStack looks every ten seconds, knows no zones, and runs a rate anew at each start. What was due while the local
cloud was stopped is not made up for.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid, request_scope
from ministack.services import eventbridge, scheduler

from localcloud.times import Times

LOOK_SECONDS = 1

Row = dict[str, Any]  # a schedule or a rule, as MiniStack keeps it
Rows = Callable[[], Mapping[tuple[str, str, str], Row]]

logger = logging.getLogger(__name__)


def keep_time() -> None:
    """Before the application starts."""
    watch(lambda: scheduler._schedules._data, times_of_schedule, run_schedule)
    scheduler._SCHEDULE_TICK_INTERVAL = LOOK_SECONDS
    scheduler._tick_schedules = look_at_all
    eventbridge._SCHEDULER_TICK_INTERVAL = LOOK_SECONDS
    eventbridge._tick_scheduled_rules = Look(lambda: eventbridge._rules._data, times_of_rule, run_rule)


class Look:
    """A look runs those of `rows` that became due since the one before; their keys begin with account and region."""

    def __init__(
        self,
        rows: Rows,
        times: Callable[[Row], Times | None],
        run: Callable[[Row, float], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.rows, self.times, self.run, self.clock = rows, times, run, clock
        self.looked = clock()

    def __call__(self) -> None:
        since, self.looked = self.looked, self.clock()
        for (account, region, name), row in list(self.rows().items()):
            try:
                times = self.times(row)
                if times and times.is_due(since, self.looked):
                    with request_scope(account, region):
                        self.run(row, self.looked)
            except Exception:  # the others are run all the same
                logger.exception("%s: it is not run", name)


WATCHED: list[Look] = []


def look_at_all() -> None:
    for look in WATCHED:
        look()


def watch(rows: Rows, times: Callable[[Row], Times | None], run: Callable[[Row, float], None]) -> None:
    WATCHED.append(Look(rows, times, run))


def times_of_schedule(schedule: Row) -> Times | None:
    if schedule["State"] == "DISABLED":
        return None
    return Times(
        expression=schedule["ScheduleExpression"],
        zone=schedule.get("ScheduleExpressionTimezone") or "UTC",
        begins=scheduler._to_epoch(schedule.get("StartDate")) or schedule["CreationDate"],
        ends=scheduler._to_epoch(schedule.get("EndDate")),
    )


def times_of_rule(rule: Row) -> Times | None:
    if rule["State"] == "DISABLED" or not rule["ScheduleExpression"]:
        return None
    return Times(expression=rule["ScheduleExpression"], begins=rule["CreationTime"], first_at_once=False)


def run_schedule(schedule: Row, now: float) -> None:
    eventbridge._invoke_target(schedule["Target"], event("aws.scheduler", schedule), schedule)
    times = times_of_schedule(schedule)
    if times and times.is_over(now) and schedule.get("ActionAfterCompletion") == "DELETE":
        scheduler._delete_schedule(schedule["Name"], {"groupName": schedule["GroupName"]})


def run_rule(rule: Row, _now: float) -> None:
    told = {**event("aws.events", rule), "EventBusName": rule["EventBusName"]}
    for target in eventbridge._targets.get(eventbridge._rule_key(rule["Name"], rule["EventBusName"]), []):
        eventbridge._invoke_target(target, told, rule)


def event(source: str, row: Row) -> dict[str, Any]:
    return {
        "EventId": new_uuid(),
        "Source": source,
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": time.time(),
        "Resources": [row["Arn"]],
        "Account": get_account_id(),
        "Region": get_region(),
    }
