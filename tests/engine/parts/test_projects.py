"""What the engine says of an app whose packages it cannot install, or whose files have mistakes."""

from pathlib import Path

import pytest

from localcloud.engine.errors import EngineError
from localcloud.engine.projects import check, check_python, read_json, read_toml


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"requirements.txt": ""},
            "requirements.txt: the local cloud installs from poetry.lock only; make one with `poetry",
        ),
        ({"uv.lock": "", "pyproject.toml": ""}, "uv.lock: the local cloud installs from poetry.lock only"),
        (
            {"pnpm-lock.yaml": "", "package.json": "{}"},
            "pnpm-lock.yaml: the local cloud installs from package-lock.json",
        ),
        (
            {"yarn.lock": ""},
            "yarn.lock: .* make one with `npm install --package-lock-only` and admit it in .dockerignore",
        ),
        ({"go.mod": ""}, r"go.mod: the local cloud runs apps in Python \(poetry.lock\) and Node.js"),
        (
            {"pyproject.toml": "[project]\ndependencies = ['six']"},
            "pyproject.toml: names packages, but poetry.lock is not there; make it with `poetry lock`",
        ),
        (
            {"pyproject.toml": "[tool.poetry.dependencies]\npython = '^3.11'\nsix = '*'"},
            "pyproject.toml: names packages, but poetry.lock is not there",
        ),
        (
            {"package.json": '{"devDependencies": {"vite": "8"}}'},
            "package.json: names packages, but package-lock.json is",
        ),
    ],
)
def test_packages_without_a_recipe_are_named_with_the_lock_that_has_one(
    tmp_path: Path, files: dict[str, str], problem: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(EngineError, match=problem) as caught:
        check(tmp_path)
    assert len(caught.value.message.splitlines()) == 1


@pytest.mark.parametrize(
    "files",
    [
        {"server.py": ""},
        {"requirements.txt": "", "pyproject.toml": "[project]\ndependencies = ['six']", "poetry.lock": ""},
        {"pyproject.toml": "[project]\nname = 'x'\n[tool.poetry.dependencies]\npython = '^3.11'"},
        {"package.json": '{"dependencies": {}, "scripts": {"build": "x"}}'},
        {"yarn.lock": "", "package.json": '{"dependencies": {"x": "1"}}', "package-lock.json": "{}"},
    ],
)
def test_apps_with_a_recipe_or_without_packages_are_built(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    check(tmp_path)


def test_a_mistake_in_a_projects_file_is_told_with_its_line(tmp_path: Path) -> None:
    toml, package = tmp_path / "pyproject.toml", tmp_path / "package.json"
    toml.write_text("[project]\nname = x\n")
    with pytest.raises(EngineError, match=r"^pyproject.toml:2: Invalid value"):
        read_toml(toml)
    package.write_text('{\n  "name": "x",\n}\n')
    with pytest.raises(EngineError, match=r"^package.json:[23]: .*column"):
        read_json(package)
    package.write_text("[]")
    with pytest.raises(EngineError, match=r"^package.json:1: must be an object in braces"):
        read_json(package)
    for file, read in ((toml, read_toml), (package, read_json)):
        file.write_bytes(b"\xff")
        with pytest.raises(EngineError, match=f"^{file.name}:1: .*codec can't decode"):
            read(file)


def test_all_files_that_are_not_python_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/good.py").write_text("assert (1, 'a warning only')\n")
    (tmp_path / "app/x.py").write_text("\ndef (\n")
    (tmp_path / "zero.py").write_bytes(b"a = '\0'\n")
    with pytest.raises(EngineError) as caught:
        check_python(tmp_path)
    first, second = caught.value.message.splitlines()
    assert first == "app/x.py:2: invalid syntax: def ("
    assert second.startswith("zero.py:1: source code ")
