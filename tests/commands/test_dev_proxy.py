"""The one address of `make dev`: real services in real processes behind it, which change and end."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import psutil
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from localcloud.dev.console import Console
from localcloud.dev.proxy import Proxy
from localcloud.dev.runner import Command, Runner
from localcloud.dev.site import UNCHANGED, Behavior, Site
from tests.ports import free_port

pytestmark = pytest.mark.asyncio

Client = TestClient[web.Request, web.Application]
EVERYTHING = Behavior(
    pattern="*", methods=frozenset(["GET", "HEAD", "POST", "PUT"]),
    set={"Content-Security-Policy": "default-src 'self'", "X-Own": "site"}, add={"X-Kind": "site"},
)  # fmt: skip
SERVER = """\
import http.server, os, subprocess, sys
print("child", subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid, flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"one"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


class Lines(Console):
    """Keeps what it says, and tells when a line is there."""

    def __init__(self) -> None:
        super().__init__(["api"], coloured=False)
        self.lines: list[str] = []

    def say(self, name: str, line: str) -> None:
        self.lines.append(line)

    async def until(self, begin: str) -> str:
        async with asyncio.timeout(30):
            while not (found := [line for line in self.lines if line.startswith(begin)]):
                await asyncio.sleep(0.02)
        return found[-1]


@asynccontextmanager
async def proxied(runner: Runner) -> AsyncIterator[Client]:
    named = Site(routes={"/": "api"}, behaviors=[UNCHANGED], tells_name=True)
    proxy = Proxy(Site(routes={"/api": "api"}, behaviors=[EVERYTHING]), {"api": runner}, {"admin": named})
    async with TestClient(TestServer(proxy.application())) as client:
        yield client


@asynccontextmanager
async def served(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[Client]:
    """The proxy before a service that somebody else started."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(application) as server:
        command = Command(name="api", words=[], folder=Path(), variables={}, console=Lines())
        async with proxied(Runner(command=command, port=server.port, reloads=True)) as client:
            yield client


@asynccontextmanager
async def started(folder: Path, occupied: str | None = None) -> AsyncIterator[tuple[Client, Lines]]:
    """The proxy before a process of `server.py` in the folder; `occupied`: where another program has its port."""
    port, console = free_port(), Lines()
    command = Command(
        name="api", words=[sys.executable, "server.py"], folder=folder, variables={"PORT": str(port)}, console=console
    )
    runner = Runner(command=command, port=port, reloads=False)
    async with AsyncExitStack() as stack:
        if occupied:
            stack.enter_context(socket.create_server((occupied, port)))
        task = asyncio.create_task(runner.run())
        try:
            yield await stack.enter_async_context(proxied(runner)), console
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def text(client: Client, path: str = "/api") -> tuple[int, str]:
    async with client.get(path) as answer:
        return answer.status, await answer.text()


async def test_a_service_that_listens_on_all_addresses_runs_beside_a_task_with_its_port(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER.replace('"127.0.0.1"', '"0.0.0.0"'))
    async with started(tmp_path, occupied="127.9.8.7") as (client, _):
        assert await text(client) == (200, "one")


async def test_a_changed_file_is_seen_and_a_broken_one_is_told_until_it_is_mended(tmp_path: Path) -> None:
    file = tmp_path / "server.py"
    file.write_text(SERVER)
    async with started(tmp_path) as (client, console):
        assert await text(client) == (200, "one")  # it waits for the process that starts
        file.write_text("raise SystemExit(3)")
        await console.until("(ended with exit code 3; it starts again after the next change)")
        status, told = await text(client)
        assert status == 502 and "api does not listen on 127.0.0.1:" in told
        file.write_text(SERVER.replace("one", "two"))
        async with asyncio.timeout(30):
            while await text(client) != (200, "two"):
                await asyncio.sleep(0.02)


async def test_the_end_leaves_no_process_of_the_service(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER)
    async with started(tmp_path) as (client, console):
        await text(client)
        child = int((await console.until("child")).split()[1])
        assert psutil.pid_exists(child)
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


async def test_a_service_gets_the_request_as_behind_cloudfront() -> None:
    async def tell(request: web.Request) -> web.Response:
        wanted = ("Host", "Cookie", "X-Forwarded-For", "Accept-Encoding", "X-Custom")
        told = {name: request.headers.get(name) for name in wanted}
        return web.json_response({**told, "url": request.raw_path, "body": await request.text()})

    async with served(tell) as client:
        headers = {"Cookie": "a=1", "X-Custom": "é", "X-Forwarded-For": "8.8.8.8"}
        async with client.post("/api/a%2Fb?c=%20d", data="body", headers=headers) as answer:
            told = await answer.json()
    assert told.pop("Host").startswith("127.0.0.1:")
    assert told == {
        "Cookie": "a=1", "X-Forwarded-For": "127.0.0.1, 127.0.0.1", "Accept-Encoding": None, "X-Custom": "é",
        "url": "/api/a%2Fb?c=%20d", "body": "body",
    }  # fmt: skip


async def test_a_service_is_told_the_name_that_it_has_for_itself_where_each_path_is_its_own() -> None:
    async def tell(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade") == "websocket":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.send_str(request.headers["Host"])
            return socket
        return web.Response(text=f"{request.method} {request.raw_path} of {request.headers['Host']}")

    host = "admin.localhost:4575"
    async with served(tell) as client:
        async with client.delete("/a%2Fb?c=1", headers={"Host": host}) as found:
            assert await found.text() == f"DELETE /a%2Fb?c=1 of {host}"
            assert "X-Own" not in found.headers
        async with client.ws_connect("/api/ws", headers={"Host": host}) as socket:
            assert await socket.receive_str(timeout=10) == host
        async with client.get("/api", headers={"Host": "shop.localhost"}) as found:
            assert (await found.text()).startswith("GET /api of 127.0.0.1:")
            assert found.headers["X-Own"] == "site"


async def test_the_answer_has_the_headers_of_the_site_and_all_cookies() -> None:
    async def answer(_: web.Request) -> web.Response:
        response = web.Response(status=418, headers={"X-Own": "service", "X-Kind": "service"})
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    async with served(answer) as client, client.get("/api") as found:
        assert found.status == 418 and set(found.cookies) == {"a", "b"}
        assert found.headers.getall("X-Own") == ["site"] and found.headers.getall("X-Kind") == ["service"]
        assert found.headers["Content-Security-Policy"] == "default-src 'self'"


async def test_a_page_of_vites_may_load_what_vite_put_into_it() -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text='<head></head><script src="/@vite/client"></script>', content_type="text/html")

    async with served(page) as client, client.get("/api") as found:
        assert "csp-nonce" in await found.text()
        assert "style-src 'self' 'nonce-" in found.headers["Content-Security-Policy"]


async def test_an_answer_is_passed_on_while_it_arrives() -> None:
    seen = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: 1\n\n")
        await seen.wait()
        await response.write(b"data: 2\n\n")
        return response

    async with served(endless) as client, client.get("/api") as found:
        assert await found.content.readuntil(b"\n\n") == b"data: 1\n\n"
        seen.set()
        assert await found.content.read() == b"data: 2\n\n"


async def test_an_answer_that_breaks_off_is_not_ended_as_if_it_were_whole() -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.abort()
        return response

    async with served(broken) as client:
        with pytest.raises(aiohttp.ClientError):
            async with client.get("/api") as found:
                await found.read()


async def test_websockets_pass_in_both_directions_with_their_protocol() -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=["vite-hmr"])
        await socket.prepare(request)
        async for message in socket:
            if message.data == "end":
                await socket.close(code=4001)
            elif message.type == aiohttp.WSMsgType.TEXT:
                await socket.send_str(f"{request.query_string} {message.data}")
            else:
                await socket.send_bytes(message.data)
        return socket

    async with served(echo) as client, client.ws_connect("/api/ws?token=1", protocols=["other", "vite-hmr"]) as socket:
        assert socket.protocol == "vite-hmr"
        await socket.send_str("hello")
        assert await socket.receive_str(timeout=10) == "token=1 hello"
        await socket.send_bytes(b"\0")
        assert await socket.receive_bytes(timeout=10) == b"\0"
        await socket.send_str("end")
        assert (await socket.receive(timeout=10)).type == aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4001


async def test_what_cloudfront_refuses_is_refused_and_what_no_service_has_is_missing() -> None:
    async def nothing(_: web.Request) -> web.Response:
        raise AssertionError("it must not be asked")

    async with served(nothing) as client:
        async with client.delete("/api") as refused:
            assert refused.status == 403 and "CloudFront refuses DELETE" in await refused.text()
        assert (await text(client, "/other"))[0] == 404
