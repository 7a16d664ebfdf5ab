"""`make logs`: each event once, in order, whatever the emulator does meanwhile."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud import gateway
from localcloud.place import ROOT, TOOLS, Place
from ops import logs
from ops.errors import OperationError
from ops.log_lines import Line, milliseconds, readable, shown
from ops.logs import Follower
from ops.target import Target
from tests.commands.fake_emulator import FakeEmulator

NOW = int(time.time() * 1000)
PREFIX = "/fastapi-react-aws/local/"


def follower_of(place: Place, **options: Any) -> Follower:
    return Follower(Target(base="local", place=place), **{"past_ms": milliseconds("10m")} | options)


@pytest.fixture(autouse=True)
def clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the events are as old as they say, however late the tests run."""
    monkeypatch.setattr(logs, "now_ms", lambda: NOW)


def messages(follower: Follower) -> list[str]:
    return [line.text for line in follower.poll()]


def test_events_without_id_are_printed_once_and_equal_ones_each(place: Place, emulator: FakeEmulator) -> None:
    """The emulator gives a Lambda function's events no `eventId`."""
    follower = follower_of(place)
    emulator.write(PREFIX + "reset", "START", "same", "same", at=NOW)
    assert messages(follower) == ["START", "same", "same"]
    assert messages(follower) == []
    emulator.write(PREFIX + "reset", "same", "END", at=NOW)
    assert messages(follower) == ["same", "END"]
    assert messages(follower) == []


def test_events_of_one_millisecond_are_told_apart(place: Place, emulator: FakeEmulator) -> None:
    follower = follower_of(place)
    emulator.write(PREFIX + "api", "same", at=NOW, eventId="1")
    emulator.write(PREFIX + "api", "same", at=NOW, stream="other", eventId="2")
    assert messages(follower) == ["same", "same"]
    emulator.write(PREFIX + "api", "same", at=NOW, eventId="3")
    emulator.write(PREFIX + "api", "same", at=NOW, stream="third")
    assert messages(follower) == ["same", "same"]
    assert messages(follower) == []


def test_a_group_that_comes_later_is_followed_from_its_first_event(place: Place, emulator: FakeEmulator) -> None:
    follower = follower_of(place)
    for number in range(5):
        emulator.write(f"{PREFIX}{number}", f"first of {number}", at=NOW + number)
        assert follower.poll() == [Line(at=NOW + number, service=str(number), text=f"first of {number}")]


def test_events_of_all_groups_are_in_the_order_of_time(place: Place, emulator: FakeEmulator) -> None:
    emulator.write(PREFIX + "b", "1\n", at=NOW)
    emulator.write(PREFIX + "a", "2", at=NOW + 1)
    emulator.write(PREFIX + "b", "3", at=NOW + 2)
    assert [(line.service, line.text) for line in follower_of(place).poll()] == [("b", "1"), ("a", "2"), ("b", "3")]


def test_an_event_that_arrives_late_is_printed(place: Place, emulator: FakeEmulator) -> None:
    follower = follower_of(place)
    emulator.write(PREFIX + "api", "newer", at=NOW, stream="fast")
    assert messages(follower) == ["newer"]
    emulator.write(PREFIX + "api", "older", at=NOW - logs.LATE_MS, stream="slow")
    assert messages(follower) == ["older"]


def test_only_the_last_ten_minutes_are_printed(place: Place, emulator: FakeEmulator) -> None:
    emulator.write(PREFIX + "api", "long ago", at=NOW - 11 * 60_000)
    emulator.write(PREFIX + "api", "lately", at=NOW - 9 * 60_000)
    assert messages(follower_of(place)) == ["lately"]


def test_a_time_in_the_future_hides_nothing(place: Place, emulator: FakeEmulator) -> None:
    follower = follower_of(place)
    emulator.write(PREFIX + "api", "tomorrow", at=NOW + 86_400_000)
    assert messages(follower) == ["tomorrow"]
    emulator.write(PREFIX + "api", "today", at=logs.now_ms())
    assert messages(follower) == ["today"]
    assert messages(follower) == []


