"""How requests are answered while the password is rotated, or the database restarts, hangs or is overloaded."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.backend import Backend
from tests.cloud import Cloud
from tests.postgres import PASSWORD, Postgres


def test_a_rotated_password_is_read_anew(start: Callable[..., Backend], postgres: Postgres, cloud: Cloud) -> None:
    backend = start()
    assert backend.http.get("/api/items").status_code == 200
    try:
        postgres.change_password("second-password")
        cloud.rotate_secret(cloud.secret_arn, "second-password")
        postgres.disconnect_all()
        statuses = at_once(backend, 20)
        assert statuses == {200: 20}
        reads = [line for line in backend.log() if line["message"] == "read the database credentials"]
        assert len(reads) == 2, "once at the start and once for all refused connections"
        assert "second-password" not in backend.log_text()
    finally:
        postgres.change_password(PASSWORD)
        cloud.rotate_secret(cloud.secret_arn, PASSWORD)
        postgres.disconnect_all()


def test_between_the_two_steps_of_a_rotation_it_is_unavailable(start: Callable[..., Backend], cloud: Cloud) -> None:
    backend = start(DATABASE_SECRET_ARN=cloud.new_secret("wrong", username="owner", password="not-yet"))
    response = backend.http.get("/api/items")
    assert (response.status_code, response.json()["detail"]) == (503, "The database does not answer.")
    assert "not-yet" not in backend.log_text() + response.text


@pytest.mark.parametrize("secret", [{"user": "owner"}, {"username": "owner"}])
def test_a_secret_of_another_shape_is_unavailable_and_not_shown(
    start: Callable[..., Backend], cloud: Cloud, secret: dict[str, str]
) -> None:
    arn = cloud.new_secret(f"shape-{'-'.join(secret)}", **secret, extra="hidden-value")
    backend = start(DATABASE_SECRET_ARN=arn)
    response = backend.http.get("/api/items")
    assert response.status_code == 503
    assert "hidden-value" not in backend.log_text() + response.text


def test_while_the_database_is_down_it_is_unavailable_and_then_it_works_again(
    api: httpx.Client, postgres: Postgres
) -> None:
    api.post("/items", json={"title": "kept"})
    postgres.stop()
    for method, path in [("GET", "/items"), ("POST", "/items"), ("GET", "/files"), ("GET", "/health/ready")]:
        down = api.request(method, path, json={"title": "x"} if method == "POST" else None)
        assert (down.status_code, down.headers["Content-Type"]) == (503, "application/problem+json")
        assert down.headers["Retry-After"] == "5"
        assert down.json()["detail"] == "The database does not answer.", "and it was not waited for"
    postgres.start()
    assert [item["title"] for item in api.get("/items").json()["items"]] == ["kept"]


def test_a_failover_that_no_request_saw_costs_no_request(backend: Backend, postgres: Postgres) -> None:
    assert at_once(backend, 10) == {200: 10}
    postgres.stop()
    postgres.start()
    assert at_once(backend, 10) == {200: 10}


@contextmanager
def frozen(postgres: Postgres) -> Iterator[None]:
    """A database that accepts connections and never answers, as when its machine has failed."""
    processes = postgres.processes()
    try:
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


def test_a_database_that_hangs_costs_seconds_and_no_restart(start: Callable[..., Backend], postgres: Postgres) -> None:
    backend = start(DATABASE_TIMEOUT_SECONDS="3", DATABASE_POOL_SIZE="3")
    assert at_once(backend, 6) == {200: 6}
    with frozen(postgres):
        assert at_once(backend, 12) == {503: 12}
    assert at_once(backend, 3) == {200: 3}


def test_many_more_requests_than_connections_all_succeed(start: Callable[..., Backend], postgres: Postgres) -> None:
    backend = start(DATABASE_POOL_SIZE="4", DATABASE_TIMEOUT_SECONDS="20")
    assert at_once(backend, 96) == {200: 96}
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'backend'"
    assert int(postgres.sql(count)) <= 4 + 10, "this process's pool and that of the shared one"


def test_requests_that_wait_too_long_get_503_and_the_process_recovers(
    start: Callable[..., Backend], postgres: Postgres
) -> None:
    backend = start(DATABASE_POOL_SIZE="2", DATABASE_TIMEOUT_SECONDS="3")
    with postgres.holding("LOCK items"):
        assert at_once(backend, 64) == {503: 64}
    assert at_once(backend, 4) == {200: 4}


def test_a_queue_that_is_full_refuses_at_once(start: Callable[..., Backend], postgres: Postgres) -> None:
    backend = start(DATABASE_POOL_SIZE="1", DATABASE_TIMEOUT_SECONDS="5")
    with postgres.holding("LOCK items"):
        assert at_once(backend, 150) == {503: 150}
    full = [line for line in backend.log() if line["message"] == "too many requests wait for a database connection"]
    assert len(full) >= 20, "of 150, about 50 could wait"
    assert at_once(backend, 4) == {200: 4}


def test_the_servers_name_is_checked_where_it_shall_be(start: Callable[..., Backend]) -> None:
    """The certificate is for localhost only."""
    assert start(DATABASE_HOST="127.0.0.1").http.get("/api/health/ready").status_code == 503
    trusting = start(DATABASE_HOST="127.0.0.1", DATABASE_SSLMODE="require", DATABASE_SSL_ROOT_CERT="")
    assert trusting.http.get("/api/health/ready").status_code == 200


def test_encryption_is_not_given_up_when_the_server_has_none(start: Callable[..., Backend], postgres: Postgres) -> None:
    backend = start(DATABASE_PORT=str(postgres.port), DATABASE_SSLMODE="require")
    assert backend.http.get("/api/health/ready").status_code == 503
    plain = start(DATABASE_PORT=str(postgres.port), DATABASE_SSLMODE="disable")
    assert plain.http.get("/api/health/ready").status_code == 200


def at_once(backend: Backend, count: int) -> Counter[int]:
    """Ask for the items on `count` connections at the same time; returns how often each status was the answer."""
    limits = httpx.Limits(max_connections=count)
    signed_in = backend.http.cookies
    with (
        httpx.Client(base_url=backend.url, cookies=signed_in, limits=limits, timeout=30) as client,
        ThreadPoolExecutor(count) as pool,
    ):
        return Counter(pool.map(lambda _: client.get("/api/items").status_code, range(count)))
