"""Health, as the load balancer and the image's HEALTHCHECK see it."""

from collections.abc import Callable

import httpx
import pytest

from tests.backend import Backend, environment, run
from tests.cloud import Cloud
from tests.ports import free_port
from tests.tls import TlsFront

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


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.7", "0.0.0.0"])  # noqa: S104 # as in Docker
def test_the_images_check_finds_the_process_on_any_address(start: Callable[..., Backend], host: str) -> None:
    backend = start(HOST=host, HEALTH_PATH="/up")
    assert run("app.healthcheck", env=backend.env).returncode == 0


def test_the_images_check_fails_with_the_reason(
    start: Callable[..., Backend], database: TlsFront, cloud: Cloud
) -> None:
    nobody = run("app.healthcheck", env=environment(database, cloud))
    assert nobody.returncode == 1
    assert "Connection refused" in nobody.stdout
    other = run("app.healthcheck", env={**start().env, "HEALTH_PATH": "/elsewhere"})
    assert (other.returncode, other.stdout) == (1, "/elsewhere/live: status 401\n")
