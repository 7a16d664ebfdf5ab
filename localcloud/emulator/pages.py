"""Pages of the local cloud's own on the emulator's gateway, beside the AWS APIs."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Asgi = Callable[[dict[str, Any], Any, Send], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Page:
    content_type: str
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


def json_page(value: Any) -> Page:
    return Page(content_type="application/json", body=json.dumps(value))


def with_pages(app: Asgi, pages: Mapping[str, Callable[[], Page]]) -> Asgi:
    """The ASGI application, with a GET of each path answered by the page that its function makes."""

    async def answer(scope: dict[str, Any], receive: Any, send: Send) -> None:
        make = pages.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if make is None:
            await app(scope, receive, send)
            return
        page = make()
        headers = {"content-type": page.content_type, "cache-control": "no-store", **page.headers}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": encoded})
        await send({"type": "http.response.body", "body": page.body.encode()})

    return answer
