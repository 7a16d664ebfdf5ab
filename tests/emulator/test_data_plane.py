"""What passes CloudFront and a load balancer passes them here: while it happens, in both directions."""

import asyncio
import io
import itertools
import json
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.emulator.conftest import Client
from tests.emulator.site import Handler, Viewer, balancer, distribution, server, within
from tests.engine.support import Emulator, role
from tests.ports import free_port

MIB = 2**20
pytestmark = pytest.mark.asyncio
numbers = itertools.count(1)

Site = Callable[..., AbstractAsyncContextManager[Viewer]]


@pytest.fixture
def site(emulator: Emulator, aws: Client) -> Site:
    """A distribution before a load balancer before a server with this handler."""

    @asynccontextmanager
    async def made(handler: Handler, *, idle_seconds: int = 60, **settings: Any) -> AsyncIterator[Viewer]:
        async with server(handler) as port, aiohttp.ClientSession() as session:
            target = {"Id": "127.0.0.1", "Port": port}
            name = balancer(aws, f"site-{next(numbers)}", target, idle_seconds=idle_seconds)
            yield Viewer(session, emulator, distribution(aws, name, **settings))

    return made


def streaming(write: Callable[[web.StreamResponse], Any]) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await write(response)
        return response

    return handler


def abort(response: web.StreamResponse) -> None:
    """As a server does that crashes."""
    assert response._req is not None and response._req.transport is not None
    response._req.transport.abort()


async def test_each_event_arrives_before_the_next_one_is_made(site: Site) -> None:
    arrived = asyncio.Event()

    async def write(response: web.StreamResponse) -> None:
        await response.write(b"data: 1\n\n")
        await arrived.wait()
        await response.write(b"data: 2\n\n")

    async with site(streaming(write)) as viewer, viewer.ask() as answer:
        assert await within(60, answer.content.readuntil(b"\n\n")) == b"data: 1\n\n"
        arrived.set()
        assert await within(60, answer.read()) == b"data: 2\n\n"
        assert "X-Amz-Cf-Id" in answer.headers


async def test_an_answer_that_breaks_off_does_not_look_whole(site: Site) -> None:
    async def write(response: web.StreamResponse) -> None:
        await response.write(b"half")
        abort(response)

    async with site(streaming(write)) as viewer:
        with pytest.raises(aiohttp.ClientPayloadError):
            async with viewer.ask() as answer:
                await within(60, answer.read())


@pytest.mark.parametrize("begun", [True, False], ids=["in the middle of an answer", "before an answer"])
async def test_the_server_learns_that_the_viewer_left(site: Site, begun: bool) -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if begun:
            await response.prepare(request)
            await response.write(b"begun")
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        return response

    async with site(handler) as viewer:
        request = asyncio.ensure_future(viewer.ask().__aenter__())
        await within(60, asked.wait())
        if begun:
            (await request).close()
        request.cancel()
        await within(60, left.wait())


async def test_a_server_waits_for_a_viewer_that_does_not_read(site: Site) -> None:
    written, waits = 0, asyncio.Event()

    async def write(response: web.StreamResponse) -> None:
        nonlocal written
        while written < 512 * MIB:
            try:
                await within(2, response.write(bytes(MIB)))
            except TimeoutError:
                waits.set()
                abort(response)
                return
            written += MIB

    async with site(streaming(write)) as viewer, viewer.ask():
        await within(60, waits.wait())
    assert written < 64 * MIB  # what the buffers of four connections hold


def reset_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def memory(pid: int, name: str) -> int:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status[name].split()[0]) * 1024


