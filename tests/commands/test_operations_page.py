"""Every command of the pages on running a stack is one that the Makefile and `python -m ops` know, and its options."""

import re
import shlex
import subprocess
import sys

import pytest

from infra.pure.paths import ROOT
from ops.__main__ import COMMANDS, arguments

PAGE = "\n".join((ROOT / "docs" / name).read_text() for name in ("operations.md", "ci-cd.md"))
FOUND = re.findall(r"^    (make [^#\n]+)|`(make [^`]+)`", PAGE, re.MULTILINE)
# Brackets mean that an option may be left out.
WORDS = sorted({re.sub(r"[\[\]<>]", "", block or inline).strip() for block, inline in FOUND})


@pytest.mark.parametrize("command", WORDS)
def test_the_command_is_there_with_its_options(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    command = command.partition(" | ")[0]
    shown = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "--assume-old=.tools/ready", *shlex.split(command)[1:]],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "=" not in command or "-m" in shown.stdout
    for line in shown.stdout.replace("\\\n", " ").splitlines():
        if " -m ops " in line:
            words = shlex.split(line.partition("&& ")[2] if "&&" in line else line)
            monkeypatch.setattr(sys, "argv", words[words.index("ops") :])
            assert arguments().command in COMMANDS


def test_the_pages_tell_of_every_command_about_data_and_deployments() -> None:
    assert {words.split()[1] for words in WORDS} >= {
        "backup", "bootstrap", "deployments", "doctor", "logs", "psql", "restore", "rollback", "shell", "status",
        "tunnel",
    }  # fmt: skip


def test_every_command_about_a_stack_is_run_by_an_end_to_end_test() -> None:
    text = "".join(file.read_text() for file in (ROOT / "tests/e2e").rglob("*.py"))
    assert set(re.findall(r'\.(?:ops|operation)\(\s*"([a-z-]+)"', text)) >= set(COMMANDS) - {
        "sleep"
    }  # its schedules do it there
