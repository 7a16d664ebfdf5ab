"""Which Python or Node.js an image runs on."""

import platform
from pathlib import Path

import pytest

from localcloud.engine import versions
from localcloud.engine.recipes import base_python, version_of

OWN = ".".join(platform.python_version_tuple()[:2])


@pytest.mark.parametrize(
    ("base", "python", "node"),
    [
        ("python:3.12-slim", "3.12", ""),
        ("docker.io/library/python:3", "3", ""),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "3.12", ""),
        ("ghcr.io/astral-sh/uv:0.9", "", ""),
        ("node:22-alpine", "", "22"),
        ("node:lts", "", ""),
        ("python", "", ""),
        ("my/python-app:3", "", ""),
    ],
)
def test_a_base_image_s_name_tells_the_version(base: str, python: str, node: str) -> None:
    assert versions.wanted(base, "python") == python
    assert versions.wanted(base, "node") == node


def test_the_machine_s_own_version_needs_no_word() -> None:
    assert versions.choose(f"python:{OWN}-slim", "python") == (None, None)
    assert versions.choose("debian:13", "python") == (None, None)
    assert versions.interpreter(["node:24", f"python:{OWN}"]) == base_python()


def test_another_version_is_found_where_version_managers_keep_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(place: str, says: str) -> str:
        program = tmp_path / place
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho {says}\n")
        program.chmod(0o755)
        version_of.cache_clear()
        return str(program)

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    missing = "FROM python:3.99-slim: runs on this machine's Python 3.* here, since 3.99 was not found"
    found, told = versions.choose("python:3.99-slim", "python")
    assert found is None and told and told.startswith(missing.partition("*")[0]) and "since 3.99 was not found" in told
    install(".pyenv/versions/3.990.1/bin/python3", "Python 3.990.1")
    install("bin/python3.99", "Python 3.98.0")  # a stand-in of a version manager that runs something else
    assert versions.choose("python:3.99-slim", "python")[0] is None
    python = install(".local/share/uv/python/cpython-3.99.2-linux/bin/python3", "Python 3.99.2")
    assert versions.choose("python:3.99-slim", "python") == (python, None)
    monkeypatch.setattr(versions, "node_version", lambda: "20.1.0")
    node = install(".nvm/versions/node/v98.1.0/bin/node", "v98.1.0")
    assert versions.choose("node:98-alpine", "node") == (node, None)
    version_of.cache_clear()
