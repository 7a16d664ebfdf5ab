"""A cache's program and settings, and the real server with them."""

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest
import valkey as client

from localcloud.engine.errors import EngineError
from localcloud.engine.images import ImageStore
from localcloud.engine.valkey import RESTRICTED, configuration, is_cache, program, until_ready
from localcloud.ports import free_port
from tests.engine.parts.api import Api, run


def test_valkey_and_redis_of_any_version_are_this_server_and_others_are_not(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    for name in ("valkey/valkey:8.1-alpine", "docker.io/valkey/valkey", "redis:7-alpine", "docker.io/library/redis"):
        assert store.find(name).valkey
    store.tag(store.find("redis:7"), "redis", "7")
    assert store.tags == {}, "nothing is kept of it"
    assert not is_cache("me/redis") and not is_cache("memcached")


def test_what_the_creator_wants_is_in_the_file_but_not_where_it_listens(tmp_path: Path) -> None:
    argv = ["docker-entrypoint.sh", "--requirepass", 'a "b\\', "--port", "1"]
    lines = configuration("127.0.0.1", 4910, tmp_path, argv).splitlines()
    assert {'requirepass "a \\"b\\\\"', "bind 127.0.0.1", "port 4910", f'dir "{tmp_path}"', 'save ""'} <= set(lines)
    assert "port 1" not in lines and 'port "1"' not in lines


@pytest.mark.parametrize("argv", [["--requirepass"], ["sh", "-c"], ["valkey.conf"]])
def test_a_command_of_other_words_is_refused(tmp_path: Path, argv: list[str]) -> None:
    with pytest.raises(EngineError, match=f"must be started with pairs of --name and value, got {' '.join(argv)}"):
        configuration("127.0.0.1", 1, tmp_path, argv)


def test_a_machine_without_the_server_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localcloud.engine.valkey.PACKAGE", "no_such_package")
    with pytest.raises(EngineError, match="no_such_package has no server for this machine; `make setup` installs it"):
        program()


def body(port: int, *command: str) -> dict[str, Any]:
    bindings = {"6379/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}
    return {"Image": "valkey/valkey:8.1-alpine", "Cmd": list(command), "HostConfig": {"PortBindings": bindings}}


def test_a_cache_answers_when_its_start_does_and_has_no_command_that_elasticache_lacks(tmp_path: Path) -> None:
    async def live(api: Api) -> None:
        port = free_port()
        made = await api.create("cache", **body(port, "--requirepass", "it's"))
        assert await api.status("POST", f"/containers/{made}/start") == 204
        shown = await api.get(f"/containers/{made}/json")
        assert shown["NetworkSettings"]["Ports"]["6379/tcp"] == [{"HostIp": "127.0.0.1", "HostPort": str(port)}]
        command = Path(f"/proc/{shown['State']['Pid']}/cmdline").read_bytes()
        assert b"it's" not in command
        (file,) = tmp_path.glob("containers/*/valkey.conf")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        await asyncio.to_thread(use, port)
        assert await api.status("POST", f"/containers/{made}/stop") == 204
        assert (await api.get(f"/containers/{made}/json"))["State"]["ExitCode"] == 0

    run(tmp_path, live)


def use(port: int) -> None:
    with pytest.raises(client.exceptions.AuthenticationError):
        client.Valkey(port=port).ping()
    with client.Valkey(port=port, password="it's") as cache:
        assert (cache.incr("visits"), cache.incr("visits")) == (1, 2)
        for command in RESTRICTED:
            with pytest.raises(client.exceptions.ResponseError, match="unknown command"):
                cache.execute_command(command)


def test_a_cache_that_dies_comes_back_empty_at_the_same_port(tmp_path: Path) -> None:
    async def live(api: Api) -> None:
        port = free_port()
        made = await api.create("cache", **body(port))
        await api.status("POST", f"/containers/{made}/start")
        with client.Valkey(port=port) as cache:
            await asyncio.to_thread(cache.set, "a", "b")
        container = api.containers.get(made)
        before = container.process
        assert before is not None
        before.signal_group(9)
        while container.process is before or container.process is None:
            await asyncio.sleep(0.01)
        assert await until_ready("127.0.0.1", port) is None
        with client.Valkey(port=port) as cache:
            assert await asyncio.to_thread(cache.get, "a") is None

    run(tmp_path, live)
