"""`make jobs`: what is shown of a job, against a real emulator. Without an engine a task counts as running at once."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ops.jobs import jobs
from tests.emulator.conftest import running
from tests.engine.support import eventually

LOG = "/aws/events/shop/local/jobs"
TASK = "arn:aws:ecs:us-east-1:000000000000:task/c/1a2b"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A stack with three jobs; `Target` asks Pulumi for the outputs."""
    with running(tmp_path_factory.mktemp("emulator")) as emulator:
        cluster = emulator.client("ecs").create_cluster(clusterName="c")["cluster"]["clusterArn"]
        container = {"name": "worker", "image": "app:1", "memory": 64}
        emulator.client("ecs").register_task_definition(family="app", containerDefinitions=[container])
        emulator.client("logs").create_log_group(logGroupName=LOG)
        queue = emulator.client("sqs").create_queue(QueueName="missed")["QueueUrl"]
        letters = {"Arn": "arn:aws:sqs:us-east-1:000000000000:missed"}
        for name, expression in (("nightly", "cron(0 3 * * ? *)"), ("often", "rate(1 hour)"), ("new", "rate(1 day)")):
            emulator.client("scheduler").create_schedule(
                Name=f"{name}-1a", ScheduleExpression=expression, ScheduleExpressionTimezone="Europe/Berlin",
                FlexibleTimeWindow={"Mode": "OFF"}, State="DISABLED" if name == "new" else "ENABLED",
                Target={"Arn": cluster, "RoleArn": "arn:aws:iam::000000000000:role/r", "DeadLetterConfig": letters,
                        "EcsParameters": {"TaskDefinitionArn": f"{cluster.rpartition(':')[0]}:task-definition/no:1"}},
            )  # fmt: skip
        outputs = {
            "cluster": "c",
            "job_log_group": LOG,
            "missed_jobs": queue,
            "jobs": {name: {"schedule": f"{name}-1a", "service": "worker"} for name in ("nightly", "often", "new")},
            "services": {"worker": {"log_group": "/shop/local/worker"}},
        }
        yield SimpleNamespace(outputs=outputs, client=emulator.client)


def ended(target: Any, job: str, hours_ago: int, code: int | None, **more: Any) -> None:
    """A record, as the rule of EventBridge writes it."""
    at = time.time() - hours_ago * 3600
    times = {"startedAt": at - 12.0, "stoppedAt": at}
    told = {key: datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z") for key, value in times.items()}
    container = {"name": "worker"} | ({} if code is None else {"exitCode": code})
    detail = {"taskArn": TASK, "group": f"job:{job}", "containers": [container], **told, **more}
    logs, stream = target.client("logs"), f"{job}-{hours_ago}"
    logs.create_log_stream(logGroupName=LOG, logStreamName=stream)
    event = {"timestamp": int(at * 1000), "message": json.dumps({"detail": detail})}
    logs.put_log_events(logGroupName=LOG, logStreamName=stream, logEvents=[event])


def of(target: Any, job: str) -> list[str]:
    """The lines about it, without their indentation."""
    found = "\n".join(jobs(target)).split(f"{job}: ")[1].split("\n")
    return [line.strip() for line in found[: next((n for n, line in enumerate(found) if n and line[0] != " "), None)]]


def test_a_job_says_when_it_is_due_and_that_none_has_run(target: Any) -> None:
    schedule, due, last = of(target, "nightly")
    assert schedule == "cron(0 3 * * ? *), Europe/Berlin"
    assert due.startswith("next:   20") and due.endswith(" 03:00")
    assert last == "last:   none has ended yet"
    assert of(target, "new")[1] == "next:   none, the schedule is disabled"


def test_a_run_that_could_not_start_is_missed_and_says_why_each_time(target: Any) -> None:
    missed = eventually(lambda: [line for line in of(target, "often") if line.startswith("missed: ")])
    assert missed[0].startswith("missed: 1 in the last 14 days, the newest 20") and "no:1" in missed[0]
    assert missed[0] in of(target, "often")


def test_the_run_that_ended_last_is_told_and_others_of_its_name_are_not(target: Any) -> None:
    ended(target, "nightly", 300, 0, startedBy="run")
    assert of(target, "nightly")[2].endswith(", by hand, 12 s: ok")
    ended(target, "nightly", 30, 3, stoppedReason="Essential container in task exited")
    ended(target, "nightly", 31, 0)
    ended(target, "nightly-copy", 1, 0)
    _, _, last, reason, code, log = of(target, "nightly")
    assert last.endswith(", 12 s: failed with exit code 3")
    assert (reason, code) == ("Essential container in task exited", "container worker exited with code 3")
    assert log == "log: /shop/local/worker, stream worker/worker/1a2b"


def test_a_task_that_never_ran_says_so_and_runs_of_now_are_counted(target: Any) -> None:
    ended(target, "often", 2, None, stoppedReason="TaskFailedToStart: no room")
    for _ in range(2):
        target.client("ecs").run_task(cluster="c", taskDefinition="app", group="job:often")
    lines = of(target, "often")
    assert lines[1].endswith("; 2 running now")
    assert lines[2].endswith(": did not run") and "TaskFailedToStart: no room" in lines


def test_a_stack_without_jobs_says_where_to_read_about_them() -> None:
    assert list(jobs(SimpleNamespace(outputs={}))) == [  # type: ignore[arg-type] # no more of it is used
        "no jobs; docs/own-app.md shows how to describe one in app.yaml"
    ]
