"""What the engine asks the emulator, of a server that answers what a test wants."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from localcloud.engine import emulator as module
from localcloud.engine.emulator import Emulator
from localcloud.engine.errors import EngineError
from localcloud.engine.images import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, Image
from localcloud.signing import Credentials
from tests.ports import free_port

CREDENTIALS = Credentials(access_key="ANYBODY", secret_key="hidden")
LOGIN = {"Authorization": "Basic of-the-client"}
ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
IMAGE = Image(config={}, content="c", created="")


class Server:
    """Notes requests; answers each with the same status and text."""

    def __init__(self, status: int = 201, text: str = "", *, silent: bool = False) -> None:
        self.answer, self.silent = (status, text), silent
        self.requests: list[tuple[str, str, str, str]] = []
        self.bodies: list[bytes] = []
        self.authorization = ""

    async def handle(self, request: web.Request) -> web.Response:
        kind = request.headers.get("Content-Type", "")
        self.requests.append((request.method, request.headers["Host"], str(request.rel_url), kind))
        self.bodies.append(await request.read())
        self.authorization = request.headers.get("Authorization", "")
        if self.silent:
            await asyncio.Event().wait()
        return web.Response(status=self.answer[0], text=self.answer[1])

    def ask(self, question: Callable[[Emulator], Awaitable[Any]]) -> Any:
        async def work() -> Any:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", self.handle)
            async with TestServer(app, host="127.0.0.1") as running:
                return await question(Emulator(f"{running.make_url('')}/", CREDENTIALS))

        return asyncio.run(work())


def push(name: str, server: Server) -> Any:
    return server.ask(lambda emulator: emulator.push(IMAGE, name, LOGIN))


def test_an_image_is_pushed_as_two_blobs_and_a_manifest() -> None:
    server = Server()
    assert push(f"{ECR}/app/web:1", server) == IMAGE.digest
    uploads, manifest = server.requests[:2], server.requests[2]
    assert [(method, host) for method, host, _, _ in uploads] == [("POST", ECR)] * 2
    assert all(path.startswith("/v2/app/web/blobs/uploads/?digest=sha256:") for _, _, path, _ in uploads)
    assert [kind for _, _, _, kind in server.requests] == [CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE]
    assert manifest[:3] == ("PUT", ECR, "/v2/app/web/manifests/1")
    assert server.authorization == LOGIN["Authorization"]
    assert server.bodies == [IMAGE.blob, IMAGE.layer[1], IMAGE.manifest]


@pytest.mark.parametrize(
    "host", ["docker.io", "ghcr.io", f"{ECR}.evil.example", "1.dkr.ecr.us-east-1.amazonaws.com", "x" + ECR]
)
def test_nothing_is_pushed_to_another_registry(host: str) -> None:
    server = Server()
    with pytest.raises(EngineError, match="goes to ECR repositories only, got the registry") as caught:
        push(f"{host}/app/web:1", server)
    assert (caught.value.status, server.requests) == (400, [])


def test_a_registry_of_china_is_one_too() -> None:
    assert push("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1", Server()) == IMAGE.digest


@pytest.mark.parametrize("status", [300, 404])
def test_a_push_that_is_refused_tells_why(status: int) -> None:
    server = Server(status, "repository name not known")
    with pytest.raises(EngineError, match=f"the registry answered {status}: repository name not known") as caught:
        push(f"{ECR}/app/web:1", server)
    assert caught.value.status == 500
    assert len(server.requests) == 1


def test_a_push_without_an_emulator_tells_so() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(EngineError, match=f"no registry at {url}") as caught:
        asyncio.run(Emulator(url, CREDENTIALS).push(IMAGE, f"{ECR}/web:1", {}))
    assert caught.value.status == 500


@pytest.mark.parametrize(
    ("status", "text", "known"),
    [(200, "", True), (404, "<Code>DBInstanceNotFound</Code>", False), (500, "broken", None), (404, "", None)],
)
def test_rds_knows_a_database_or_not_or_cannot_tell(status: int, text: str, known: bool | None) -> None:
    server = Server(status, text)
    assert server.ask(lambda emulator: emulator.has_database("db", "1" * 12, "eu-west-1")) is known
    method, _, path, kind = server.requests[0]
    assert (method, path, kind) == ("POST", "/", "application/x-www-form-urlencoded")
    assert form(server) == {"Action": "DescribeDBInstances", "Version": "2014-10-31", "DBInstanceIdentifier": "db"}
    assert re.match(
        rf"AWS4-HMAC-SHA256 Credential={'1' * 12}/\d{{8}}/eu-west-1/rds/aws4_request, ", server.authorization
    )


def form(server: Server) -> dict[str, str]:
    """What RDS was asked."""
    (body,) = server.bodies
    return dict(parse_qsl(body.decode()))


def test_rds_lists_the_snapshots_of_a_database() -> None:
    rows = "".join(f"<x><DBSnapshotIdentifier>{name}</DBSnapshotIdentifier></x>" for name in ("app-final", "B2"))
    server = Server(200, f"<r>{rows}<DBSnapshotIdentifier>../x</DBSnapshotIdentifier></r>")
    found = server.ask(lambda emulator: emulator.snapshots_of("db", "1" * 12, "eu-west-1"))
    assert found == ["app-final", "B2"], "none that would lead out of a folder"
    assert (form(server)["Action"], form(server)["DBInstanceIdentifier"]) == ("DescribeDBSnapshots", "db")


def test_nobody_waits_long_for_rds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASK_SECONDS", 0.05)
    assert Server(silent=True).ask(lambda emulator: emulator.has_database("db", "1", "r")) is None
    absent = Emulator(f"http://127.0.0.1:{free_port()}", CREDENTIALS)
    assert asyncio.run(absent.has_database("db", "1", "r")) is None
