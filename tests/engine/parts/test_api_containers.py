"""The Docker API's calls for containers, as a client sees them: statuses, answers, streams."""

import asyncio
import base64
import io
import json
import struct
import tarfile
from pathlib import Path
from typing import Any

import pytest

from localcloud.engine.images import CONFIG_TYPE
from tests.engine.parts.api import IMAGE, SERVE, Api, run


def test_the_engine_tells_who_it_is_with_and_without_a_version_in_the_path(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        for prefix in ("", "/v1.44"):
            ping = await api.raw(f"{prefix}/_ping")
            assert (ping.status, await ping.text(), ping.headers["API-Version"]) == (200, "OK", "1.44")
            assert (ping.headers["OSType"], ping.headers["Docker-Experimental"]) == ("linux", "false")
            told = await api.get(f"{prefix}/version")
            assert (told["Version"], told["ApiVersion"], told["MinAPIVersion"]) == ("25.0.0", "1.44", "1.24")
            assert (told["Os"], told["Arch"], told["Components"]) == ("linux", "amd64", [])
            assert told["Platform"] == {"Name": "local cloud's process engine"}
            info = {"Name": "localcloud", "ServerVersion": "25.0.0", "OSType": "linux"}
            assert await api.get(f"{prefix}/info") == info
            assert await api.get(f"{prefix}/volumes") == {"Volumes": [], "Warnings": []}
            assert await api.get(f"{prefix}/networks") == []
        assert await api.status("HEAD", "/_ping") == 200

    run(tmp_path, work)


def test_errors_are_answered_as_docker_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(api: Api) -> None:
        assert await api.answer("GET", "/swarm") == (
            501,
            {"message": "GET /swarm: the process engine does not have this call of the Docker API"},
        )
        assert await api.status("DELETE", "/version") == 405
        assert await api.answer("GET", "/containers/none/json") == (404, {"message": "No such container: none"})
        status, body = await api.answer("POST", "/containers/create", data="{")
        assert status == 400 and body["message"].startswith("bad request: ")
        monkeypatch.setattr(api.containers, "get", lambda name: 1 / 0)
        assert await api.answer("GET", "/containers/x/json") == (
            500,
            {"message": "ZeroDivisionError: division by zero"},
        )

    run(tmp_path, work)


BODY: Any = {
    "Labels": {"a": "b"}, "Env": ["A=1", "B=x=y"], "HostConfig": {"PortBindings": {}}, "Hostname": "passed over",
}  # fmt: skip


def test_a_container_is_told_in_docker_s_words_from_its_creation_to_its_end(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        one = await api.create("web", **BODY)
        told = await api.get("/containers/web/json")
        created, log = told.pop("Created"), told.pop("LogPath")
        assert created.endswith("Z") and Path(log).is_file()
        state = {
            "Status": "created", "Running": False, "Paused": False, "Restarting": False, "OOMKilled": False,
            "Dead": False, "Pid": 0, "ExitCode": 0, "Error": "", "StartedAt": "0001-01-01T00:00:00Z",
            "FinishedAt": "0001-01-01T00:00:00Z",
        }  # fmt: skip
        config = {
            **IMAGE.config, "Image": "web:1", "Hostname": one[:12], "Tty": False, "Env": ["A=1", "B=x=y"],
            "Labels": {"of": "image", "a": "b"},
        }  # fmt: skip
        network = {"IPAddress": "", "Gateway": "127.0.0.1", "NetworkID": "localcloud", "Aliases": ["web"]}
        assert told == {
            "Id": one, "Name": "/web", "Image": IMAGE.id, "Path": "/bin/sh", "Args": ["-c", SERVE], "State": state,
            "RestartCount": 0, "Config": config, "Mounts": [],
            "HostConfig": {"PortBindings": {}, "LogConfig": {"Type": "json-file", "Config": {}}},
            "NetworkSettings": {"IPAddress": "", "Ports": {}, "Networks": {"localcloud": network}},
        }  # fmt: skip

        assert await api.status("POST", f"/containers/{one}/start") == 204
        assert await api.status("POST", f"/containers/{one}/start") == 304
        told = await api.get(f"/containers/{one}/json")
        address = told["NetworkSettings"]["IPAddress"]
        assert address.startswith("127.") and told["NetworkSettings"]["Networks"]["localcloud"]["IPAddress"] == address
        assert told["NetworkSettings"]["Ports"] == {"8000/tcp": [{"HostIp": address, "HostPort": "8000"}]}
        running = told["State"]
        assert (running["Status"], running["Running"], "Health" in running) == ("running", True, False)
        assert running["Pid"] > 1 and running["StartedAt"] >= created

        await said(api, "there")
        assert await api.status("POST", f"/containers/{one}/stop?t=5") == 204
        assert await api.status("POST", f"/containers/{one}/stop") == 304
        ended = (await api.get(f"/containers/{one}/json"))["State"]
        assert (ended["Status"], ended["Running"], ended["ExitCode"], ended["Pid"]) == ("exited", False, 3, 0)
        assert ended["FinishedAt"] >= running["StartedAt"]

    run(tmp_path, work)


def test_the_list_has_the_newest_first_and_the_running_ones_alone_unless_asked(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        first, second = await api.create("first"), await api.create("second", Labels={"x": "y"})
        await api.status("POST", "/containers/first/start")
        (only,) = await api.get("/containers/json")
        (address,) = [one.address for one in api.containers if one.id == first]
        created = only.pop("Created")
        assert abs(created - (await api.get("/containers/json?all=true"))[0]["Created"]) <= 5 and created > 1.7e9
        network = {"IPAddress": address, "Gateway": "127.0.0.1", "NetworkID": "localcloud", "Aliases": ["first"]}
        assert only == {
            "Id": first, "Names": ["/first"], "Image": "web:1", "ImageID": IMAGE.id, "Command": f"/bin/sh -c {SERVE}",
            "State": "running", "Status": "Running", "Labels": {"of": "image"}, "Mounts": [],
            "Ports": [{"IP": address, "PrivatePort": 8000, "Type": "tcp"}],
            "NetworkSettings": {"Networks": {"localcloud": network}},
        }  # fmt: skip
        assert [one["Id"] for one in await api.get("/containers/json?all=1")] == [second, first]
        assert [one["Id"] for one in await api.get('/containers/json?all=1&filters={"label":["x=y"]}')] == [second]
        await said(api, "there")
        await api.status("POST", "/containers/first/stop")
        rows = {one["Id"]: one for one in await api.get("/containers/json?all=1")}
        assert (rows[first]["Status"], rows[first]["Ports"]) == ("Exited (3)", [])
        assert rows[second]["Status"] == "Created"

    run(tmp_path, work)


def test_signals_restarts_and_waiting(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        one = await api.create("web")
        assert await api.answer("POST", f"/containers/{one}/kill") == (409, {"message": "Container web is not running"})
        waiting = await api.begin(api.answer("POST", "/containers/web/wait"))
        await api.status("POST", "/containers/web/start")
        await said(api, "there")
        assert not waiting.done()
        assert await api.status("POST", "/containers/web/kill?signal=TERM") == 204
        assert await waiting == (200, {"StatusCode": 3})
        assert await api.status("POST", "/containers/web/restart?t=5") == 204
        pid = (await api.get("/containers/web/json"))["State"]["Pid"]
        assert await api.status("POST", "/containers/web/restart?t=5") == 204
        assert (await api.get("/containers/web/json"))["State"]["Pid"] not in (0, pid)
        assert await api.status("POST", "/containers/web/kill") == 204
        assert await api.answer("POST", "/containers/web/wait") == (200, {"StatusCode": 137})
        removed = await api.begin(api.answer("POST", "/containers/web/wait?condition=removed"))
        assert await api.status("DELETE", "/containers/web") == 204
        assert await removed == (200, {"StatusCode": 137})
        await api.create("other")
        never = await api.begin(api.status("POST", "/containers/other/wait"))
        assert await api.status("DELETE", "/containers/other") == 204
        assert await never == 200

    run(tmp_path, work)


async def said(api: Api, text: str) -> None:
    while not any(text in one.log.last(100) for one in api.containers):
        await asyncio.sleep(0.01)


def frames(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while data:
        kind, length = struct.unpack(">BxxxL", data[:8])
        found.append((kind, data[8 : 8 + length]))
        data = data[8 + length :]
    return found


def test_logs_are_frames_whole_or_the_last_lines_or_followed_to_the_end(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        async def logs(query: str) -> bytes:
            answer = await api.raw(f"/containers/web/logs?{query}")
            assert answer.status == 200
            assert answer.content_type == "application/vnd.docker.multiplexed-stream"
            parts = frames(await answer.read())
            assert {kind for kind, _ in parts} <= {1}
            return b"".join(payload for _, payload in parts)

        await api.create("web")
        assert await api.answer("GET", "/containers/web/logs") == (
            400,
            {"message": "Bad parameters: you must choose at least one stream"},
        )
        await api.status("POST", "/containers/web/start")
        await said(api, "there")
        assert await logs("stdout=1") == b"hi\nthere\n"
        assert await logs("stdout=true&stderr=1&tail=1") == b"there\n"
        assert await logs("stdout=1&tail=all") == b"hi\nthere\n"
        assert await logs("stderr=1") == b""  # a program's two outputs are one here
        following = await api.begin(logs("stdout=1&follow=1"))
        await api.status("POST", "/containers/web/stop")
        assert await following == b"hi\nthere\nbye\n"

    run(tmp_path, work)


def test_files_are_put_into_a_container_below_its_own_folder(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        await api.create("web")
        (one,) = api.containers
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as archive:
            archive.add(__file__, "here.py")
        options = {"data": data.getvalue(), "headers": {"Content-Type": CONFIG_TYPE}}
        assert await api.status("PUT", "/containers/web/archive?path=/etc/x", **options) == 200
        assert (one.folder / "files/etc/x/here.py").read_text() == Path(__file__).read_text()
        assert await api.status("PUT", "/containers/web/archive", **options) == 200
        assert (one.folder / "files/here.py").exists()
        assert await api.status("PUT", "/containers/web/archive?path=../../x", **options) == 400

    run(tmp_path, work)


def test_files_of_the_image_are_taken_out_of_a_container_that_never_ran(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        dist = api.images.root(IMAGE) / "app/dist"
        (dist / "assets").mkdir(parents=True)
        (dist / "assets/a.js").write_text("1")
        await api.create("web", Cmd=["never runs"])
        answer = await api.raw("/containers/web/archive?path=/app/dist")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/x-tar")
        told = json.loads(base64.b64decode(answer.headers["X-Docker-Container-Path-Stat"]))
        assert (told["name"], told["mode"] >> 31) == ("dist", 1)
        with tarfile.open(fileobj=io.BytesIO(await answer.read())) as archive:
            names = sorted(member.name for member in archive if member.isfile())
            found = archive.extractfile("dist/assets/a.js")
            assert names == ["dist/assets/a.js"] and found and found.read() == b"1"
        for path in ("/none", "/../../outside"):
            assert await api.answer("GET", f"/containers/web/archive?path={path}") == (
                404,
                {"message": f"Could not find the file {path} in container"},
            )

    run(tmp_path, work)


def test_a_running_container_goes_by_force_only(tmp_path: Path) -> None:
    async def work(api: Api) -> None:
        await api.create("web")
        await api.status("POST", "/containers/web/start")
        assert await api.status("DELETE", "/containers/web") == 409
        assert await api.status("DELETE", "/containers/web?force=1&v=1") == 204
        assert await api.status("GET", "/containers/web/json") == 404

    run(tmp_path, work)
