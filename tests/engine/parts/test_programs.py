"""The process of a program: its command, variables and folder, as the process itself tells them."""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from localcloud.engine import postgres, programs
from localcloud.engine.dockerfile import BASE_PATH
from localcloud.engine.errors import EngineError
from localcloud.engine.images import Image
from localcloud.engine.postgres import Installation
from localcloud.engine.programs import DatabaseProgram, ImageProgram
from localcloud.engine.recipes import COMPLETE
from localcloud.engine.spec import Spec

TELL = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]), flush=True)"


def image_program(
    folder: Path, *, caches: tuple[Path, ...] = (), env: dict[str, str] | None = None, **body: Any
) -> Any:
    config = {"Entrypoint": [sys.executable, "-c", TELL], "Cmd": ["/app/data", "/etc/key"], "WorkingDir": "/app"}
    config |= {"Env": ["PYTHONPATH=/app/lib", "MODE=image"]}
    image = Image(config=config, content="", created="", caches=[str(one) for one in caches], env=env or {})
    spec = Spec(name="web", image=image, image_name="web:1", body=body)
    (folder / "root/app/sub").mkdir(parents=True)
    (folder / "c/files/etc").mkdir(parents=True)
    (folder / "c/files/etc/key").touch()
    return ImageProgram(spec=spec, folder=folder / "c", root=folder / "root")


def told(work: Coroutine[Any, Any, Any], output: Path) -> Any:
    async def live() -> None:
        process = await work
        await asyncio.wait_for(process.exited.wait(), 60)
        assert process.code == 0, output.read_text()

    asyncio.run(live())
    return json.loads(output.read_text())


def launched(program: ImageProgram, folder: Path) -> Any:
    output = folder / "output"
    with output.open("wb") as file:
        return told(program.launch("127.0.0.1", file.fileno()), output)


def test_a_program_runs_in_its_folder_with_the_image_s_paths_as_they_are_here(tmp_path: Path) -> None:
    argv, cwd, env = launched(image_program(tmp_path, env={"PYTHONPATH": "/packages", "EXTRA": "1"}), tmp_path)
    root = tmp_path / "root"
    assert argv == [f"{root}/app/data", f"{tmp_path}/c/files/etc/key"]
    assert cwd == f"{root}/app"
    assert env["PYTHONPATH"] == f"/packages:{root}/app/lib", "what the engine installed comes first"
    assert (env["MODE"], env["EXTRA"], env["HOME"]) == ("image", "1", f"{tmp_path}/c/home")


def test_without_an_own_pythonpath_the_engine_s_is_all(tmp_path: Path) -> None:
    program = image_program(tmp_path, env={"PYTHONPATH": "/packages", "MODE": "engine"})
    program.spec.image.config["Env"] = ["MODE=image"]
    _, _, env = launched(program, tmp_path)
    assert (env["PYTHONPATH"], env["MODE"]) == ("/packages", "engine")


@pytest.mark.parametrize(("folder", "expected"), [("/app/sub", "app/sub"), ("/nowhere", "."), ("", "app")])
def test_the_creator_s_folder_comes_first_and_the_root_where_there_is_none(
    tmp_path: Path, folder: str, expected: str
) -> None:
    _, cwd, _ = launched(image_program(tmp_path, WorkingDir=folder), tmp_path)
    assert Path(cwd) == tmp_path / "root" / expected


def test_dependencies_that_are_gone_are_told_and_those_in_use_are_marked(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    program = image_program(tmp_path, caches=(cache,))
    with pytest.raises(EngineError, match=f"web:1: its dependencies in {cache} are gone; build it again") as caught:
        launched(program, tmp_path)
    assert caught.value.status == 500
    (cache / COMPLETE).touch()
    os.utime(cache / COMPLETE, (1, 1))
    launched(program, tmp_path)
    assert (cache / COMPLETE).stat().st_mtime > 1


def test_a_container_without_a_path_has_docker_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "host_path", lambda: "/host")
    program = image_program(tmp_path)
    monkeypatch.setattr(programs, "BASE_PATH", f"{tmp_path}/root/bin:{BASE_PATH}")
    assert program.environment("127.0.0.1")["PATH"] == f"{tmp_path}/root/bin:/host"


POSTGRES = f"#!{sys.executable} -IS\n{TELL}\n"


def test_a_database_runs_in_its_data_folder_and_owns_what_was_uploaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Path] = []
    prepared: list[Any] = []
    monkeypatch.setattr(postgres, "privileges", lambda: ())
    monkeypatch.setattr(postgres, "give", given.extend)
    monkeypatch.setattr(postgres.Cluster, "prepare", lambda self, set_password: prepared.append((self, set_password)))
    monkeypatch.setattr(programs, "host_path", lambda: "/host")

    async def found(self: Installation) -> Path:
        return tmp_path / "bin"

    monkeypatch.setattr(Installation, "programs", found)
    for folder in ("bin", "data", "c/files/etc"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "c/files/etc/key").touch()
    (tmp_path / "bin/postgres").write_text(POSTGRES)
    (tmp_path / "bin/postgres").chmod(0o755)
    image = Image(config={"Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["postgres"]}, content="", created="")
    command = ["postgres", "-c", "ssl_key_file=/etc/key"]
    body = {
        "Env": ["POSTGRES_DB=app"],
        "HostConfig": {"PortBindings": {"5432/tcp": [{"HostPort": ""}]}},
        "Cmd": command,
    }
    program = DatabaseProgram(
        spec=Spec(name="db", image=image, image_name="postgres:18", body=body),
        folder=tmp_path / "c", data=tmp_path / "data", installation=Installation(cache=None),  # type: ignore[arg-type] # it is not asked
    )  # fmt: skip
    ((host, port),) = program.listening("127.9.9.9").values()
    output = tmp_path / "output"
    with output.open("wb") as file:
        argv, cwd, env = told(program.launch("127.9.9.9", file.fileno()), output)
    assert (host, port > 0, f"port={port}" in argv, f"listen_addresses={host}" in argv) == (
        "127.0.0.1",
        True,
        True,
        True,
    )
    assert argv[-2:] == ["-c", f"ssl_key_file={tmp_path}/c/files/etc/key"]
    assert Path(cwd) == tmp_path / "data"
    assert {name: env.get(name) for name in ("PATH", "LC_ALL", "TMPDIR")} == {
        "PATH": "/host", "LC_ALL": "C", "TMPDIR": f"{tmp_path}/c/tmp",
    }  # fmt: skip
    assert set(given) == {tmp_path / "c/files", tmp_path / "c/files/etc", tmp_path / "c/files/etc/key"}
    ((cluster, sets_password),) = prepared
    assert sets_password
    assert (cluster.data, cluster.env, cluster.programs) == (
        tmp_path / "data",
        {"POSTGRES_DB": "app"},
        tmp_path / "bin",
    )
