"""The commands that messages tell people to run exist, with the options that the messages name."""

import ast
import importlib.util
import os
import re
import shlex
import subprocess
from collections.abc import Iterator

import pytest

from localcloud.place import ROOT, TOOLS

FOLDERS = ("infra", "localcloud", "ops", "toolchain")
COMMAND = re.compile(r"`((?:make|pulumi|python -m) [^`{}…]+)`")


FILLED_IN = "X"


def texts(node: ast.AST) -> Iterator[str]:
    """Every text in a module, with `FILLED_IN` for what an f-string fills in."""
    for found in ast.walk(node):
        if isinstance(found, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else FILLED_IN for part in found.values)
            yield "".join(map(str, parts))
        elif isinstance(found, ast.Constant) and isinstance(found.value, str):
            yield found.value


def commands() -> dict[str, str]:
    """Each command, and a file that names it."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for text in texts(ast.parse(file.read_text())):
                for command in COMMAND.findall(text):
                    found.setdefault(" ".join(command.split()), str(file.relative_to(ROOT)))
    return found


ADVISED = commands()


def of(program: str) -> list[str]:
    return sorted(command for command in ADVISED if command.startswith(f"{program} "))


@pytest.mark.parametrize("command", of("make"))
def test_make_has_what_messages_tell_to_run(command: str) -> None:
    """Without a set-up, and without running it."""
    words = [word for word in shlex.split(command)[1:] if "=" not in word and not word.startswith("-")]
    names = [word.removesuffix(FILLED_IN) or FILLED_IN for word in words]  # such as ` STACK=prod`
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert names and set(names) <= {*targets, FILLED_IN}, f"{command}, in {ADVISED[command]}"


@pytest.mark.parametrize("command", of("pulumi"))
def test_pulumi_has_what_messages_tell_to_run(command: str) -> None:
    words = shlex.split(command)[1:]
    program, environment = TOOLS / "pulumi/bin/pulumi", {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    run = subprocess.run(
        [program, *words, "--help"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    names = [word for word in words if word.isalpha()]
    usage = re.search(r"^ +pulumi (\S+.*)$", run.stdout, re.MULTILINE)
    assert usage and usage[1].startswith(names[0]), f"{command}, in {ADVISED[command]}: {run.stdout[-500:]}"


@pytest.mark.parametrize("command", of("python -m"))
def test_python_has_what_messages_tell_to_run(command: str) -> None:
    module = shlex.split(command)[2]
    assert importlib.util.find_spec(module), f"{command}, in {ADVISED[command]}"


def test_messages_name_commands() -> None:
    assert {"make up", "make down", "make new-password", "pulumi up", "pulumi refresh"} <= ADVISED.keys()
