"""Preview environments on AWS: what is asked of Pulumi for them, and which are old."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ops import environments
from ops.__main__ import main
from ops.errors import OperationError
from ops.target import Target

# It notes its words, and lists the stacks of the file `stacks` beside it.
PULUMI = """
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with (here / "notes").open("a") as notes:
    notes.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1:3] == ["stack", "ls"]:
    print((here / "stacks").read_text())
sys.exit(1 if (here / "fails").exists() and sys.argv[1] == (here / "fails").read_text() else 0)
"""
UNATTENDED = ["--yes", "--skip-preview", "--non-interactive"]
NOW = datetime.now(UTC)


def one(name: str, days: float | None) -> dict[str, Any]:
    last = {} if days is None else {"lastUpdate": (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    return {"name": name, "current": False, "updateInProgress": False, **last}


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[list[str]]]:
    """What Pulumi was asked, but for its list of stacks."""
    (tmp_path / "pulumi").write_text(f"#!{sys.executable} -IS\n{PULUMI}")
    (tmp_path / "pulumi").chmod(0o755)
    stacks = [one("dev", 1), one("dev-pr-7", 1), one("dev-pr-8", 5), one("organization/shop/dev-pr-9", 4)]
    (tmp_path / "stacks").write_text(json.dumps([*stacks, one("prod-pr-8", 9), one("dev-pr-10", None)]))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("localcloud.stack_file.write_preview", lambda *_: None)

    def asked() -> list[list[str]]:
        found = [json.loads(line) for line in (tmp_path / "notes").read_text().splitlines()]
        return [words for words in found if words[:2] != ["stack", "ls"]]

    return asked


def of(preview: str | None) -> Target:
    return Target(base="dev", preview=preview, place=None)


def test_a_new_one_is_made_with_the_encryption_of_its_base(
    calls: Callable[[], list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localcloud.stack_file.secrets_provider", lambda stack: f"awskms://{stack}")
    assert environments.up(of("pr-12")) == 0
    assert calls() == [
        ["stack", "init", "dev-pr-12", "--no-select", "--secrets-provider", "awskms://dev"],
        ["up", "--stack", "dev-pr-12", *UNATTENDED, "--suppress-outputs"],
    ]


def test_one_that_is_there_is_brought_up_to_date(calls: Callable[[], list[list[str]]]) -> None:
    assert environments.up(of("pr-7")) == 0
    assert calls() == [["up", "--stack", "dev-pr-7", *UNATTENDED, "--suppress-outputs"]]


def test_a_stack_that_cannot_be_made_is_not_deployed(calls: Callable[[], list[list[str]]], tmp_path: Path) -> None:
    (tmp_path / "fails").write_text("stack")
    with pytest.raises(OperationError):
        environments.up(of("pr-12"))
    assert calls() == []


def test_it_is_destroyed_with_its_state_and_one_that_is_not_there_is_no_fault(
    calls: Callable[[], list[list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert environments.down(of("pr-12")) == 0
    assert capsys.readouterr().out == "There is no preview environment pr-12 of dev\n"
    assert environments.down(of("pr-7")) == 0
    assert calls() == [["destroy", "--stack", "dev-pr-7", *UNATTENDED, "--remove"]]


def test_those_that_were_not_deployed_for_days_are_destroyed(calls: Callable[[], list[list[str]]]) -> None:
    told = list(environments.listed(of(None), 3))
    assert [line.split()[0] for line in told] == ["pr-10", "pr-7", "pr-8", "pr-9"]
    assert [line.endswith("now destroyed") for line in told] == [False, False, True, True]
    assert [words[2] for words in calls()] == ["dev-pr-8", "dev-pr-9"]


def test_one_that_could_not_be_destroyed_stops_none_of_the_others(
    calls: Callable[[], list[list[str]]], tmp_path: Path
) -> None:
    (tmp_path / "fails").write_text("destroy")
    with pytest.raises(OperationError, match=r"^not destroyed: pr-8, pr-9; the messages are above$"):
        list(environments.listed(of(None), 3))
    assert [words[2] for words in calls()] == ["dev-pr-8", "dev-pr-9"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--stack", "dev", "up"],
            "PREVIEW: is required with a stack on AWS, such as pr-12; for all of it: `pulumi up -s dev`",
        ),
        (["--stack", "dev", "--preview", "12", "up"], "PREVIEW: must be pr- and up to 20 lower-case letters"),
        (
            ["--stack", "dev", "--preview", "pr-1", "sleep"],
            "PREVIEW: sleep is about what it shares with dev; leave it out",
        ),
    ],
)
def test_what_is_no_preview_environment_is_refused(
    words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ops", *words])
    assert main() == 1
    assert told in capsys.readouterr().err
