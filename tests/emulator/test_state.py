"""What the emulator saves while it runs, which is more than MiniStack does, at private names of it.

A new version of MiniStack in which one of these names is gone fails here or in test_additions.py, in seconds.
"""

import time
from pathlib import Path

import pytest

from tests.emulator.conftest import Client
from tests.engine.support import Emulator, eventually


@pytest.fixture
def emulator(fresh_emulator: Emulator) -> Emulator:
    return fresh_emulator


def state(emulator: Emulator, service: str) -> Path:
    return emulator.folder / "emulator" / f"{service}.json"


def write_lines(aws: Client, *lines: str, group: str = "/web") -> None:
    logs = aws("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="task")
    now = time.time_ns() // 10**6
    events = [{"timestamp": now + number, "message": line} for number, line in enumerate(lines)]
    logs.put_log_events(logGroupName=group, logStreamName="task", logEvents=events)


def read_lines(aws: Client, group: str = "/web") -> list[str]:
    return [event["message"] for event in aws("logs").filter_log_events(logGroupName=group)["events"]]


def test_what_was_made_survives_a_crash(emulator: Emulator, aws: Client) -> None:
    aws("sqs").create_queue(QueueName="kept")
    write_lines(aws, "a line")
    emulator.wait_until_saved()
    emulator.kill()
    emulator.start()
    assert [url.rsplit("/", 1)[-1] for url in aws("sqs").list_queues()["QueueUrls"]] == ["kept"]
    assert [stream["logStreamName"] for stream in aws("logs").describe_log_streams(logGroupName="/web")["logStreams"]]


def test_log_lines_survive_a_stop_and_are_not_in_the_state_of_the_groups(emulator: Emulator, aws: Client) -> None:
    write_lines(aws, "line one", "line two")
    emulator.stop()
    assert "line one" not in state(emulator, "cloudwatch_logs").read_text()
    emulator.start()
    assert read_lines(aws) == ["line one", "line two"]
    found = aws("logs").start_query(
        logGroupName="/web", startTime=0, endTime=2**33, queryString="fields @message | filter @message = 'line two'"
    )
    answer = aws("logs").get_query_results(queryId=found["queryId"])
    assert [row[0]["value"] for row in answer["results"]] == ["line two"]


def test_a_saving_that_fails_is_told_and_made_up_for(emulator: Emulator, aws: Client) -> None:
    obstacle = state(emulator, "sqs")
    emulator.wait_until_saved()
    obstacle.unlink(missing_ok=True)
    obstacle.mkdir()
    aws("sqs").create_queue(QueueName="late")
    eventually(lambda: emulator.health()["status"] == "failing")
    assert "sqs: IsADirectoryError" in emulator.health()["error"]
    obstacle.rmdir()
    eventually(lambda: emulator.health()["status"] == "ok")
    assert "late" in obstacle.read_text()


def test_a_reset_removes_the_log_lines_too(emulator: Emulator, aws: Client) -> None:
    write_lines(aws, "old")
    emulator.ask("POST", "/_ministack/reset")
    write_lines(aws, "new")
    emulator.stop()
    emulator.start()
    assert read_lines(aws) == ["new"]
