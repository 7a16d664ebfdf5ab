"""The one address of the site: passes each request to the service that has its path, as CloudFront and the load
balancer do, and the answer back while it arrives."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

import aiohttp
from aiohttp import WSMsgType, web
from multidict import CIMultiDict

from localcloud.dev import page
from localcloud.dev.runner import HOST, Runner
from localcloud.dev.site import Behavior, Site, behavior_of, owner, site_of
from localcloud.emulator.forwarding import HOP_BY_HOP, first_of, make_session

POLICY = "Content-Security-Policy"
# A service does not see the site's name, as behind CloudFront, but one of its own; its answers must be readable here.
NOT_SENT = HOP_BY_HOP | {"host", "accept-encoding", "x-forwarded-for", "x-forwarded-proto"}
HANDSHAKE = frozenset(
    ("sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions", "sec-websocket-protocol")
)
CLOUDFRONT = "127.0.0.1"


class Proxy:
    """`runners` are the services by name, `named` what is at other names, by what these begin with."""

    def __init__(self, site: Site, runners: Mapping[str, Runner], named: Mapping[str, Site] | None = None) -> None:
        self._site, self._runners, self._named = site, runners, named or {}

    def application(self) -> web.Application:
        made = web.Application(client_max_size=0)
        made.router.add_route("*", "/{path:.*}", self._answer)
        made.cleanup_ctx.append(self._with_session)
        return made

    async def _with_session(self, _: web.Application) -> AsyncIterator[None]:
        async with make_session() as self._session:
            yield

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        site = site_of(request.host, self._site, self._named)
        rules = behavior_of(request.rel_url.raw_path, site.behaviors)
        if request.method not in rules.methods:
            return text(
                403, f"CloudFront refuses {request.method} here: it passes on {', '.join(sorted(rules.methods))}."
            )
        name = owner(request.path, site.routes)
        if name is None:
            return text(404, "No service has this path: see the routes in app.yaml.")
        runner = self._runners[name]
        headers = forwarded(request, tells_name=site.tells_name)
        send = self._relay if request.headers.get("Upgrade", "").lower() == "websocket" else self._pass_on
        try:
            while True:
                try:
                    return await send(request, headers, runner, rules)
                except aiohttp.ClientConnectorError:
                    if not await runner.listens():
                        break
        except aiohttp.ClientError:
            return text(502, f"{name} broke off the connection: its lines in the terminal tell why.")
        return text(502, f"{name} does not listen on {HOST}:{runner.port}: its lines in the terminal tell why.")

    async def _pass_on(
        self, request: web.Request, sent: CIMultiDict[str], runner: Runner, rules: Behavior
    ) -> web.StreamResponse:
        async with self._session.request(
            request.method,
            upstream(request, runner, "http"),
            headers=sent,
            data=request.content if request.body_exists else None,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None),
        ) as answer:
            headers = with_rules(answer, rules)
            if answer.content_type == "text/html" and request.method == "GET" and POLICY in headers:
                body = await answer.read()
                if page.is_of_vite(body):
                    body, headers[POLICY] = page.admitted(body, headers[POLICY])
                # A browser that asks whether its copy is current would put the next nonce on it.
                for name in ("Content-Length", "ETag", "Last-Modified"):
                    headers.pop(name, None)
                return web.Response(status=answer.status, reason=answer.reason, headers=headers, body=body)
            return await stream(request, answer, headers)

    async def _relay(
        self, request: web.Request, sent: CIMultiDict[str], runner: Runner, _: Behavior
    ) -> web.StreamResponse:
        protocols = [one.strip() for one in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if one.strip()]
        headers = CIMultiDict((name, value) for name, value in sent.items() if name.lower() not in HANDSHAKE)
        try:
            server = await self._session.ws_connect(
                upstream(request, runner, "ws"), protocols=protocols, headers=headers, max_msg_size=0
            )
        except aiohttp.WSServerHandshakeError as error:
            return text(error.status, "The service refused the WebSocket.")
        async with server:
            viewer = web.WebSocketResponse(protocols=[server.protocol] if server.protocol else [], max_msg_size=0)
            await viewer.prepare(request)
            with suppress(Exception):  # one side has left: the other is told by the close below
                await first_of(messages(viewer, server), messages(server, viewer))
            await viewer.close(code=server.close_code or aiohttp.WSCloseCode.OK)
        return viewer


Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


def upstream(request: web.Request, runner: Runner, scheme: str) -> str:
    return f"{scheme}://{HOST}:{runner.port}{request.raw_path}"


def forwarded(request: web.Request, *, tells_name: bool) -> CIMultiDict[str]:
    """The request's headers, and what CloudFront and a load balancer tell about its way."""
    headers = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() not in NOT_SENT)
    headers["X-Forwarded-For"] = f"{request.remote}, {CLOUDFRONT}"
    headers["X-Forwarded-Proto"] = "http"
    if tells_name:
        headers["Host"] = request.host
    return headers


def with_rules(answer: aiohttp.ClientResponse, rules: Behavior) -> CIMultiDict[str]:
    headers = CIMultiDict((name, value) for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP)
    for name, value in rules.add.items():
        headers.setdefault(name, value)
    for name, value in rules.set.items():
        headers[name] = value
    return headers


async def stream(request: web.Request, answer: aiohttp.ClientResponse, headers: CIMultiDict[str]) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    await response.prepare(request)
    try:
        async for piece in answer.content.iter_any():
            await response.write(piece)
    except aiohttp.ClientPayloadError:
        # The service broke off. Without the end of the answer, the viewer knows that it is not whole.
        if request.transport is not None:
            request.transport.abort()
    except ConnectionResetError:
        pass  # the viewer left
    return response


async def messages(source: Socket, target: Socket) -> None:
    """Pass messages on until the source closes."""
    async for message in source:
        if message.type == WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await target.send_bytes(message.data)


def text(status: int, sentence: str) -> web.Response:
    return web.Response(status=status, text=f"{sentence}\n")
