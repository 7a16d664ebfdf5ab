"""What is open to everybody, as on AWS: the host names of CloudFront's distributions and of load balancers.

MiniStack alone would first look whether the path is one of its own APIs', whatever the host name is, and read all of a
request's body before it asks a server.
"""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core import responses
from ministack.core.sigv4 import decode_header_value
from ministack.services import alb, cloudfront

from localcloud.emulator import upstream
from localcloud.emulator.balancers import Response, Streamed
from localcloud.emulator.callers import is_of_a_page
from localcloud.emulator.exchange import relay, respond
from localcloud.emulator.forwarding import first_of, make_session
from localcloud.emulator.inner_listeners import wanted
from localcloud.emulator.pages import Asgi, Receive, Send
from localcloud.emulator.queries import undecoded
from localcloud.emulator.upstream import Connections, Tunnel
from localcloud.emulator.viewer import Upgrade, Upload

Scope = dict[str, Any]
Headers = dict[str, str]


def is_served_at(host: str) -> bool:
    """At that of an internal load balancer, only what tasks ask for there: see `inner_listeners.py`."""
    label = app._parse_cloudfront_dataplane_host(host)
    return balancer_at(host) is not None or bool(label and cloudfront.find_distribution_for_label(label))


def balancer_at(host: str) -> Headers | None:
    balancer: Headers | None = alb.find_lb_for_host(host)
    if balancer is None or balancer["Scheme"] != "internal":
        return balancer
    address, _, port = host.partition(":")
    return balancer if (address, int(port or 80)) in wanted() else None


def with_session(inner: Asgi) -> Asgi:
    """The application, with what `serve` needs for connections to servers while the application runs."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await inner(scope, receive, send)
            return
        async with make_session() as scope["state"]["session"]:
            await inner(scope, receive, send)

    return answer


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    headers, send = joined(scope["headers"]), app._with_date_header(send)
    body = upload(scope, headers, receive)
    connections = Connections(session=scope["state"]["session"])
    upstream.CONNECTIONS.set(connections)
    async with connections.opened:
        if isinstance(body, Upgrade):
            await answer_websocket(scope, headers, body, send)
        else:
            # When the viewer leaves, the request ends.
            await first_of(answer_request(scope, headers, body, send), body.pump())


def joined(headers: list[tuple[bytes, bytes]]) -> Headers:
    """One value for each name: https://www.rfc-editor.org/rfc/rfc9110#section-5.2, for cookies RFC 9113."""
    found: dict[str, str] = {}
    for raw, value in headers:
        name, text = raw.decode("latin-1").lower(), decode_header_value(value)
        found[name] = f"{found[name]}{'; ' if name == 'cookie' else ', '}{text}" if name in found else text
    return found


def upload(scope: Scope, headers: Headers, receive: Receive) -> Upload:
    if scope["type"] == "websocket":
        return Upgrade(receive, scope["subprotocols"])
    chunked = "transfer-encoding" in headers
    return Upload(receive, None if chunked else int(headers.get("content-length", 0)))


async def answer_request(scope: Scope, headers: Headers, body: Upload, send: Send) -> None:
    status, named, answered = await response_to(scope, headers, body)
    await respond(send, body, status, app._asgi_header_list(with_length(named, answered)), pieces(answered))


async def answer_websocket(scope: Scope, headers: Headers, body: Upgrade, send: Send) -> None:
    await body.message()  # that the viewer asks
    status, named, answered = await response_to(scope, headers, body)
    if not (isinstance(answered, Streamed) and isinstance(answered.body, Tunnel)):
        await respond(send, body, status, app._asgi_header_list(with_length(named, answered)), pieces(answered))
        return
    tunnel = answered.body
    await send(
        {
            "type": "websocket.accept",
            "subprotocol": tunnel.subprotocol,
            "headers": app._asgi_header_list(named),
        }
    )
    await relay(tunnel, body, send)


async def response_to(scope: Scope, headers: Headers, body: Upload) -> Response:
    """What MiniStack makes of the request."""
    method, asked = scope.get("method", "GET"), (headers["host"], scope["path"])
    raw_path, raw_query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("utf-8", "replace")
    query = parse_qs(raw_query, keep_blank_values=True)
    client = (scope.get("client") or ("127.0.0.1",))[0]
    responses.set_request_client_ip(client)
    response: Response | None = await app._handle_cloudfront_dataplane_request(
        *asked, raw_path, raw_query, method, headers, body, undecoded(raw_query), client
    ) or await app._handle_alb_request(*asked, method, headers, body, query, raw_query, raw_path)
    return response or await inner_response(scope, headers, body, method, raw_path, raw_query)


async def inner_response(
    scope: Scope, headers: Headers, body: Upload, method: str, raw_path: str, raw_query: str
) -> Response:
    """Of an internal load balancer, which MiniStack does not know by its address. Web pages are outside of it."""
    if is_of_a_page(headers):
        return 403, {}, b"An internal load balancer answers to the stack's own tasks.\n"
    port, query = int(headers["host"].partition(":")[2]), parse_qs(raw_query, keep_blank_values=True)
    response: Response = await alb.dispatch_request(
        balancer_at(headers["host"]), method, scope["path"], headers, body, query, port,
        raw_query_string=raw_query, raw_path=raw_path,
    )  # fmt: skip
    return response


def with_length(headers: dict[str, Any], body: Any) -> dict[str, Any]:
    if isinstance(body, Streamed) or any(name.lower() == "content-length" for name in headers):
        return headers
    return {**headers, "Content-Length": str(len(body))}


async def pieces(body: Any) -> AsyncIterator[bytes]:
    if isinstance(body, Streamed) and not isinstance(body.body, Tunnel):
        async for piece in body.body:
            yield piece
    elif body:
        yield body