@pytest.mark.parametrize("length_is_known", [True, False], ids=["with its length", "chunked"])
async def test_an_upload_passes_without_being_kept(site: Site, emulator: Emulator, length_is_known: bool) -> None:
    began = asyncio.Event()
    size = 50 * MIB

    async def body() -> AsyncIterator[bytes]:
        yield bytes(MIB)
        await within(60, began.wait())
        for _ in range(size // MIB - 1):
            yield bytes(MIB)

    async def handler(request: web.Request) -> web.StreamResponse:
        total = 0
        async for piece in request.content.iter_any():
            began.set()
            total += len(piece)
        return web.json_response([total, request.content_length])

    length = {"Content-Length": str(size)} if length_is_known else {}
    async with site(handler) as viewer:
        pid = emulator.running.pid
        before = memory(pid, "VmRSS")
        reset_peak(pid)
        async with viewer.ask("POST", data=body(), headers=length) as answer:
            assert await within(60, answer.json()) == [size, size if length_is_known else None]
        assert memory(pid, "VmHWM") - before < 20 * MIB


async def test_a_refusal_in_the_middle_of_an_upload_arrives_and_the_next_request_passes(site: Site) -> None:
    refused = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            await request.content.read(1)
            return web.Response(status=413, text="too large")
        return web.Response(text="well")

    async def body() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield bytes(MIB)
        await within(60, refused.wait())
        for _ in range(4):
            yield bytes(MIB)

    async with site(handler) as viewer:
        async with viewer.ask("POST", data=body()) as answer:
            assert (answer.status, await within(60, answer.text())) == (413, "too large")
            refused.set()
        async with viewer.ask() as answer:
            assert await within(60, answer.text()) == "well"


async def test_a_websocket_passes_text_and_bytes_with_what_the_proxies_add(site: Site) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=["chat"])
        socket.headers["Set-Cookie"] = "seen=1"
        await socket.prepare(request)
        await socket.send_json([request.path_qs, request.headers["X-Forwarded-For"], request.headers["Cookie"]])
        await socket.send_str((await socket.receive_str()).upper())
        await socket.send_bytes((await socket.receive_bytes())[::-1])
        await socket.close(code=4001, message=b"enough")
        return socket

    async with (
        site(handler) as viewer,
        viewer.websocket("/ws?room=1", protocols=["chat"], headers={"Cookie": "a=b"}) as socket,
    ):
        assert await within(60, socket.receive_json()) == ["/ws?room=1", "127.0.0.1, 127.0.0.1", "a=b"]
        assert (socket.protocol, socket._response.headers["Set-Cookie"]) == ("chat", "seen=1")
        await socket.send_str("ünder")
        assert await within(60, socket.receive_str()) == "ÜNDER"
        await socket.send_bytes(b"123" * 100_000)
        assert await within(60, socket.receive_bytes()) == b"321" * 100_000
        closed = await within(60, socket.receive())
        assert (closed.type, closed.data, closed.extra) == (aiohttp.WSMsgType.CLOSE, 4001, "enough")


async def test_the_server_learns_that_the_viewer_closed_a_websocket(site: Site) -> None:
    closed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        closed.set_result((await socket.receive()).type)
        return socket

    async with site(handler) as viewer:
        async with viewer.websocket():
            pass
        assert await within(60, closed) == aiohttp.WSMsgType.CLOSE


async def test_a_websocket_that_the_server_refuses_is_refused_with_its_answer(site: Site) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=401, text="who are you?", headers={"X-Reason": "no cookie"})

    async with site(handler) as viewer:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
        key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
        async with viewer.ask(headers={**upgrade, **key}) as answer:
            assert (answer.status, answer.headers["X-Reason"]) == (401, "no cookie")
            assert await within(60, answer.text()) == "who are you?"


async def test_a_websocket_needs_a_policy_that_passes_its_headers_on(site: Site) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(status=426 if "Upgrade" not in request.headers else 500)

    async with site(handler, policy=None) as viewer:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await within(60, viewer.websocket())
        assert refused.value.status == 426


