"""Health, as the load balancer sees it."""

from collections.abc import Callable

import httpx

from tests.backend import Backend
from tests.ports import free_port

HEALTHY = {"status": "ok"}


def test_both_answers_say_that_it_is_up_and_nothing_else(api: httpx.Client) -> None:
    assert api.get("/health/live").json() == HEALTHY
    assert api.get("/health/ready").json() == HEALTHY


def test_without_a_database_it_lives_but_is_not_ready(start: Callable[..., Backend]) -> None:
    backend = start(DATABASE_PORT=str(free_port()))
    assert backend.http.get("/api/health/live").status_code == 200
    ready = backend.http.get("/api/health/ready")
    assert ready.status_code == 503
    assert ready.headers["Content-Type"] == "application/problem+json"


def test_what_asks_the_database_has_a_limit_and_what_the_load_balancer_asks_has_none(
    start: Callable[..., Backend],
) -> None:
    backend = start(sign_in=False, REQUESTS_PER_MINUTE="5")
    assert [backend.http.get("/api/health/ready").status_code for _ in range(7)] == [200] * 5 + [429] * 2
    assert {backend.http.get("/api/health/live").status_code for _ in range(20)} == {200}


def test_paths_come_from_the_environment(start: Callable[..., Backend]) -> None:
    backend = start(API_PREFIX="", HEALTH_PATH="/up")
    assert backend.http.get("/up/ready").json() == HEALTHY
    assert backend.http.get("/api/items").status_code == 404
    created = backend.http.post("/items", json={"title": "x"})
    assert created.headers["Location"] == f"/items/{created.json()['id']}"
    assert "/items" in backend.http.get("/openapi.json").json()["paths"]
