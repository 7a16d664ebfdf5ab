"""The end of a process: nobody who has asked is left without an answer."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.backend import Backend
from tests.postgres import Postgres


def test_a_running_request_is_answered_before_the_process_ends(
    start: Callable[..., Backend], postgres: Postgres
) -> None:
    backend = start()
    with ThreadPoolExecutor() as pool:
        with postgres.holding("LOCK items"):
            request = pool.submit(backend.http.get, "/api/items")
            postgres.wait_for("SELECT count(*) FROM pg_locks WHERE NOT granted", "1")
            backend.process.send_signal(signal.SIGTERM)
            time.sleep(2)
            assert backend.process.poll() is None
        assert request.result().status_code == 200
    assert backend.process.wait(10) == 0


def test_requests_that_are_on_their_way_are_still_taken(start: Callable[..., Backend]) -> None:
    backend = start()
    backend.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert httpx.get(f"{backend.url}/api/items", cookies=backend.http.cookies).status_code == 200
    assert backend.process.wait(10) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{backend.url}/api/items")


def test_the_end_is_quick_silent_and_returns_all_connections(start: Callable[..., Backend], postgres: Postgres) -> None:
    backend = start()
    assert backend.http.get("/api/items").status_code == 200
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'backend'"
    before = int(postgres.sql(count))
    started = time.monotonic()
    assert backend.stop() == 0
    assert time.monotonic() - started < 8
    assert "exception" not in backend.log_text()
    assert backend.log()
    assert int(postgres.sql(count)) == before - 1


def test_an_interrupt_ends_it_at_once_without_a_trace(start: Callable[..., Backend]) -> None:
    backend = start()
    backend.process.send_signal(signal.SIGINT)
    backend.process.wait(5)
    assert "Traceback" not in backend.log_text()