async def test_a_websocket_on_which_nothing_passes_is_closed(site: Site) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        return socket

    async with site(handler, idle_seconds=1) as viewer, viewer.websocket() as socket:
        assert (await within(60, socket.receive())).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_pings_of_the_server_keep_a_websocket_open(site: Site) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        with pytest.raises(TimeoutError):
            await within(5, ping(socket))
        await socket.send_str(await socket.receive_str())
        return socket

    async def ping(socket: web.WebSocketResponse) -> None:
        while True:
            await socket.ping()
            await asyncio.sleep(0.1)

    async with site(handler, idle_seconds=3) as viewer, viewer.websocket() as socket:
        await socket.send_str("still here")
        assert await within(60, socket.receive_str()) == "still here"


@pytest.mark.parametrize(
    ("limits", "who"), [({"idle_seconds": 1}, None), ({"read_timeout": 1}, "Error from cloudfront")]
)
async def test_a_server_that_does_not_answer_in_time_is_a_504(
    site: Site, limits: dict[str, int], who: str | None
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        await request.read()
        await asyncio.Event().wait()
        raise AssertionError

    async with site(handler, **limits) as viewer, viewer.ask("POST", data=b"body") as answer:
        assert answer.status == 504
        assert who is None or answer.headers["X-Cache"] == who


async def test_a_slow_upload_is_not_a_late_answer(site: Site) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(body=await request.read())

    async def body() -> AsyncIterator[bytes]:
        yield b"a"
        with pytest.raises(TimeoutError):
            await within(3.5, asyncio.Event().wait())
        yield b"b"

    async with site(handler, read_timeout=3) as viewer, viewer.ask("POST", data=body()) as answer:
        assert (answer.status, await within(60, answer.read())) == (200, b"ab")


async def test_a_server_that_is_gone_is_a_502(emulator: Emulator, aws: Client) -> None:
    port = free_port()
    name = balancer(aws, f"site-{next(numbers)}", {"Id": "127.0.0.1", "Port": port})
    async with aiohttp.ClientSession() as session:
        for host in (distribution(aws, name), name, distribution(aws, "127.0.0.1", port=port)):
            async with Viewer(session, emulator, host).ask() as answer:
                assert answer.status == 502


async def test_an_error_page_takes_the_place_of_an_answer(site: Site) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text="a page") if request.path == "/sorry.html" else web.Response(status=500, text="trace")

    pages = [{"ErrorCode": 500, "ResponsePagePath": "/sorry.html", "ResponseCode": "503"}]
    async with (
        site(handler, CustomErrorResponses={"Quantity": 1, "Items": pages}) as viewer,
        viewer.ask() as answer,
    ):
        assert (answer.status, await answer.text()) == (503, "a page")


async def test_paths_headers_and_cookies_arrive_as_the_viewer_sent_them(emulator: Emulator, aws: Client) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.json_response([request.raw_path, request.headers.getall("X-Two"), dict(request.cookies)])
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    async with server(handler) as port, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        name = balancer(aws, f"site-{next(numbers)}", {"Id": "127.0.0.1", "Port": port})
        for host in (distribution(aws, name), name, distribution(aws, "127.0.0.1", port=port)):
            headers = {"X-Two": "ä, b", "Cookie": "x=y; z=1"}
            async with Viewer(session, emulator, host).ask(path="/a%2Fb//c?q=1&q=%20", headers=headers) as answer:
                seen = await answer.json()
                assert seen == ["/a%2Fb//c?q=1&q=%20", ["ä, b"], {"x": "y", "z": "1"}]
                assert [cookie.split(";")[0] for cookie in answer.headers.getall("Set-Cookie")] == ["a=1", "b=2"]


CODE = """
function handler(event) {
  var query = event.request.querystring;
  if (query.echo) {
    return {statusCode: 200, headers: {}, body: JSON.stringify(query)};
  }
  query.added = {value: "c%2Fd"};
  return event.request;
}
"""


