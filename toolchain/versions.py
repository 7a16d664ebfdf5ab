"""Versions of the tools that the set-up finds on this machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

from toolchain.steps import ROOT, SetupError

PYTHON_MINIMUM = (3, 11)
NODE_RANGE_FILE = ROOT / "frontend/package.json"
NODE_WITHOUT_A_PAGE = ">=20.19.0"  # npm installs the local cloud's PostgreSQL
ANSWER_SECONDS = 30.0


def version(*command: str) -> tuple[int, ...] | None:
    """The version that a command prints, two or three numbers; None where the command is missing or prints none."""
    if not shutil.which(command[0]):
        return None
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=False, timeout=ANSWER_SECONDS).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"{command[0]}: `{' '.join(command)}` must print a version, got: {error}; repair it") from None
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return numbers(found[0]) if found else None


def numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def dotted(found: tuple[int, ...]) -> str:
    return ".".join(map(str, found))


def forms(range_: str) -> list[re.Match[str]]:
    """The parts of a range of the form `^20.19.0 || >=22.12.0`; none where it is of another of npm's forms."""
    found = [re.fullmatch(r"(\^|>=)(\d+(?:\.\d+){0,2})", part.strip()) for part in range_.split("||")]
    return [form for form in found if form] if all(found) else []


def is_in(found: tuple[int, ...], range_: str) -> bool:
    """Whether a version is in a range such as `^20.19.0 || >=22.12.0`."""
    accepted = False
    for form in forms(range_):
        least = numbers(form[2])
        accepted |= found >= least and (form[1] == ">=" or found[0] == least[0])
    return accepted


def node_range() -> str:
    """What the front end's package.json asks for; it is the first file of the project that a set-up reads.

    Somebody else's page may be in another folder, ask for nothing, or in another form: that is not for the set-up.
    """
    try:
        range_ = str(json.loads(NODE_RANGE_FILE.read_text())["engines"]["node"])
    except (FileNotFoundError, KeyError, TypeError):
        return NODE_WITHOUT_A_PAGE
    except json.JSONDecodeError as error:
        raise SetupError(f"{NODE_RANGE_FILE.relative_to(ROOT)}:{error.lineno}: {error.msg}; mend it") from None
    return range_ if forms(range_) else NODE_WITHOUT_A_PAGE


def node_problem() -> str | None:
    range_ = node_range()
    node = version("node", "--version")
    if node is None:
        return f"node: not found on PATH; install Node.js {range_}"
    if not is_in(node, range_):
        return f"node: needs {range_}, got {dotted(node)}; install such a version of Node.js"
    return None if shutil.which("npm") else "npm: not found on PATH; it comes with Node.js, or as the package `npm`"


def require_versions() -> None:
    """Check the tools that the set-up cannot install itself; all problems at once."""
    problems = []
    if sys.version_info[:2] < PYTHON_MINIMUM:
        got = dotted(sys.version_info[:2])
        problems.append(f"python3: needs {dotted(PYTHON_MINIMUM)} or newer, got {got}; install it")
    node = node_problem()
    if node:
        problems.append(node)
    if not sys.platform.startswith("linux"):
        problems.append(
            f"system: the local cloud runs on Linux, got {sys.platform}; use a Linux machine, WSL 2 or a VM"
        )
    if problems:
        raise SetupError("\n".join(problems))
