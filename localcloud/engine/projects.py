"""Reads the files of an app's project, and tells what is wrong with them."""

import json
import re
import tomllib
import warnings
from pathlib import Path
from typing import Any

from localcloud.engine.errors import EngineError


def read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"at line (\d+)", str(error))
        raise EngineError(400, f"{file.name}:{line[1] if line else 1}: {error}") from None


def read_json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text())
    except json.JSONDecodeError as error:
        raise EngineError(400, f"{file.name}:{error.lineno}: {error.msg} (column {error.colno})") from None
    except UnicodeDecodeError as error:
        raise EngineError(400, f"{file.name}:1: {error}") from None
    if not isinstance(found, dict):
        raise EngineError(400, f"{file.name}:1: must be an object in braces")
    return found


def check_python(root: Path, workdir: str) -> None:
    """Refuse Python that this machine's Python cannot compile, all files at once; their names begin at the WORKDIR."""
    problems = []
    for file in sorted(root.rglob("*.py")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(file.read_bytes(), file.name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            text = (getattr(error, "text", None) or "").strip()
            problems.append(f"{shown(file, root, workdir)}:{line}: {getattr(error, 'msg', error)}{text and ': '}{text}")
    if problems:
        raise EngineError(400, "\n".join(problems))


def shown(file: Path, root: Path, workdir: str) -> str:
    base = root / workdir.lstrip("/")
    return str(file.relative_to(base if file.is_relative_to(base) else root))