@pytest.mark.skipif(not shutil.which("node"), reason="node runs CloudFront's function")
async def test_a_function_of_cloudfront_gets_and_passes_on_a_query_as_it_was_written(
    emulator: Emulator, aws: Client
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text=request.rel_url.raw_query_string)

    cloudfront = aws("cloudfront")
    about = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    made = cloudfront.create_function(Name="query", FunctionConfig=about, FunctionCode=CODE.encode())
    arn = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    cloudfront.publish_function(Name="query", IfMatch=made["ETag"])
    ran = {"Quantity": 1, "Items": [{"EventType": "viewer-request", "FunctionARN": arn}]}
    async with server(handler) as port, aiohttp.ClientSession() as session:
        name = balancer(aws, f"site-{next(numbers)}", {"Id": "127.0.0.1", "Port": port})
        viewer = Viewer(session, emulator, distribution(aws, name, functions=ran))
        async with viewer.ask(path="/?echo=a%20b+c&n=1&n=%C3%A9") as answer:
            assert json.loads(await answer.text()) == {
                "echo": {"value": "a%20b+c"},
                "n": {"value": "1", "multiValue": [{"value": "1"}, {"value": "%C3%A9"}]},
            }
        async with viewer.ask(path="/?q=a%20b+c") as answer:
            assert await answer.text() == "q=a%20b+c&added=c%2Fd"


async def test_a_function_is_a_target_and_gets_the_whole_body(emulator: Emulator, aws: Client) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, _): return {'statusCode': 200, 'body': event['body'] * 2}")
    made = aws("lambda").create_function(
        FunctionName="twice",
        Runtime="python3.12",
        Role=role(aws("iam"), "r"),
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
    )
    name = balancer(aws, f"site-{next(numbers)}", {"Id": made["FunctionArn"]}, kind="lambda")
    async with (
        aiohttp.ClientSession() as session,
        Viewer(session, emulator, distribution(aws, name)).ask("POST", data="ab") as answer,
    ):
        assert await within(30, answer.text()) == "abab"


def vpc_origin(aws: Client, dns_name: str, port: int) -> str:
    """Its id."""
    (made,) = [one for one in aws("elbv2").describe_load_balancers()["LoadBalancers"] if one["DNSName"] == dns_name]
    endpoint = {
        "Name": f"vpc-{next(numbers)}", "Arn": made["LoadBalancerArn"], "HTTPPort": port,
        "HTTPSPort": 443, "OriginProtocolPolicy": "http-only",
    }  # fmt: skip
    return str(aws("cloudfront").create_vpc_origin(VpcOriginEndpointConfig=endpoint)["VpcOrigin"]["Id"])


