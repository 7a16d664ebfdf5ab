"""Building steps, and the names under which dependencies are shared."""

import asyncio
import os
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from localcloud.engine import recipes
from localcloud.engine.errors import EngineError
from localcloud.engine.recipes import COMPLETE, Cache, host_path, lines_of, proxies, run, touch

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
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", "/tools/poetry")


def test_an_entry_is_made_once_and_what_failed_is_made_anew(cache: Cache) -> None:
    made: list[Path] = []

    async def make(target: Path) -> None:
        made.append(target)
        target.mkdir()
        (target / "half").touch()
        if len(made) == 1:
            raise EngineError(500, "no network")
        (target / "half").unlink()

    with pytest.raises(EngineError):
        wait(cache.entry("venvs", "name", make))
    first = wait(cache.entry("venvs", "name", make))
    assert wait(cache.entry("venvs", "name", make)) == first == cache.folder / "venvs/name"
    assert len(made) == 2 and not (first / "half").exists()


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
