"""Building steps, and the names under which dependencies are shared."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from localcloud.engine import recipes
from localcloud.engine.errors import EngineError
from localcloud.engine.recipes import COMPLETE, Cache, host_path, lines_of, node_name, proxies, python_name, run, touch

Value = TypeVar("Value")


class Told:
    def __init__(self) -> None:
        self.lines: list[str] = []

    async def say(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def told() -> Told:
    return Told()


def wait(work: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run(asyncio.wait_for(work, 120))


def python(program: str) -> tuple[str, str, str]:
    return sys.executable, "-c", program


def test_a_step_s_output_is_told_line_by_line(told: Told, tmp_path: Path) -> None:
    wait(run(told.say, "sh", "-c", "echo out; echo err >&2; pwd; printf end", cwd=tmp_path))
    assert told.lines == ["$ sh -c echo out; echo err >&2; pwd; printf end", "out", "err", str(tmp_path), "end"]


def test_a_step_has_an_environment_of_its_own(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "the user's")
    monkeypatch.setenv("https_proxy", "http://proxy")
    wait(run(told.say, "env", cwd=tmp_path, env={"EXTRA": "1", "LANG": "de"}))
    environment = dict(line.split("=", 1) for line in told.lines[1:])
    assert {"CI": "true", "LANG": "de", "EXTRA": "1", "https_proxy": "http://proxy"}.items() <= environment.items()
    assert (environment["HOME"], environment["PATH"]) == (str(Path.home()), host_path())
    assert "AWS_PROFILE" not in environment


def test_a_failed_step_is_told_with_its_last_lines(told: Told, tmp_path: Path) -> None:
    program = "for n in range(40): print('line', n)\nraise SystemExit(3)"
    with pytest.raises(EngineError, match="failed with exit code 3") as caught:
        wait(run(told.say, *python(program), cwd=tmp_path))
    assert caught.value.status == 500
    assert caught.value.message.splitlines()[-25:] == [f"line {number}" for number in range(15, 40)]
    assert "line 14" not in caught.value.message


def test_a_very_long_line_is_cut_and_the_step_goes_on(told: Told, tmp_path: Path) -> None:
    program = "print('x' * 300_000); print('after'); raise SystemExit(1)"
    with pytest.raises(EngineError, match="after"):
        wait(run(told.say, *python(program), cwd=tmp_path))
    assert told.lines[-2:] == ["x" * 4096 + "…", "after"]


@pytest.mark.parametrize("length", [4095, 4096, 4097, 10_000])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_lines_of_any_length(length: int, end: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "CHUNK_BYTES", 1000)

    async def read() -> list[str]:
        stream = asyncio.StreamReader()
        stream.feed_data(b"a  \r\n\n" + b"x" * length + end)
        stream.feed_eof()
        return [line async for line in lines_of(stream)]

    assert wait(read()) == ["a", "", "x" * min(length, 4096) + ("…" if length > 4096 else "")]


def test_a_step_whose_client_is_cancelled_is_ended(told: Told, tmp_path: Path) -> None:
    async def cancel() -> None:
        step = asyncio.create_task(run(told.say, "sh", "-c", "echo $$; exec sleep 60", cwd=tmp_path))
        while len(told.lines) < 2:
            await asyncio.sleep(0.01)
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step
        pid = int(told.lines[1])
        while Path(f"/proc/{pid}").exists():
            await asyncio.sleep(0.01)

    wait(cancel())


def test_no_image_leans_on_the_engine_s_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    own = str(Path(sys.prefix) / "bin")
    monkeypatch.setenv("PATH", os.pathsep.join([own, "/usr/bin", "", "/bin"]))
    assert host_path() == "/usr/bin:/bin"
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    assert host_path() == f"{own}:/usr/bin:/bin"


def test_only_settings_for_registries_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "PIP_INDEX_URL", "npm_config_registry", "SSL_CERT_FILE", "SECRET"):
        monkeypatch.setenv(name, "1")
    assert {"HTTP_PROXY", "PIP_INDEX_URL", "npm_config_registry", "SSL_CERT_FILE"} <= proxies().keys()
    assert "SECRET" not in proxies()


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    monkeypatch.setattr(recipes, "node_version", lambda _node: "v24.0.0")
    monkeypatch.setattr(recipes, "base_python", lambda: sys.executable)
    (folder / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1"\ndependencies = ["x"]')
    (folder / "poetry.lock").write_text("lock")
    (folder / "package.json").write_text('{"name": "a", "dependencies": {"x": "1"}}')
    (folder / "package-lock.json").write_text("lock")
    return folder


def test_an_environment_is_named_by_the_lock_and_what_the_lock_must_agree_with(context: Path) -> None:
    names = [python_name(context)]
    project = context / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "1"', 'version = "2"'))
    assert python_name(context) == names[0], "not by what the lock does not depend on"
    for text in (
        "",
        '[project]\ndependencies = ["y"]',
        '[project]\ndependencies = ["x"]\nrequires-python = ">3"',
        '[project]\ndependencies = ["x"]\noptional-dependencies = {a = ["b"]}',
        '[tool.poetry.dependencies]\na = "1"',
        '[tool.poetry.group.main.dependencies]\na = "1"',
        '[[tool.poetry.source]]\nname = "a"',
    ):
        project.write_text(text)
        names.append(python_name(context))
    (context / "poetry.lock").write_text("other")
    names.append(python_name(context))
    assert len(set(names)) == 9


def test_modules_are_named_by_the_lock_and_what_the_lock_must_agree_with(
    context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, package = [node_name(context)], context / "package.json"
    package.write_text('{"name": "b", "scripts": {"x": "y"}, "dependencies": {"x": "1"}}')
    assert node_name(context) == names[0], "not by what the lock does not depend on"
    kinds: list[dict[str, Any]] = [{}, {"dependencies": {}}, {"devDependencies": {}}, {"overrides": {}}]
    for wanted in kinds:
        package.write_text(json.dumps(wanted))
        names.append(node_name(context))
    (context / ".npmrc").write_text("registry=x")
    names.append(node_name(context))
    (context / "package-lock.json").write_text("other")
    names.append(node_name(context))
    monkeypatch.setattr(recipes, "node_version", lambda _node: "v26.0.0")
    names.append(node_name(context))
    assert len(set(names)) == 8


class Steps:
    """Records building steps, and lets one fail."""

    def __init__(self) -> None:
        self.commands: list[tuple[tuple[str, ...], Path, dict[str, str]]] = []
        self.fails = False

    async def run(self, say: Any, *command: str, cwd: Path, env: dict[str, str] | None = None) -> None:
        self.commands.append((command, cwd, env or {}))
        if self.fails:
            raise EngineError(500, "no network")
        if command[1:3] == ("-m", "venv"):
            Path(command[-1]).mkdir()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps()
    monkeypatch.setattr(recipes, "run", made.run)
    return made


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", "/tools/poetry")


def test_an_environment_is_made_once(context: Path, cache: Cache, steps: Steps, told: Told) -> None:
    first = wait(cache.python(context, told.say))
    assert wait(cache.python(context, told.say)) == first
    assert first == cache.folder / "venvs" / python_name(context)
    (venv, install) = steps.commands
    assert venv[0] == (sys.executable, "-m", "venv", "--without-pip", str(first))
    assert install[0][:4] == ("/tools/poetry", "install", "--only", "main")
    assert {"--no-root", "--no-interaction", "--compile"} <= set(install[0])
    assert install[1] == context
    assert (install[2]["VIRTUAL_ENV"], install[2]["PATH"]) == (str(first), f"{first}/bin:{host_path()}")


def test_modules_are_made_once_and_apart_for_production(context: Path, cache: Cache, steps: Steps, told: Told) -> None:
    (context / ".npmrc").write_text("registry=x")
    everything = wait(cache.node(context, told.say, production=False))
    production = wait(cache.node(context, told.say, production=True))
    assert wait(cache.node(context, told.say, production=True)) == production
    assert [command[0][:3] for command in steps.commands] == [
        ("npm", "ci", "--no-audit"), ("npm", "ci", "--omit=dev"),
    ]  # fmt: skip
    assert [command[1] for command in steps.commands] == [everything, production]
    names = [".complete", ".npmrc", "node_modules", "package-lock.json", "package.json"]
    assert sorted(path.name for path in production.iterdir()) == names


def test_what_failed_is_made_anew(context: Path, cache: Cache, steps: Steps, told: Told) -> None:
    steps.fails = True
    with pytest.raises(EngineError):
        wait(cache.python(context, told.say))
    with pytest.raises(EngineError):
        wait(cache.node(context, told.say, production=True))
    for leftover in ("venvs", "node"):
        (folder,) = [path for path in (cache.folder / leftover).iterdir() if path.is_dir()] or [cache.folder / "none"]
        folder.mkdir(exist_ok=True)
        (folder / "half").touch()
    steps.fails = False
    made = wait(cache.node(context, told.say, production=True))
    assert not (made / "half").exists()


def entry(cache: Cache, name: str, days: float, *, complete: bool = True) -> str:
    folder = cache.folder / name
    folder.mkdir(parents=True)
    then = time.time() - days * 86400
    if complete:
        (folder / COMPLETE).touch()
        os.utime(folder / COMPLETE, (then, then))
    os.utime(folder, (then, then))
    return str(folder)


def test_garbage_is_what_nobody_names_and_nobody_used_for_long(cache: Cache) -> None:
    named, fresh = entry(cache, "venvs/a", 40), entry(cache, "venvs/b", 1)
    old = [entry(cache, "venvs/c", 31), entry(cache, "node/d", 31), entry(cache, "node/e", 31, complete=False)]
    assert sorted(cache.collect_garbage([named], 30)) == sorted(old)
    assert not any(Path(folder).exists() for folder in old)
    assert cache.collect_garbage([named], 0) == [fresh]
    assert Path(named).exists()


def test_a_use_is_noted_on_what_is_complete(cache: Cache) -> None:
    folder = Path(entry(cache, "venvs/a", 40))
    assert touch(folder)
    assert (folder / COMPLETE).stat().st_mtime > time.time() - 60
    assert not touch(Path(entry(cache, "venvs/b", 40, complete=False)))


def test_builds_that_a_killed_engine_left_go_after_a_day(cache: Cache) -> None:
    old, young = Path(entry(cache, "builds/a", 1.1)), Path(entry(cache, "builds/b", 0.9))
    Cache(cache.folder, "poetry")
    assert (old.exists(), young.exists()) == (False, True)