@pytest.mark.parametrize(("port", "status"), [(80, 200), (8081, 502)])
async def test_an_origin_in_a_vpc_is_asked_as_the_vpc_origin_says(
    emulator: Emulator, aws: Client, port: int, status: int
) -> None:
    """The balancer has a listener on port 80. Of the origin's domain only `Host` tells."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text=f"inside, asked for {request.host}")

    async with server(handler) as target, aiohttp.ClientSession() as session:
        name = balancer(aws, f"vpc-{next(numbers)}", {"Id": "127.0.0.1", "Port": target}, scheme="internal")
        origin = vpc_origin(aws, name, port)
        for domain in (name, f"origin.{next(numbers)}.example"):
            viewer = Viewer(session, emulator, distribution(aws, domain, vpc_origin=origin))
            async with viewer.ask() as answer:
                assert answer.status == status
                assert status != 200 or await answer.text() == f"inside, asked for {domain}"


async def test_an_internal_load_balancer_is_reached_by_nobody_from_outside(emulator: Emulator, aws: Client) -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="inside")

    async with server(handler) as target, aiohttp.ClientSession() as session:
        name = balancer(aws, f"inner-{next(numbers)}", {"Id": "127.0.0.1", "Port": target}, scheme="internal")
        async with Viewer(session, emulator, distribution(aws, name)).ask() as answer:
            assert answer.status == 502, "CloudFront reached it as a public one"
        async with Viewer(session, emulator, name).ask() as answer:
            assert answer.status == 403, "a stranger reached it"
            assert await answer.text() != "inside"


async def test_a_rule_lets_in_the_header_that_the_distribution_sends_and_nothing_else(
    emulator: Emulator, aws: Client
) -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="inside")

    async with server(handler) as target, aiohttp.ClientSession() as session:
        name = balancer(aws, f"asking-{next(numbers)}", {"Id": "127.0.0.1", "Port": target})
        demand(aws, name, "one", "two")
        sent = [{"HeaderName": "X-Origin-Secret", "HeaderValue": "two"}]
        for host, headers, status in (
            (distribution(aws, name, headers=sent), {"X-Origin-Secret": "a stranger's"}, 200),
            (distribution(aws, name), {}, 403),
            (name, {}, 403),
            (name, {"X-Origin-Secret": "three"}, 403),
            (name, {"X-Origin-Secret": "one"}, 200),
        ):
            async with Viewer(session, emulator, host).ask(headers=headers) as answer:
                assert answer.status == status, (host, headers)


def demand(aws: Client, dns_name: str, *values: str) -> None:
    """Let the balancer forward only what has the header, as the program's public one does."""
    elb = aws("elbv2")
    (made,) = [one for one in elb.describe_load_balancers()["LoadBalancers"] if one["DNSName"] == dns_name]
    (listener,) = elb.describe_listeners(LoadBalancerArn=made["LoadBalancerArn"])["Listeners"]
    forward = listener["DefaultActions"]
    refuse = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403"}}]
    elb.modify_listener(ListenerArn=listener["ListenerArn"], DefaultActions=refuse)
    header = {"HttpHeaderName": "X-Origin-Secret", "Values": list(values)}
    conditions = [
        {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}},
        {"Field": "http-header", "HttpHeaderConfig": header},
    ]
    elb.create_rule(ListenerArn=listener["ListenerArn"], Priority=1, Conditions=conditions, Actions=forward)


async def test_tasks_reach_an_internal_load_balancer_at_the_address_that_it_is_named_by(
    emulator: Emulator, aws: Client
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path == "/socket":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.send_str(f"got {await socket.receive_str()}")
            return socket
        return web.Response(text=f"{request.method} {request.raw_path} {len(await request.read())}")

    async with server(handler) as target, aiohttp.ClientSession() as session:
        address = balancer(aws, f"inner-{next(numbers)}", {"Id": "127.0.0.1", "Port": target}, scheme="internal")
        elb = aws("elbv2")
        (made,) = [one for one in elb.describe_load_balancers()["LoadBalancers"] if one["DNSName"] == address]
        (outer,) = elb.describe_listeners(LoadBalancerArn=made["LoadBalancerArn"])["Listeners"]
        port = 20_000 + next(numbers)
        inner = elb.create_listener(
            LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=port, DefaultActions=outer["DefaultActions"]
        )["Listeners"][0]
        await within(30, listening(address, port))
        url = f"http://{address}:{port}"
        async with session.post(f"{url}/a%2Fb?q=1", data=b"x" * 900_000) as answer:
            assert (answer.status, await answer.text()) == (200, "POST /a%2Fb?q=1 900000")
        async with session.ws_connect(f"{url}/socket") as socket:
            await socket.send_str("x")
            assert await within(10, socket.receive_str()) == "got x"
        async with session.get(url, headers={"Origin": "https://elsewhere.example"}) as answer:
            assert answer.status == 403, "a web page got in"
        elb.delete_listener(ListenerArn=inner["ListenerArn"])
        await within(30, listening(address, port, False))


async def listening(address: str, port: int, wanted: bool = True) -> None:
    """Wait until somebody listens there, or nobody any more."""
    while True:
        try:
            _, writer = await asyncio.open_connection(address, port)
            writer.close()
            is_open = True
        except OSError:
            is_open = False
        if is_open is wanted:
            return
        await asyncio.sleep(0.05)
