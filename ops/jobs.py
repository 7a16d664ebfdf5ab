"""Tells of each job when it is due next and what its last run came to."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from infra.pure.naming import JOB_GROUP
from infra.steps import ecs_logs
from localcloud.times import Times
from ops.records import BY_HAND, Missed, groups_of_running, last_run, missed_runs, moment
from ops.target import Target


@dataclass(frozen=True, kw_only=True)
class Job:
    """`schedule`: as Scheduler has it. `last`: the task of the run that ended last, as ECS told of it."""

    name: str
    service: str
    log_group: str
    schedule: dict[str, Any]
    running: int
    last: dict[str, Any] | None
    missed: Sequence[Missed]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.schedule["ScheduleExpressionTimezone"])

    def shown(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"


def jobs(target: Target) -> Iterator[str]:
    """The lines to show."""
    told = target.outputs.get("jobs", {})
    if not told:
        yield "no jobs; docs/own-app.md shows how to describe one in app.yaml"
        return
    scheduler, logs = target.client("scheduler"), target.client("logs")
    running, missed = groups_of_running(target), missed_runs(target)
    for name, facts in told.items():
        schedule = scheduler.get_schedule(Name=facts["schedule"])
        yield from lines(
            Job(
                name=name,
                service=facts["service"],
                log_group=target.outputs["services"][facts["service"]]["log_group"],
                schedule=schedule,
                running=running.count(JOB_GROUP + name),
                last=last_run(logs, target.outputs["job_log_group"], name),
                missed=[one for one in missed if one.schedule == schedule["Arn"]],
            )
        )


def lines(job: Job) -> Iterator[str]:
    yield f"{job.name}: {job.schedule['ScheduleExpression']}, {job.zone.key}"
    yield f"  next:   {due(job)}{f'; {job.running} running now' if job.running else ''}"
    yield from last_lines(job, job.last) if job.last else ["  last:   none has ended yet"]
    if job.missed:
        newest = max(job.missed, key=lambda one: one.at)
        count = len(job.missed)
        yield f"  missed: {count} in the last 14 days, the newest {job.shown(newest.at)}: {newest.reason}"


def due(job: Job) -> str:
    """AWS does not tell it. A rate is counted from the making of the schedule."""
    if job.schedule["State"] != "ENABLED":
        return "none, the schedule is disabled"
    begins = job.schedule["CreationDate"].timestamp()
    times = Times(expression=job.schedule["ScheduleExpression"], zone=job.zone.key, begins=begins)
    found = times.after(time.time())
    return "none" if found is None else job.shown(datetime.fromtimestamp(found, job.zone))


def last_lines(job: Job, task: dict[str, Any]) -> Iterator[str]:
    codes = [one.get("exitCode") for one in task["containers"] if one["name"] == job.service]
    code = codes[0] if codes else None
    ended = moment(task["stoppedAt"])
    began = moment(task["startedAt"]) if "startedAt" in task else ended
    by_hand = ", by hand" if task.get("startedBy") == BY_HAND else ""
    result = "did not run" if code is None else "ok" if code == 0 else f"failed with exit code {code}"
    yield f"  last:   {job.shown(began)}{by_hand}, {(ended - began).total_seconds():.0f} s: {result}"
    if code != 0:
        yield from (f"          {reason}" for reason in dict.fromkeys(ecs_logs.stop_reasons(task)))
        yield f"          log: {job.log_group}, stream {ecs_logs.stream_name(job.service, task['taskArn'])}"
