"""The commands as people call them, with a `pulumi` and an emulator of the tests."""

import json
import shlex
import subprocess
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from localcloud import stack, stack_file, supervision
from localcloud.cli import deployed, main
from localcloud.errors import LocalCloudError
from localcloud.place import Place
from tests.commands.conftest import Command, FakePulumi
from tests.commands.fake_emulator import FakeEmulator


@pytest.fixture
def started(place: Place, emulator: FakeEmulator, monkeypatch: pytest.MonkeyPatch) -> FakeEmulator:
    """A cloud of which the emulator runs, started and stopped without supervisord."""
    emulator.secrets["arn:secret"] = json.dumps({"password": "p", "signing_key": "k"})
    running: list[str] = []
    lives = (f"1 since {number}" for number in count())

    def start(_: Place) -> bool:
        if running:
            return False
        running.append(next(lives))
        return True

    monkeypatch.setattr(supervision, "start", start)
    monkeypatch.setattr(supervision, "stop", lambda _: running.clear())
    monkeypatch.setattr(supervision, "emulator_life", lambda _: "".join(running))
    return emulator


def test_up_deploys_and_tells_where_the_site_is(
    command: Command, place: Place, started: FakeEmulator, pulumi: FakePulumi
) -> None:
    output = command("up").output
    assert "Local cloud started in" in output and "Deployed backend b1, in " in output
    assert "Site      http://d1.cloudfront.localhost:1\n" in output
    assert "Sign in   http://d1.cloudfront.localhost:1/sign-in#password=p\n" in output
    assert f"Mailbox   http://127.0.0.1:{place.port}/_local/mailbox\n" in output
    assert "Warning" not in output
    assert [call["arguments"][:3] for call in pulumi.calls] == [["stack", "init", "local"], ["up", "--stack", "local"]]
    assert {"--yes", "--skip-preview"} <= set(pulumi.calls[1]["arguments"])


def test_a_second_up_starts_nothing_and_compares_nothing(
    command: Command, started: FakeEmulator, pulumi: FakePulumi
) -> None:
    command("up")
    output = command("up").output
    assert "Local cloud started" not in output
    assert pulumi.commands == ["stack", "up", "up"]


def test_an_up_that_fails_tells_what_to_do_and_the_next_one_compares_first(
    command: Command, started: FakeEmulator, pulumi: FakePulumi
) -> None:
    pulumi.fail("up")
    failed = command("up", code=1)
    assert "Error: pulumi up: failed after" in failed.output and "run `make up` again" in failed.output
    assert "Site" not in failed.output
    pulumi.mend("up")
    again = command("up")
    assert "comparing the stack with what exists" in again.output
    assert pulumi.commands == ["stack", "up", "refresh", "up"]
    assert "--clear-pending-creates" in pulumi.calls[2]["arguments"]


@pytest.mark.parametrize("made", ["", "urn:bucket"])
def test_an_up_that_fails_tells_that_something_is_kept_where_something_was_created(
    command: Command, started: FakeEmulator, pulumi: FakePulumi, made: str
) -> None:
    pulumi.fail("up", made)
    assert ("what was created is kept" in command("up", code=1).output) is bool(made)


