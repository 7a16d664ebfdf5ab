"""Which of a Dockerfile's commands install Python packages, how that is done here, and under which name it is kept."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from localcloud.engine import python_apps
from localcloud.engine.errors import EngineError
from localcloud.engine.python_apps import Install, environment, fingerprint, python_install
from localcloud.engine.recipes import Cache


def read(line: str, folder: Path = Path("/f"), **env: str) -> Install | None:
    return python_install(tuple(line.split()), folder, env, lambda word: word.replace("/code/", ""))


@pytest.mark.parametrize(
    ("line", "tool", "words"),
    [
        ("pip install --no-cache-dir --upgrade -r /code/requirements.txt", "pip", ("-r", "requirements.txt")),
        ("pip3 install -U fastapi gunicorn", "pip", ("fastapi", "gunicorn")),
        ("python -m pip install --user -r a -r b -c c", "pip", ("-r", "a", "-r", "b", "-c", "c")),
        ("pip install --prefix=/install --requirement=a", "pip", ("--requirement=a",)),
        ("pip install --target /t -r a", "pip", ("-r", "a")),
        ("pip install -e .", "pip", (".",)),
        ("pip wheel --no-deps -w /wheels -r a", "pip", ("--no-deps", "-r", "a")),
        ("uv pip install --system -r a", "pip", ("-r", "a")),
        ("uv pip sync a", "pip", ("-r", "a")),
        ("uv sync --locked --no-dev --no-install-project --extra x", "uv", ("--no-dev", "--extra", "x")),
        ("uv sync --frozen --group=web", "uv", ("--group=web",)),
        ("poetry install --no-root --only main --no-interaction", "poetry", ("--only", "main")),
        ("poetry install --no-dev", "poetry", ("--only", "main")),
        ("poetry sync --without dev,docs -E x", "poetry", ("--without", "dev,docs", "-E", "x")),
    ],
)
def test_commands_that_install_an_app_s_packages(line: str, tool: str, words: tuple[str, ...]) -> None:
    assert read(line) == Install(tool=tool, words=words, folder=Path("/f"))


@pytest.mark.parametrize(
    "line",
    [
        "pip install --upgrade pip setuptools wheel",
        "pip install poetry==2.1 uv",
        "pip install --no-cache /wheels/*",
        "pip uninstall --yes pip",
        "pip",
        "uv venv",
        "uv",
        "poetry config virtualenvs.create false",
        "python -m venv /opt/venv",
        "npm ci",
    ],
)
def test_commands_that_install_none(line: str) -> None:
    assert read(line) is None


def test_variables_that_choose_packages_or_their_index_hold_here_too() -> None:
    synced = read("uv sync", UV_NO_DEV="1", UV_LINK_MODE="copy", SECRET="x")  # no password
    installed = read("pip install -r a", PIP_EXTRA_INDEX_URL="u", SECRET="x")
    assert synced and installed
    assert (synced.env, installed.env) == ({"UV_NO_DEV": "1"}, {"PIP_EXTRA_INDEX_URL": "u"})


LOCKED = {
    "poetry": [
        "",
        '[project]\ndependencies = ["y"]',
        '[project]\ndependencies = ["x"]\nrequires-python = ">3"',
        '[project]\ndependencies = ["x"]\noptional-dependencies = {a = ["b"]}',
        '[tool.poetry.dependencies]\na = "1"',
        '[tool.poetry.group.main.dependencies]\na = "1"',
        '[[tool.poetry.source]]\nname = "a"',
    ],
    "uv": ["", '[project]\ndependencies = ["y"]', "[dependency-groups]\ndev = []", "[tool.uv]\npackage = true"],
}


@pytest.mark.parametrize("tool", LOCKED)
def test_packages_are_named_by_the_lock_and_what_the_lock_must_agree_with(tmp_path: Path, tool: str) -> None:
    project, lock = tmp_path / "pyproject.toml", tmp_path / f"{tool}.lock"
    install = Install(tool=tool, words=(), folder=tmp_path)
    lock.write_text("lock")
    project.write_text('[project]\nversion = "1"\ndependencies = ["x"]')
    names = [fingerprint(install)]
    project.write_text('[project]\nversion = "2"\ndependencies = ["x"]')
    assert fingerprint(install) == names[0], "not by what the lock does not depend on"
    for text in LOCKED[tool]:
        project.write_text(text)
        names.append(fingerprint(install))
    lock.write_text("other")
    names += [fingerprint(install), fingerprint(Install(tool=tool, words=("--only", "x"), folder=tmp_path))]
    assert len(set(names)) == len(names)


def test_requirements_are_named_by_all_files_that_they_come_from(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    base, top = tmp_path / "requirements/base.txt", tmp_path / "requirements/prod.txt"
    base.write_text("x\n-c limits.txt\n")
    top.write_text("-r base.txt\ny\n")
    limits = tmp_path / "requirements/limits.txt"
    limits.write_text("x<2")
    install = Install(tool="pip", words=("-r", "requirements/prod.txt"), folder=tmp_path)
    names = [fingerprint(install)]
    for file in (base, top, limits):
        file.write_text(file.read_text() + "\n# other")
        names.append(fingerprint(install))
    assert len(set(names)) == 4
    limits.unlink()
    with pytest.raises(EngineError, match=r"limits.txt: is not in the image's folder; is it in .dockerignore"):
        fingerprint(install)


def test_a_project_that_is_installed_itself_is_named_by_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("1")
    install = Install(tool="pip", words=(".[web]",), folder=tmp_path)
    before = fingerprint(install)
    (tmp_path / "app.py").write_text("2")
    assert fingerprint(install) != before


def test_an_environment_is_made_once_by_all_its_commands_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[tuple[str, ...], dict[str, str]]] = []

    async def run(say: Any, *command: str, cwd: Path, env: dict[str, str] | None = None) -> None:
        steps.append((command, env or {}))
        if "venv" in command:
            Path(command[-1]).mkdir()

    async def uv_tool(*_: Any) -> Path:
        return Path("/tools/uv")

    monkeypatch.setattr(python_apps, "run", run)
    monkeypatch.setattr(python_apps, "uv_tool", uv_tool)
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "poetry.lock").write_text("")
    (tmp_path / "uv.lock").write_text("")
    kinds = [("poetry", ("--only", "main")), ("uv", ("--no-dev",)), ("pip", ("x",))]
    installs = [Install(tool=tool, words=words, folder=tmp_path) for tool, words in kinds]

    def make(chosen: list[Install]) -> Path:
        return asyncio.run(environment(Cache(tmp_path / "cache", ""), "/tools/poetry", sys.executable, chosen, print))  # type: ignore[arg-type] # nothing is said

    made = make(installs)
    assert make(installs) == made
    assert make(list(reversed(installs))) != made
    (venv, poetry, export, locked, pip) = steps[:5]
    assert venv[0] == (sys.executable, "-m", "venv", str(made))
    assert poetry[0][:4] == ("/tools/poetry", "install", "--only", "main") and "--no-root" in poetry[0]
    assert poetry[1]["VIRTUAL_ENV"] == str(made)
    assert export[0][:2] == ("/tools/uv", "export") and "--frozen" in export[0] and "--no-dev" in export[0]
    assert locked[0][0] == f"{made}/bin/python" and locked[0][-3:] == ("--no-deps", "-r", f"{made}/requirements.txt")
    assert pip[0][-1] == "x"
    make(installs[:1])
    assert "--without-pip" in steps[-2][0], "Poetry brings its own"
