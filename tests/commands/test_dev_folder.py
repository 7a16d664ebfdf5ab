"""How `make dev` finds out how a service is run from its folder."""

import json
import os
from pathlib import Path

import pytest

from localcloud.dev.folder import Plan, outdated_packages, plan, python_of
from localcloud.engine.recipes import base_python, version_of

DOCKERFILE = """\
FROM python:3.13-slim
WORKDIR /srv/app
ENV CERTIFICATES=/srv/app/rds/bundle.pem MODE=production
CMD ["uvicorn", "app.main:app"]
"""


def package(folder: Path, dev: str | None, lock: str = "package-lock.json") -> None:
    (folder / "package.json").write_text(json.dumps({"scripts": {"dev": dev} if dev else {"build": "x"}}))
    (folder / lock).touch()


def found(folder: Path, dev: tuple[str, ...] = (), command: tuple[str, ...] = ()) -> Plan:
    return plan(folder, dev=dev, command=command)


def test_the_images_command_is_started_again_after_changes_and_its_paths_are_those_of_the_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    made = found(tmp_path)
    assert made.command == ("uvicorn", "app.main:app") and not made.reloads
    assert made.variables == {"CERTIFICATES": f"{tmp_path}/rds/bundle.pem", "MODE": "production"}


def test_the_tasks_command_stands_for_the_images(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    assert found(tmp_path, command=("python", "-m", "worker")).command == ("python", "-m", "worker")


def test_the_key_dev_wins_and_reloads_by_itself(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    package(tmp_path, "vite")
    made = found(tmp_path, dev=("uvicorn", "a:b", "--reload", "--port", "$PORT", "--host=$HOST"))
    assert made.reloads and made.words("127.0.0.1", 81)[-2:] == ["81", "--host=127.0.0.1"]


@pytest.mark.parametrize(
    ("script", "lock", "words"),
    [
        ("vite", "package-lock.json", "npm run dev -- --host 127.0.0.1 --port 81 --strictPort"),
        ("vite --open", "pnpm-lock.yaml", "pnpm run dev --host 127.0.0.1 --port 81 --strictPort"),
        ("vitepress dev", "package-lock.json", "npm run dev"),
        ("next dev", "yarn.lock", "yarn run dev"),
        ("node --watch server.mjs", "package-lock.json", "npm run dev"),
    ],
)
def test_the_script_dev_runs_by_the_folders_package_manager(tmp_path: Path, script: str, lock: str, words: str) -> None:
    package(tmp_path, script, lock)
    made = found(tmp_path)
    assert made.reloads and " ".join(made.words("127.0.0.1", 81)) == words


def test_without_a_script_dev_the_image_tells(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM node:24\nCMD ["node", "server.mjs"]\n')
    package(tmp_path, None)
    assert found(tmp_path).command == ("node", "server.mjs") and not found(tmp_path).reloads


def test_packages_are_installed_where_they_are_missing_or_older_than_the_lock_file(tmp_path: Path) -> None:
    assert outdated_packages(tmp_path) is None
    package(tmp_path, "vite", "pnpm-lock.yaml")
    (tmp_path / "package-lock.json").touch()  # of before pnpm
    assert outdated_packages(tmp_path) == ("pnpm", "install", "--frozen-lockfile")
    (tmp_path / "node_modules").mkdir()
    assert outdated_packages(tmp_path) is None
    newer = (tmp_path / "node_modules").stat().st_mtime + 10
    os.utime(tmp_path / "pnpm-lock.yaml", (newer, newer))
    assert outdated_packages(tmp_path) is not None


def test_a_dockerfile_of_another_name_tells_how_it_runs(tmp_path: Path) -> None:
    (tmp_path / "api.Dockerfile").write_text(DOCKERFILE)
    assert plan(tmp_path, dockerfile="api.Dockerfile", dev=(), command=()).command == ("uvicorn", "app.main:app")


def test_a_back_end_runs_on_the_python_of_its_dockerfile_where_this_machine_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    python = tmp_path / ".pyenv/versions/3.99.1/bin/python3"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho Python 3.99.1\n")
    python.chmod(0o755)
    version_of.cache_clear()
    assert python_of(tmp_path, "Dockerfile") == base_python()
    (tmp_path / "Dockerfile").write_text("FROM node:24 AS page\nFROM python:3.99-slim AS base\nFROM base\n")
    assert python_of(tmp_path, "Dockerfile") == str(python)
    version_of.cache_clear()
