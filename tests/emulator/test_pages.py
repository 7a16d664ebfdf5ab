"""The local cloud's own pages beside the AWS APIs."""

import asyncio
from typing import Any

import pytest

from localcloud.emulator.pages import Page, json_page, with_pages


def answers(scope: dict[str, Any]) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def aws(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "aws", "receive": receive})

    pages = {
        "/own": json_page,
        "/html": lambda _: Page(content_type="text/html", body="é", headers={"x": "y"}),
    }

    async def ask() -> None:
        await with_pages(aws, pages, {})(scope, "receive", send)

    asyncio.run(ask())
    return sent


def test_a_page_is_made_of_the_query_here_and_not_stored_by_the_browser() -> None:
    start, body = answers({"type": "http", "method": "GET", "path": "/own", "query_string": b"a=1&b=%26"})
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    assert start == {"type": "http.response.start", "status": 200, "headers": headers}
    assert body == {"type": "http.response.body", "body": b'{"a": "1", "b": "&"}'}


def test_a_page_has_its_own_headers() -> None:
    start, body = answers({"type": "http", "method": "GET", "path": "/html", "query_string": b""})
    assert (b"x", b"y") in start["headers"]
    assert body["body"] == "é".encode()


@pytest.mark.parametrize(
    "scope",
    [
        {"type": "http", "method": "POST", "path": "/own"},
        {"type": "http", "method": "GET", "path": "/own/more"},
        {"type": "websocket", "path": "/own"},
        {"type": "lifespan"},
    ],
)
def test_everything_else_goes_to_aws(scope: dict[str, Any]) -> None:
    assert answers(scope) == [{"type": "aws", "receive": "receive"}]
