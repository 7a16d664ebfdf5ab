"""Pages of the local cloud's own on the emulator's gateway, beside the AWS APIs."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Asgi = Callable[[dict[str, Any], Any, Send], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Page:
    content_type: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


def json_page(value: Any) -> Page:
    return Page(content_type="application/json", body=json.dumps(value))


def with_pages(
    app: Asgi,
    pages: Mapping[str, Callable[[dict[str, str]], Page]],
    forms: Mapping[str, Callable[[dict[str, str]], Page]],
) -> Asgi:
    """The application, with a GET of each path answered by the page that its function makes of the query, and a POST by
    a form's."""

    async def answer(scope: dict[str, Any], receive: Any, send: Send) -> None:
        method, path = (scope["method"], scope["path"]) if scope["type"] == "http" else ("", "")
        if method == "GET" and path in pages:
            page = pages[path](dict(parse_qsl(scope["query_string"].decode(errors="replace"))))
        elif method == "POST" and path in forms:
            page = forms[path](await fields(receive))
        else:
            await app(scope, receive, send)
            return
        headers = {"content-type": page.content_type, "cache-control": "no-store", **page.headers}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": page.status, "headers": encoded})
        await send({"type": "http.response.body", "body": page.body.encode()})

    return answer


async def fields(receive: Receive) -> dict[str, str]:
    """What a form has sent."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return dict(parse_qsl(body.decode(errors="replace")))