@pytest.mark.parametrize("name", ["up", "down"])
def test_a_stack_file_that_is_no_yaml_is_told_before_anything_starts(
    command: Command, started: FakeEmulator, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refuse() -> None:
        raise LocalCloudError("Pulumi.local.yaml:2:1: not so")

    monkeypatch.setattr(stack_file, "check", refuse)
    assert command(name, code=1).output == "Error: Pulumi.local.yaml:2:1: not so\n"
    assert pulumi.calls == []


def test_an_up_stops_where_the_comparison_fails(command: Command, started: FakeEmulator, pulumi: FakePulumi) -> None:
    pulumi.fail("up")
    command("up", code=1)
    pulumi.fail("refresh")
    assert "Error: pulumi refresh: failed" in command("up", code=1).output
    assert pulumi.commands == ["stack", "up", "refresh"]


def test_down_destroys_and_stops(command: Command, place: Place, started: FakeEmulator, pulumi: FakePulumi) -> None:
    command("up")
    command("down")
    assert pulumi.commands[-1] == "destroy" and supervision.emulator_life(place) == ""
    assert stack.resource_count(place) == 0


def test_a_down_that_fails_leaves_the_cloud_running(
    command: Command, place: Place, started: FakeEmulator, pulumi: FakePulumi
) -> None:
    command("up")
    pulumi.fail("destroy")
    assert "Error: pulumi destroy: failed" in command("down", code=1).output
    assert supervision.emulator_life(place) != ""
    pulumi.mend("destroy")
    command("down")
    assert "refresh" in pulumi.commands


def test_down_of_nothing_asks_pulumi_nothing(command: Command, started: FakeEmulator, pulumi: FakePulumi) -> None:
    command("down")
    assert pulumi.calls == []


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stacks whose files were asked for."""
    asked: list[str] = []
    monkeypatch.setattr(stack_file, "write_preview", lambda name, base, project: asked.append(f"{name} on {base}"))
    return asked


def test_a_preview_is_deployed_beside_the_stack_and_destroyed_without_it(
    command: Command, place: Place, started: FakeEmulator, pulumi: FakePulumi, files: list[str]
) -> None:
    command("up")
    command("--preview", "pr-12", "up")
    assert files == ["local-pr-12 on local"]
    assert [call["arguments"][:3] for call in pulumi.calls[2:]] == [
        ["stack", "init", "local-pr-12"],
        ["up", "--stack", "local-pr-12"],
    ]
    command("--preview", "pr-12", "down")
    assert pulumi.calls[-1]["arguments"][:3] == ["destroy", "--stack", "local-pr-12"]
    assert "--remove" in pulumi.calls[-1]["arguments"]
    assert supervision.emulator_life(place) != "" and stack.resource_count(place) == 5
    assert stack.previews(place) == []


def test_down_of_the_stack_destroys_its_previews_first(
    command: Command, started: FakeEmulator, pulumi: FakePulumi, files: list[str]
) -> None:
    command("up")
    for name in ("pr-12", "pr-7"):
        command("--preview", name, "up")
    command("down")
    destroyed = [call["arguments"][2] for call in pulumi.calls if call["arguments"][0] == "destroy"]
    assert destroyed == ["local-pr-12", "local-pr-7", "local"]


def test_a_stop_is_remembered_for_every_stack(
    command: Command, started: FakeEmulator, pulumi: FakePulumi, files: list[str]
) -> None:
    command("up")
    command("--preview", "pr-12", "up")
    command("stop")
    command("up")
    command("--preview", "pr-12", "up")
    assert "refresh" not in pulumi.commands


def test_a_preview_that_was_interrupted_is_compared_and_the_stack_is_not(
    command: Command, started: FakeEmulator, pulumi: FakePulumi, files: list[str]
) -> None:
    command("up")
    pulumi.fail("up")
    command("--preview", "pr-12", "up", code=1)
    pulumi.mend("up")
    command("up")
    assert "refresh" not in pulumi.commands
    command("--preview", "pr-12", "up")
    refresh = next(call["arguments"] for call in pulumi.calls if call["arguments"][0] == "refresh")
    assert refresh[:3] == ["refresh", "--stack", "local-pr-12"]


def test_a_preview_needs_the_stack_and_a_name(
    command: Command, started: FakeEmulator, pulumi: FakePulumi, files: list[str]
) -> None:
    assert "which is not deployed; run `make up`" in command("--preview", "pr-12", "up", code=1).output
    for name in ("12", "pr-", "pr-A", "pr-" + "1" * 21, ""):
        assert "must be pr- and up to 20 lower-case" in command("--preview", name, "up", code=1).output
    assert pulumi.calls == [] and files == []


def test_stop_keeps_the_data_and_the_next_up_needs_no_comparison(
    command: Command, place: Place, started: FakeEmulator, pulumi: FakePulumi
) -> None:
    command("up")
    command("stop")
    assert supervision.emulator_life(place) == "" and stack.resource_count(place) == 5
    command("up")
    assert pulumi.commands == ["stack", "up", "up"]


def test_url_and_password_are_printed_alone(command: Command, started: FakeEmulator, pulumi: FakePulumi) -> None:
    command("up")
    assert command("url").output == "http://d1.cloudfront.localhost:1\n"
    assert command("password").output == "p\n"


@pytest.mark.parametrize("name", ["url", "password"])
def test_what_is_not_deployed_yet_is_an_error_with_the_way_out(command: Command, name: str) -> None:
    assert command(name, code=1).output.startswith(f"Error: {name}: the stack is not deployed")


def test_status_tells_that_nothing_runs(command: Command) -> None:
    output = command("status").output
    assert "Nothing runs; `make up` starts it" in output
    assert "stack     0 resources" in output and "(not deployed)" in output


def test_status_tells_what_runs(command: Command, place: Place, small_programs: None, cloud: Place) -> None:
    supervision.start(place)
    output = command("status").output
    assert all(f"  {name:<10}" in output for name in ("engine", "emulator", "provider"))
    assert "Nothing runs" not in output


@pytest.mark.parametrize("name", ["status", "up"])
def test_an_emulator_that_cannot_save_is_told(
    command: Command, started: FakeEmulator, pulumi: FakePulumi, name: str
) -> None:
    started.health = {"status": "failing", "saved_seconds_ago": 61.4, "error": "No space left on device"}
    assert "Warning   the emulator could not save its state for 61 s (No space left on device)" in command(name).output
    started.health = {"status": "ok", "saved_seconds_ago": 0.4, "error": None}
    assert "Warning" not in command(name).output


def test_env_prints_exports_that_a_shell_reads(command: Command, place: Place, pulumi: FakePulumi) -> None:
    shell = ["sh", "-c", f'{command("env").output}\nprintf %s "$PULUMI_BACKEND_URL $AWS_ENDPOINT_URL $DOCKER_HOST"']
    printed = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
    assert printed == f"{place.pulumi_environment['PULUMI_BACKEND_URL']} {place.endpoint} {place.docker_host}"


def test_env_quotes_what_a_shell_would_change(
    command: Command, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/a $(b)")
    line = next(line for line in command("env").output.splitlines() if line.startswith("export PATH="))
    assert shlex.split(line)[1].endswith(":/a $(b)")


def test_any_pulumi_command_goes_through_with_its_exit_code(command: Command, pulumi: FakePulumi) -> None:
    pulumi.fail("preview")
    command("pulumi", "--", "preview", "--diff", "-s", "local", code=3)
    assert pulumi.calls[0]["arguments"] == ["preview", "--diff", "-s", "local"]


@pytest.mark.parametrize("port", [5060, 6000, 6667])
def test_a_port_where_no_browser_opens_a_page_is_refused_before_anything_starts(tmp_path: Path, port: int) -> None:
    result = CliRunner().invoke(main, ["--port", str(port), "--folder", str(tmp_path / "place"), "up"])
    assert (result.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert f"PORT: browsers open no page at port {port}; choose another such as PORT={port + 100}" in result.output


def test_a_port_out_of_range_is_refused(command: Command) -> None:
    result = CliRunner().invoke(main, ["--port", "80", "status"])
    assert result.exit_code == 2 and "1024<=x<=65000" in result.output


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ({}, {"backend": "b1", "frontend": "f1"}, "Deployed backend b1, frontend f1"),
        (
            {"backend": "b1", "frontend": "f1"},
            {"backend": "b2", "frontend": "f1"},
            "Deployed backend b1 → b2, frontend f1 (unchanged)",
        ),
        ({"backend": "b1"}, {"backend": "b1"}, "No new version: backend b1 (unchanged)"),
        ({}, {}, "No new version: no app"),
    ],
)
def test_the_last_line_of_an_up_tells_which_versions_came(
    before: dict[str, str], after: dict[str, str], line: str
) -> None:
    assert deployed(before, after) == line
