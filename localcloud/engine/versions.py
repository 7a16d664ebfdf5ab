"""Which Python or Node.js an image runs on: the Dockerfile's version where this machine has it, else the machine's."""

import platform
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from localcloud.engine.recipes import base_python, node_version, version_of

NAMES = {"python": "Python", "node": "Node.js"}
# Where the usual version managers keep theirs, below the home folder.
PLACES = {
    "python": (
        ".pyenv/versions/{}*/bin/python3",
        ".local/share/uv/python/cpython-{}*/bin/python3",
        ".local/share/mise/installs/python/{}*/bin/python3",
        ".asdf/installs/python/{}*/bin/python3",
    ),
    "node": (
        ".nvm/versions/node/v{}*/bin/node",
        ".local/share/fnm/node-versions/v{}*/installation/bin/node",
        ".volta/tools/image/node/{}*/bin/node",
        ".local/share/mise/installs/node/{}*/bin/node",
        ".asdf/installs/nodejs/{}*/bin/node",
    ),
}


def wanted(base: str, language: str) -> str:
    """The version in the name of a base image, such as 3.12 of `python:3.12-slim`; empty where it names none."""
    python = r"(?:.*/)?(?:python:|uv:python)(\d+(?:\.\d+)?)" if language == "python" else r"(?:.*/)?node:v?(\d+)"
    found = re.match(python, base)
    return found[1] if found else ""


def is_version(program: str, version: str) -> bool:
    return f"{version_of(program).removeprefix('v')}.".startswith(f"{version}.")


def find(language: str, version: str) -> str | None:
    """A program of this version that is not the one on PATH."""
    named = [shutil.which(f"{language}{version}")]
    kept = [str(path) for place in PLACES[language] for path in sorted(Path.home().glob(place.format(version)))]
    return next((path for path in [*named, *reversed(kept)] if path and is_version(path, version)), None)


def choose(base: str, language: str) -> tuple[str | None, str | None]:
    """The program of the Dockerfile's version where it is not the machine's own; what to tell where it is absent."""
    version = wanted(base, language)
    if not version:
        return None, None
    own = platform.python_version() if language == "python" else node_version()
    if f"{own}.".startswith(f"{version}."):
        return None, None
    if found := find(language, version):
        return found, None
    return None, (
        f"FROM {base}: runs on this machine's {NAMES[language]} {own} here, since {version} was not found;"
        " what differs between the two shows on AWS only"
    )


def interpreter(bases: Iterable[str]) -> str:
    """The Python of the first base image that names a version of it."""
    base = next((base for base in bases if wanted(base, "python")), "")
    return choose(base, "python")[0] or base_python()