def test_what_was_seen_is_forgotten_when_it_cannot_come_again(place: Place, emulator: FakeEmulator) -> None:
    follower = follower_of(place)
    start = NOW - 9 * 60_000
    for second in range(60):
        emulator.write(PREFIX + "api", *(f"{second}.{number}" for number in range(10)), at=start + 1000 * second)
        assert len(messages(follower)) == 10
    assert len(follower.groups["api"].seen) == 10 * (logs.LATE_MS // 1000 + 1)


def test_more_events_than_one_answer_holds_are_all_printed(
    place: Place, emulator: FakeEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "EVENTS_PER_ANSWER", 4)
    for number in range(25):
        emulator.write(PREFIX + "api", str(number), at=NOW + number // 2)
    follower = follower_of(place)
    assert messages(follower) == [str(number) for number in range(25)]
    assert messages(follower) == []


def test_a_group_that_is_deleted_while_it_is_read_ends_nothing(
    place: Place, emulator: FakeEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.write(PREFIX + "kept", "here", at=NOW)
    monkeypatch.setattr(Follower, "services", lambda _: ["deleted", "kept"])
    assert messages(follower_of(place)) == ["here"]


def test_a_group_without_events_is_followed_too(place: Place, emulator: FakeEmulator) -> None:
    follower = follower_of(place)
    emulator.groups[PREFIX + "api"] = []
    assert messages(follower) == messages(follower) == []
    emulator.write(PREFIX + "api", "first", at=NOW)
    assert messages(follower) == ["first"]


def test_more_events_in_one_millisecond_than_an_answer_holds_do_not_stop_it(
    place: Place, emulator: FakeEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API has no way to ask for the others."""
    monkeypatch.setattr(logs, "EVENTS_PER_ANSWER", 4)
    emulator.write(PREFIX + "api", *"abcdef", at=NOW)
    assert messages(follower_of(place)) == ["a", "b", "c", "d"]


def test_another_refusal_of_the_emulator_is_not_hidden(
    place: Place, emulator: FakeEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.refusal = "ThrottlingException"
    monkeypatch.setattr(Follower, "services", lambda _: ["api"])
    with pytest.raises(ClientError, match="ThrottlingException"):
        follower_of(place).poll()


def test_the_log_of_one_service_is_followed_alone(place: Place, emulator: FakeEmulator) -> None:
    follower = follower_of(place, service="worker")
    emulator.write(PREFIX + "api", "asked", at=NOW)
    emulator.write(PREFIX + "worker", "handled", at=NOW)
    assert messages(follower) == ["handled"]


def test_other_stacks_logs_are_left_out(place: Place, emulator: FakeEmulator) -> None:
    emulator.write("/fastapi-react-aws/local2/api", "other", at=NOW)
    emulator.write(PREFIX + "api", "own", at=NOW)
    assert messages(follower_of(place)) == ["own"]


def test_only_lines_with_the_text_are_shown_quotes_and_all(place: Place, emulator: FakeEmulator) -> None:
    emulator.write(PREFIX + "api", 'say "tea", please', "say tea", at=NOW)
    assert messages(follower_of(place, text='"tea", p')) == ['say "tea", please']


def test_a_structured_line_is_shown_as_level_message_and_the_rest() -> None:
    told = '{"time": "2026-11-26T15:13:22Z", "level": "error", "message": "no", "status": 500, "user": null}'
    assert readable(told) == ("ERROR", "ERROR no status=500")
    assert readable('{"event": "started", "port": 3000}') == ("", "started port=3000")
    for other in ("plain", "[1]", '{"port": 1}', "{broken", "7"):
        assert readable(other) == ("", other)


def test_a_line_begins_with_time_and_service_and_errors_are_red_on_a_terminal() -> None:
    line = Line(at=NOW - NOW % 1000 + 7, service="api", text='{"level": "ERROR", "message": "no"}')
    assert shown(line, 6, colours=False).endswith(".007 api    ERROR no")
    assert shown(line, 6, colours=True).endswith("\x1b[31mERROR no\x1b[0m")


def test_how_far_back_has_a_unit() -> None:
    assert [milliseconds(one) for one in ("90s", "10m", "2h", "1d")] == [90_000, 600_000, 7_200_000, 86_400_000]
    for wrong in ("10", "h", "1w", "-1h"):
        with pytest.raises(OperationError, match="SINCE: must be a number and s, m, h or d"):
            milliseconds(wrong)


def command(place: Place, *options: str) -> list[str]:
    local = [sys.executable, "-m", "ops", "--port", str(place.port), "--folder", str(place.folder)]
    return [*local, "logs", *options]


def test_a_service_without_a_log_is_answered_with_those_that_have_one(place: Place) -> None:
    emulator = FakeEmulator()
    emulator.write(PREFIX + "api", "asked", at=NOW)
    with emulator.serving(place.port):
        run = subprocess.run(command(place, "--service", "web"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr == "Error: SERVICE: must be one that has a log, got 'web'; there are those of api\n"


def test_without_following_it_ends_and_raw_lines_are_as_they_were_written(place: Place) -> None:
    emulator = FakeEmulator()
    emulator.write(PREFIX + "api", '{"message": "asked"}', at=NOW)
    with emulator.serving(place.port):
        options = ("--no-follow", "--raw")
        run = subprocess.run(command(place, *options), cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, '{"message": "asked"}\n', "")


def test_the_command_waits_for_an_emulator_that_restarts_and_ends_on_ctrl_c(place: Place) -> None:
    emulator = FakeEmulator()
    emulator.write(PREFIX + "backend", "before", at=NOW)
    with emulator.serving(place.port):
        process = subprocess.Popen(
            command(place), cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert process.stdout is not None
        assert process.stdout.readline().endswith(" backend before\n")
    try:
        assert "Could not connect to the endpoint URL" in (line := process.stdout.readline())
        assert "waiting for it, Ctrl-C ends" in line
        emulator.write(PREFIX + "backend", "after", at=NOW + 1)
        with emulator.serving(place.port):
            told = {process.stdout.readline(), process.stdout.readline()}
            assert "logs: the answer is there again\n" in told
            assert any(line.endswith(" backend after\n") for line in told)
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=60)
        assert (process.returncode, rest) == (0, "")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_cloud_that_does_not_run_is_named_with_the_command_that_starts_it(place: Place) -> None:
    run = subprocess.run(command(place), cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"Error: the local cloud does not answer on port {place.port}; run `make up`\n"


def test_the_lines_of_a_real_function_are_printed_once(place: Place, tmp_path: Path) -> None:
    """The emulator itself, with the events that it writes for a Lambda function."""
    with real_emulator(place, tmp_path):
        follower = follower_of(place)
        client = boto3.client(
            "lambda",
            endpoint_url=place.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("f.py", "def handler(event, context):\n    print('hello')\n    print('hello')\n")
        client.create_function(
            FunctionName="greet", Runtime="python3.11", Handler="f.handler", Code={"ZipFile": code.getvalue()},
            Role="arn:aws:iam::000000000000:role/greet", LoggingConfig={"LogGroup": PREFIX + "greet"},
        )  # fmt: skip
        client.invoke(FunctionName="greet")
        client.close()
        assert [line.service for line in follower.poll() if line.text == "hello"] == ["greet"] * 2
        assert follower.poll() == []


@contextmanager
def real_emulator(place: Place, folder: Path) -> Iterator[None]:
    environment = {
        **os.environ, **place.aws_environment, "GATEWAY_PORT": str(place.port), "BIND_HOST": "127.0.0.1",
        "STATE_DIR": str(folder), "SFTP_ENABLED": "0", "IOT_MTLS_ENABLED": "0", "PERSIST_STATE": "0",
        "DOCKER_HOST": f"unix://{folder}/none.sock",
    }  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [TOOLS / "emulator/bin/python", "-m", "ministack"], env=environment, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + 60
        while not gateway.answers(place.port):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()
