"""Each request writes one line to the log, with an id that the client may choose."""

from collections.abc import Callable

import httpx
import pytest

from tests.backend import Backend
from tests.cloud import Cloud
from tests.postgres import Postgres


def test_a_sane_request_id_is_taken_over_and_logged(api: httpx.Client, backend: Backend) -> None:
    response = api.get("/items", params={"limit": 3}, headers={"X-Request-Id": "from-the-client-1"})
    assert response.headers["X-Request-Id"] == "from-the-client-1"
    line = backend.logged_request("from-the-client-1")
    assert {**line, "time": "", "duration_ms": 0} == {
        "time": "",
        "level": "INFO",
        "logger": "app.access",
        "message": "request",
        "request_id": "from-the-client-1",
        "method": "GET",
        "path": "/api/items",
        "status": 200,
        "duration_ms": 0,
    }


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space 1", 'quote"1234', "<script>alert", "ümlaut-12"])
def test_another_request_id_is_replaced(api: httpx.Client, backend: Backend, given: str) -> None:
    response = api.get("/items", headers=[(b"X-Request-Id", given.encode())])
    made = response.headers["X-Request-Id"]
    assert made != given
    assert len(made) == 32
    assert given not in backend.log_text()


def test_every_request_has_an_id_of_its_own(api: httpx.Client) -> None:
    assert api.get("/items").headers["X-Request-Id"] != api.get("/items").headers["X-Request-Id"]


def test_answers_are_not_kept_by_caches(api: httpx.Client) -> None:
    headers = api.get("/items").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in headers


def test_probes_do_not_fill_the_log(api: httpx.Client, backend: Backend) -> None:
    before = len(backend.log_text())
    assert api.get("/health/live").status_code == 200
    assert api.get("/health/ready").status_code == 200
    assert "/api/health" not in backend.log_text()[before:]


def test_no_secret_is_logged_even_when_everything_is(
    start: Callable[..., Backend], cloud: Cloud, postgres: Postgres
) -> None:
    backend = start(LOG_LEVEL="DEBUG")
    ticket = backend.http.post("/api/files", json={"name": "a", "content_type": "image/png", "size": 1}).json()
    assert backend.http.get("/api/health/ready").status_code == 200
    assert backend.http.post("/api/mail", json={"subject": "private", "text": "words"}).status_code == 202
    logged = backend.log_text()
    for secret in (postgres.password, ticket["upload"]["fields"]["x-amz-signature"], "private"):
        assert secret not in logged


def test_head_answers_as_get_does_without_the_body(api: httpx.Client, backend: Backend) -> None:
    paths = backend.http.get("/api/openapi.json").json()["paths"]
    reading = ["/api/openapi.json", *(path for path in paths if "get" in paths[path] and "{" not in path)]
    for path in reading:
        got, head = backend.http.get(path), backend.http.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers["Content-Type"] == got.headers["Content-Type"], path
    assert len(reading) > 5
    assert backend.http.head("/api/items/999999999").status_code == 404
