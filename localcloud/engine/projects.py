"""What kind of app a build context holds, told by its lock file, and what is wrong with its files."""

import json
import re
import tomllib
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from localcloud.engine.errors import EngineError

# Files that name an app's packages, and for which there is no recipe here: an image would be built without them.
# Each with the lock that has one.
OTHER_LOCKS = {
    **dict.fromkeys(("requirements.txt", "uv.lock", "pdm.lock", "Pipfile.lock", "Pipfile", "setup.py"), "poetry.lock"),
    **dict.fromkeys(("pylock.toml", "environment.yml", "conda-lock.yml"), "poetry.lock"),
    **dict.fromkeys(("pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"), "package-lock.json"),
    **dict.fromkeys(("npm-shrinkwrap.json", "deno.lock"), "package-lock.json"),
}
OTHER_LANGUAGES = ("go.mod", "Cargo.toml", "Gemfile", "composer.json", "pom.xml", "build.gradle", "mix.exs")
MAKE_LOCK = {"poetry.lock": "poetry lock", "package-lock.json": "npm install --package-lock-only"}


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


def check(context: Path) -> None:
    """Refuse an app whose packages no recipe here installs."""
    problems = [*unknown_locks(context), *missing_locks(context)]
    if problems:
        raise EngineError(400, "\n".join(problems))


def unknown_locks(context: Path) -> Iterable[str]:
    for name, known in OTHER_LOCKS.items():
        if (context / name).exists() and not (context / known).exists():
            yield (
                f"{name}: the local cloud installs from {known} only; make one with `{MAKE_LOCK[known]}`"
                " and admit it in .dockerignore, or keep this file out there if the image needs none of it"
            )
    for name in OTHER_LANGUAGES:
        if (context / name).exists():
            yield f"{name}: the local cloud runs apps in Python (poetry.lock) and Node.js (package-lock.json) only"


def missing_locks(context: Path) -> Iterable[str]:
    """A project that names packages, without its lock or any other."""
    if any((context / name).exists() for name in (*OTHER_LOCKS, *MAKE_LOCK)):
        return
    for file, known, names in (
        ("pyproject.toml", "poetry.lock", python_packages),
        ("package.json", "package-lock.json", node_packages),
    ):
        if (context / file).exists() and names(context / file):
            make = MAKE_LOCK[known]
            yield f"{file}: names packages, but {known} is not there; make it with `{make}`, admit it in .dockerignore"


def python_packages(file: Path) -> bool:
    project = read_toml(file)
    poetry = project.get("tool", {}).get("poetry", {}).get("dependencies", {})
    return bool(project.get("project", {}).get("dependencies") or set(poetry) - {"python"})


def node_packages(file: Path) -> bool:
    return any(value for key, value in read_json(file).items() if key.endswith("ependencies"))


def check_python(root: Path) -> None:
    """Refuse Python that this machine's Python cannot compile, by the files' own names: all of them at once."""
    problems = []
    for file in sorted(root.rglob("*.py")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(file.read_bytes(), file.name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            text = (getattr(error, "text", None) or "").strip()
            problems.append(f"{file.relative_to(root)}:{line}: {getattr(error, 'msg', error)}{text and ': '}{text}")
    if problems:
        raise EngineError(400, "\n".join(problems))
