"""`make digests`: the Dockerfiles' base images, pinned by digest."""

import os
from pathlib import Path

import pytest

from toolchain import digests
from toolchain.steps import ROOT

OLD, NEW = "sha256:" + "0" * 64, "sha256:" + "1" * 64
DOCKERFILE = """FROM node:24-alpine AS base
FROM base AS build
FROM base
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's two Dockerfiles, and a docker command whose registry has one image behind each tag."""
    for name, text in (("backend", f"FROM python:3.13-slim@{OLD} AS base\nFROM base\n"), ("frontend", DOCKERFILE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_text(text)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    answer(tmp_path, f'echo "[\\"${{5%%:*}}@{NEW}\\", \\"mirror.example/x@{OLD}\\"]"')
    return tmp_path


def answer(checkout: Path, inspect: str, pull: str = ":") -> None:
    command = checkout / "bin/docker"
    command.write_text(f'#!/bin/sh\nif [ "$1" = pull ]; then {pull}; else {inspect}; fi\n')
    command.chmod(0o755)


def test_each_image_of_a_registry_gets_the_digest_of_today(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digests.main(checkout)
    assert (checkout / "backend/Dockerfile").read_text() == f"FROM python:3.13-slim@{NEW} AS base\nFROM base\n"
    pinned = f"FROM node:24-alpine@{NEW} AS base\nFROM base AS build\nFROM base\n"
    assert (checkout / "frontend/Dockerfile").read_text() == pinned
    assert capsys.readouterr().out.count("newer digests") == 2
    digests.main(checkout)
    assert capsys.readouterr().out.count("up to date") == 2


def test_without_a_registry_nothing_is_written(checkout: Path) -> None:
    answer(checkout, "echo null", pull="echo no such host >&2; exit 1")
    with pytest.raises(SystemExit, match=r"python:3.13-slim: could not be pulled \(no such host\)"):
        digests.main(checkout)
    assert OLD in (checkout / "backend/Dockerfile").read_text()


def test_a_tag_with_several_digests_is_not_guessed(checkout: Path) -> None:
    answer(checkout, f'echo "[\\"python@{NEW}\\", \\"python@{OLD}\\"]"')
    with pytest.raises(SystemExit, match=r"2 digests belong to it here; `docker image rm python"):
        digests.main(checkout)


def test_the_projects_own_base_images_are_found() -> None:
    found = [digests.FROM.findall(file.read_text()) for file in digests.dockerfiles(ROOT)]
    assert [len(names) for names in found] == [1, 1, 1]
