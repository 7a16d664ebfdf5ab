"""The guard without the rest of the app, in the tests' own process: which requests it lets through."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.errors import SignInRequired
from app.guard import GuardMiddleware
from app.settings import Settings

UNLIMITED, PUBLIC, GUARDED = "/live", "/session", "/items"
SIGNED_IN = {"Cookie": "session=valid"}
OTHER_SITE = {**SIGNED_IN, "Sec-Fetch-Site": "cross-site"}


class Access:
    """Replaces the sessions: only the cookie value `valid` is one."""

    cookie_name = "session"

    async def check(self, given: str | None) -> None:
        if given != "valid":
            raise SignInRequired(f"The cookie was {given!r}.")


async def reached(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that answers everything."""
    await PlainTextResponse(f"{scope['method']} {scope['path']}")(scope, receive, send)


class Guarded:
    """That app behind a guard."""

    def __init__(self, **settings: Any) -> None:
        made = Settings.model_construct(**settings)
        self._guard = GuardMiddleware(reached, made, unlimited=frozenset({UNLIMITED}), public=frozenset({PUBLIC}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Called as the server would, with the state that the lifespan normally creates."""
        await self._guard({**scope, "state": {"access": Access()}}, receive, send)

    def ask(self, method: str, path: str, headers: Mapping[str, str] = SIGNED_IN) -> httpx.Response:
        async def request() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self), base_url="http://app") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(request())

    def statuses(self, method: str, path: str, count: int, headers: dict[str, str] = SIGNED_IN) -> list[int]:
        return [self.ask(method, path, headers).status_code for _ in range(count)]


def test_a_valid_session_reaches_the_app() -> None:
    response = Guarded().ask("GET", GUARDED, {"Cookie": "other=x; session=valid"})
    assert (response.status_code, response.text) == (200, "GET /items")


def test_cookies_may_come_in_several_headers_as_http2_allows() -> None:
    cookies = httpx.Headers([("Cookie", "other=x"), ("Cookie", "session=valid")])
    assert Guarded().ask("GET", GUARDED, cookies).status_code == 200


@pytest.mark.parametrize(
    ("headers", "cookie"), [({}, None), ({"Cookie": "session=forged"}, "forged"), ({"Cookie": "valid"}, None)]
)
def test_without_a_valid_session_nothing_reaches_the_app(headers: dict[str, str], cookie: str | None) -> None:
    response = Guarded().ask("GET", GUARDED, headers)
    assert (response.status_code, response.headers["Content-Type"]) == (401, "application/problem+json")
    assert response.json()["type"] == "urn:problem:sign-in-required"
    assert response.json()["detail"] == f"The cookie was {cookie!r}."


def test_a_public_path_needs_no_session_but_those_below_it_do() -> None:
    guarded = Guarded()
    assert guarded.ask("POST", PUBLIC, {}).status_code == 200
    assert [guarded.ask("POST", PUBLIC + rest, {}).status_code for rest in ("/", "/x", "x")] == [401] * 3


def test_every_request_counts_and_the_first_above_the_limit_is_refused() -> None:
    guarded = Guarded(requests_per_minute=3)
    assert guarded.ask("POST", PUBLIC, {}).status_code == 200
    assert guarded.ask("GET", GUARDED, {}).status_code == 401
    assert guarded.statuses("GET", GUARDED, 2) == [200, 429]
    limited = guarded.ask("POST", PUBLIC, {})
    assert limited.json()["type"] == "urn:problem:too-many-requests"
    assert limited.json()["detail"] == "This client sent too many requests in the last minute."
    assert 1 <= int(limited.headers["Retry-After"]) <= 60


def test_an_unlimited_path_passes_without_any_check_and_is_not_counted() -> None:
    guarded = Guarded(requests_per_minute=1)
    assert guarded.statuses("POST", UNLIMITED, 3, {"Sec-Fetch-Site": "cross-site"}) == [200] * 3
    assert guarded.statuses("GET", GUARDED, 2) == [200, 429]


def test_each_client_has_a_limit_of_its_own_and_is_who_our_proxy_saw() -> None:
    guarded = Guarded(requests_per_minute=1, trusted_proxies=1)
    for client in ("203.0.113.7", "203.0.113.8"):
        headers = {**SIGNED_IN, "X-Forwarded-For": f"192.0.2.1, {client}"}
        assert guarded.statuses("GET", GUARDED, 2, headers) == [200, 429]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [GUARDED, PUBLIC])
def test_a_page_of_another_site_changes_nothing(method: str, path: str) -> None:
    refused = Guarded().ask(method, path, OTHER_SITE)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:problem:cross-site")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_page_of_another_site_may_link_here(method: str) -> None:
    assert Guarded().ask(method, GUARDED, OTHER_SITE).status_code == 200


@pytest.mark.parametrize("headers", [{}, *({"Sec-Fetch-Site": site} for site in ("same-origin", "none"))])
def test_the_app_s_own_page_and_programs_may_change(headers: dict[str, str]) -> None:
    assert Guarded().ask("POST", GUARDED, {**SIGNED_IN, **headers}).status_code == 200


PAGE = "https://shop.example.com"


@pytest.mark.parametrize(
    ("origin", "site", "status"),
    [
        (PAGE, "same-site", 200),
        ("https://evil.shop.example.com", "same-site", 403),
        (PAGE, "cross-site", 403),
        (None, "same-site", 403),
    ],
)
def test_of_the_names_beside_the_api_s_the_page_s_alone_may_change(origin: str | None, site: str, status: int) -> None:
    headers = {**SIGNED_IN, "Sec-Fetch-Site": site, **({"Origin": origin} if origin else {})}
    assert Guarded(page_origin=PAGE).ask("POST", GUARDED, headers).status_code == status


def test_the_server_s_start_and_end_are_no_requests() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    guard = GuardMiddleware(app, Settings.model_construct(), unlimited=frozenset(), public=frozenset())
    asyncio.run(guard({"type": "lifespan"}, None, None))  # type: ignore[arg-type] # the server's two are not used
    assert seen == [{"type": "lifespan"}]
