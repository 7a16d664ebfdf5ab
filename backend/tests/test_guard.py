"""The guard in the running process: a session, a limit for each client, and no changes by pages of other sites."""

import json
import re
import socket
from collections.abc import Callable

import httpx
import pytest

from app import openapi
from app.client import client_of
from tests.backend import Backend
from tests.test_problems import assert_problem

DOCUMENT = json.loads(openapi.document())
OPERATIONS = [
    (method.upper(), re.sub(r"{\w+}", "00000000-0000-0000-0000-000000000000", path), operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
PUBLIC = [(m, p) for m, p, operation in OPERATIONS if operation["tags"] in (["health"], ["session"])]
GUARDED = [(m, p) for m, p, operation in OPERATIONS if (m, p) not in PUBLIC]


@pytest.mark.parametrize(("method", "path"), [*GUARDED, ("GET", "/api/openapi.json"), ("GET", "/api/no-such-route")])
def test_no_route_answers_without_a_session(backend: Backend, method: str, path: str) -> None:
    response = httpx.request(method, backend.url + path)
    assert assert_problem(response, 401)["type"] == "urn:problem:sign-in-required"


@pytest.mark.parametrize(
    "path", ["/api/items/", "//api/items", "/api/session/../items", "/api/session/", "/api/health/live/../../items"]
)
def test_no_spelling_of_a_path_passes_the_guard(backend: Backend, path: str) -> None:
    with socket.create_connection(("127.0.0.1", int(backend.env["PORT"])), 5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")


def test_health_and_session_are_all_that_is_public(backend: Backend) -> None:
    assert {path for _, path in PUBLIC} == {"/api/session", "/api/health/live", "/api/health/ready"}
    assert all(httpx.request(method, backend.url + path).status_code != 401 for method, path in PUBLIC)


def test_the_document_says_what_needs_a_session() -> None:
    assert DOCUMENT["components"]["securitySchemes"]["session"]["in"] == "cookie"
    for method, path, operation in OPERATIONS:
        assert ("security" in operation) == ((method, path) in GUARDED)
        if (method, path) in GUARDED:
            assert {"401", "429", "503"} <= set(operation["responses"])


def test_a_client_has_so_many_requests_a_minute_and_health_is_not_counted(start: Callable[..., Backend]) -> None:
    backend = start(REQUESTS_PER_MINUTE="5")  # the fixture's sign-in is one of them
    assert [backend.http.get("/api/items").status_code for _ in range(5)] == [200] * 4 + [429]
    limited = backend.http.get("/api/items")
    assert_problem(limited, 429)
    assert 1 <= int(limited.headers["Retry-After"]) <= 60
    assert {backend.http.get("/api/health/live").status_code for _ in range(20)} == {200}


def test_what_a_client_writes_into_the_header_does_not_change_who_it_is(start: Callable[..., Backend]) -> None:
    backend = start(REQUESTS_PER_MINUTE="5")
    as_cloudfront_and_load_balancer_append = "203.0.113.7, 130.176.1.1"
    for number in range(8):
        forged = f"192.0.2.{number}, 192.0.2.99, {as_cloudfront_and_load_balancer_append}"
        last = backend.http.get("/api/items", headers={"X-Forwarded-For": forged}).status_code
    assert last == 429
    other = {"X-Forwarded-For": "203.0.113.8, 130.176.1.1"}
    assert backend.http.get("/api/items", headers=other).status_code == 200


@pytest.mark.parametrize(
    ("trusted", "headers", "client"),
    [
        (2, ["203.0.113.7, 130.176.1.1"], "203.0.113.7"),
        (2, ["192.0.2.1, 203.0.113.7, 130.176.1.1"], "203.0.113.7"),
        (2, ["192.0.2.1, 203.0.113.7", "130.176.1.1"], "203.0.113.7"),
        (1, ["203.0.113.7, 130.176.1.1"], "130.176.1.1"),
        (0, ["203.0.113.7, 130.176.1.1"], "10.0.0.1"),
        (2, [], "10.0.0.1"),
        (2, ["203.0.113.7"], "10.0.0.1"),
        (2, ["nonsense, 130.176.1.1"], "10.0.0.1"),
        (2, ["2001:db8:1:2:3:4:5:6, 130.176.1.1"], "2001:db8:1:2::/64"),
        (2, ["2001:db8:1:2:ffff::1, 130.176.1.1"], "2001:db8:1:2::/64"),
        (2, ["::ffff:203.0.113.7, 130.176.1.1"], "203.0.113.7"),
    ],
)
def test_the_client_is_whom_the_outermost_of_our_proxies_saw(trusted: int, headers: list[str], client: str) -> None:
    given = [(b"x-forwarded-for", header.encode()) for header in headers]
    assert client_of({"type": "http", "client": ("10.0.0.1", 1234), "headers": given}, trusted) == client


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/session"), ("POST", "/items"), ("DELETE", "/session")])
def test_a_page_of_another_site_or_name_changes_nothing(api: httpx.Client, method: str, path: str, site: str) -> None:
    response = api.request(method, path, headers={"Sec-Fetch-Site": site})
    assert assert_problem(response, 403)["type"] == "urn:problem:cross-site"


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_apps_own_page_may(api: httpx.Client, site: str) -> None:
    assert api.post("/items", json={"title": "x"}, headers={"Sec-Fetch-Site": site}).status_code == 201


def test_a_link_from_another_site_may_be_followed(api: httpx.Client) -> None:
    assert api.get("/items", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("length", [10, 1_000_000_000])
def test_a_content_length_that_lies_harms_nobody(backend: Backend, length: int) -> None:
    cookie = f"session={backend.http.cookies['session']}"
    head = f"POST /api/items HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", int(backend.env["PORT"])), 5) as connection:
        connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + b"x" * 300_000)
        assert connection.recv(65536).split()[1] in (b"400", b"413", b"422")
    assert backend.http.get("/api/items").status_code == 200
