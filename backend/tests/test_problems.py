"""Errors: all have the same format, contain nothing internal, and have an id to find them in the log."""

import httpx
import pytest

from tests.backend import Backend
from tests.postgres import DATABASE, Postgres

MEMBERS = {"type", "title", "status", "detail", "request_id", "errors"}


def assert_problem(response: httpx.Response, status: int) -> dict[str, object]:
    problem: dict[str, object] = response.json()
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert set(problem) == MEMBERS
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["X-Request-Id"]
    return problem


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/items/00000000-0000-0000-0000-000000000000", 404),
        ("GET", "/items/no-id", 404),
        ("DELETE", "/files/limits", 405),
        ("GET", "/items?limit=0", 422),
        ("GET", "/nothing", 404),
        ("GET", "/items/", 404),
        ("PUT", "/items", 405),
    ],
)
def test_every_error_is_a_problem_document(api: httpx.Client, method: str, path: str, status: int) -> None:
    assert_problem(api.request(method, path), status)


def test_a_method_that_is_not_allowed_names_those_that_are(api: httpx.Client) -> None:
    assert api.put("/items").headers["Allow"] == "GET, POST"


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'"text"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(api: httpx.Client, body: bytes) -> None:
    response = api.post("/items", content=body, headers={"Content-Type": "application/json"})
    assert_problem(response, response.status_code)
    assert response.status_code in (400, 422)


def test_a_form_of_another_site_is_not_taken_for_json(api: httpx.Client) -> None:
    """A browser sends text/plain to another origin without a preflight request, but not JSON."""
    response = api.post("/items", content=b'{"title": "x"}', headers={"Content-Type": "text/plain"})
    assert_problem(response, 422)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_body_is_refused(api: httpx.Client, chunked: bool) -> None:
    body = b'{"title": "' + b"x" * 300_000 + b'"}'
    content = iter([body[:200_000], body[200_000:]]) if chunked else body
    assert_problem(api.post("/items", content=content, headers={"Content-Type": "application/json"}), 413)


def test_a_defect_is_logged_with_its_trace_and_the_client_learns_its_id(
    api: httpx.Client, backend: Backend, postgres: Postgres
) -> None:
    postgres.sql("ALTER TABLE items RENAME TO hidden", database=DATABASE)
    try:
        problem = assert_problem(api.post("/items", json={"title": "private words"}), 500)
    finally:
        postgres.sql("ALTER TABLE hidden RENAME TO items", database=DATABASE)
    assert "hidden" not in str(problem)
    assert "relation" not in str(problem)
    lines = [line for line in backend.log() if line.get("request_id") == problem["request_id"]]
    assert any("UndefinedTableError" in line.get("exception", "") for line in lines)
    assert "private words" not in str(lines)
