"""The last lines of a stopped task, from CloudWatch Logs."""

from typing import cast

import pytest
from botocore.exceptions import ClientError
from types_boto3_logs import CloudWatchLogsClient

from infra.steps import ecs_logs
from infra.steps.ecs_logs import LAST_LINES, PATIENCE_SECONDS, last_lines, read_stream, stream_name
from tests.unit.steps.aws_fakes import Clock, FakeLogs, refusal

TASK = "arn:aws:ecs:us-east-1:123456789012:task/cluster/0a1b"
LINES = [f"line {number}" for number in range(3 * LAST_LINES)]


def read(logs: FakeLogs) -> list[str]:
    return read_stream(cast(CloudWatchLogsClient, logs), "group", "stream")


def test_the_newest_lines_are_read_oldest_first() -> None:
    assert read(FakeLogs(LINES)) == LINES[-LAST_LINES:]
    assert read(FakeLogs(["indented:", "    text "])) == ["indented:", "    text"]


def test_a_stream_that_is_not_there_has_no_lines_and_any_other_refusal_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read(FakeLogs(None)) == []
    monkeypatch.setattr("tests.unit.steps.aws_fakes.refusal", lambda code: refusal("AccessDenied"))
    with pytest.raises(ClientError, match="AccessDenied"):
        read(FakeLogs(None))


def test_lines_are_waited_for_and_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    logs, clock = FakeLogs(None), Clock()
    monkeypatch.setattr(ecs_logs, "time", clock)
    monkeypatch.setattr("infra.steps.common.aws_client", lambda service, region: logs)
    assert last_lines("us-east-1", "group", "backend", [TASK]) == []
    assert clock.now == PATIENCE_SECONDS
    assert {*logs.asked} == {("group", "backend/backend/0a1b")}
    logs.lines = ["at last"]
    assert last_lines("us-east-1", "group", "backend", [TASK]) == ["at last"]
    assert clock.now == PATIENCE_SECONDS


def test_a_tasks_stream_is_named_as_the_log_driver_names_it() -> None:
    assert stream_name("backend", TASK) == "backend/backend/0a1b"


@pytest.mark.parametrize("line", ["plain", "[1]", '"text"', '{"level": "INFO"}'])
def test_a_line_that_holds_no_message_is_told_as_it_is(line: str) -> None:
    assert ecs_logs.in_words(line) == line


def test_of_a_structured_line_the_message_is_told() -> None:
    assert ecs_logs.in_words('{"level": "INFO", "message": "Running upgrade"}') == "Running upgrade"
