"""The last run of each job. ECS forgets a task soon after its end; what it said then is in a log group."""

import json
import time
from datetime import datetime
from typing import Any

from .description import Description
from .schemas import JobFound, RunFound

GROUP = "job:"  # what the `group` of a job's tasks begins with
DAY = 86400
# Where the last run may be, nearest first: of a job that runs each minute, 400 days of records are not read through.
WINDOWS = (DAY // 24, DAY, 8 * DAY, 32 * DAY, 400 * DAY)
LATE_SECONDS = 600  # the most that a record is expected to come late


class LastRuns:
    """Remembers them, so that only what is new is asked for. Blocks."""

    def __init__(self, logs: Any, description: Description) -> None:
        self._logs, self._description = logs, description
        self._last: dict[str, RunFound] = {}
        self._looked: dict[str, float] = {}

    def of(self, job: str) -> RunFound | None:
        now = time.time()
        again = job in self._looked
        for seconds in [now - self._looked[job] + LATE_SECONDS] if again else WINDOWS:
            if found := self._ended(job, now - seconds):
                last = self._last.get(job)
                self._last[job] = max([*found, *([last] if last else [])], key=lambda run: run.ended_at)
                break
        self._looked[job] = now
        return self._last.get(job)

    def _ended(self, job: str, since: float) -> list[RunFound]:
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._description.job_log_group or "",
            filterPattern=f'{{ $.detail.group = "{GROUP}{job}" }}',
            startTime=int(since * 1000),
        )
        return [run_of(json.loads(event["message"])["detail"]) for page in pages for event in page["events"]]


def run_of(task: dict[str, Any]) -> RunFound:
    codes = [code for container in task["containers"] if (code := container.get("exitCode")) is not None]
    started = task.get("startedAt")
    return RunFound(
        started_at=started and datetime.fromisoformat(started),
        ended_at=datetime.fromisoformat(task["stoppedAt"]),
        exit_code=max(codes, default=None),
    )


def jobs_found(description: Description, groups: list[str], runs: LastRuns) -> list[JobFound]:
    """`groups`: of the tasks that run."""
    found = []
    for name, job in description.jobs.items():
        last = runs.of(name)
        problem = None
        if last and last.exit_code is None:
            problem = "The last run did not start. `make jobs` shows why."
        elif last and last.exit_code:
            problem = f"The last run failed with exit code {last.exit_code}. `make jobs` shows where its log is."
        found.append(
            JobFound(
                name=name,
                schedule=job.schedule,
                timezone=job.timezone,
                running=groups.count(GROUP + name),
                last=last,
                state="attention" if problem else "ok",
                problem=problem,
            )
        )
    return found
