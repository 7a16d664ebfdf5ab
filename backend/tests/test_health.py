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


def test_paths_come_from_the_environment(start: Callable[..., Backend]) -> None:
    backend = start(API_PREFIX="", HEALTH_PATH="/up")
    assert backend.http.get("/up/ready").json() == HEALTHY
    assert backend.http.get("/api/items").status_code == 404
    created = backend.http.post("/items", json={"title": "x"})
    assert created.headers["Location"] == f"/items/{created.json()['id']}"
    assert "/items" in backend.http.get("/openapi.json").json()["paths"]
