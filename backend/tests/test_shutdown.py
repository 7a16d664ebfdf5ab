"""Shutdown: every request that was sent gets its response."""

import contextlib
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.backend import Backend
from tests.postgres import DATABASE, Postgres


def wait_until_refused(backend: Backend) -> None:
    """Returns when the time for late requests is over and the process has stopped listening."""
    address = backend.env["HOST"], int(backend.env["PORT"])
    # Reset: it was taken by the socket that was closed at this moment.
    with contextlib.suppress(ConnectionRefusedError, ConnectionResetError):
        while True:
            socket.create_connection(address, 10).close()


def test_a_running_request_is_answered_before_the_process_ends(
    start: Callable[..., Backend], postgres: Postgres
) -> None:
    backend = start()
    with ThreadPoolExecutor() as pool:
        with postgres.holding("LOCK items"):
            request = pool.submit(backend.http.get, "/api/items")
            postgres.wait_for("SELECT count(*) FROM pg_locks WHERE NOT granted", "1")
            backend.process.send_signal(signal.SIGTERM)
            wait_until_refused(backend)
            assert backend.process.poll() is None
        assert request.result().status_code == 200
    assert backend.process.wait(30) == 0


def test_requests_that_are_on_their_way_are_still_taken(start: Callable[..., Backend]) -> None:
    """The time for late requests lasts an hour here, so that the test cannot miss it; a second signal ends it."""
    lasts = "from app import __main__ as main; main.DRAIN_SECONDS = 3600; main.main()"
    backend = start(arguments=("-c", lasts))
    backend.process.send_signal(signal.SIGTERM)
    dates: set[str] = set()
    while len(dates) < 3:  # uvicorn updates this header every second, until its shutdown begins
        dates.add(httpx.get(f"{backend.url}/api/health/live").raise_for_status().headers["Date"])
    backend.process.send_signal(signal.SIGTERM)
    assert backend.process.wait(30) == 0


def test_the_end_is_silent_and_returns_all_connections(start: Callable[..., Backend], postgres: Postgres) -> None:
    backend = start()
    assert backend.http.get("/api/items").status_code == 200
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'backend'"
    # PostgreSQL counts the sessions whose client closed the connection without ending the session.
    abandoned = f"SELECT sessions_abandoned FROM pg_stat_database WHERE datname = '{DATABASE}'"  # noqa: S608
    before, abandoned_before = int(postgres.sql(count)), postgres.sql(abandoned)
    assert backend.stop() == 0
    assert "exception" not in backend.log_text()
    assert backend.log()
    postgres.wait_for(count, str(before - 1))
    assert postgres.sql(abandoned) == abandoned_before


def test_an_interrupt_ends_it_at_once_without_a_trace(start: Callable[..., Backend]) -> None:
    backend = start()
    backend.process.send_signal(signal.SIGINT)
    backend.process.wait(30)
    assert "Traceback" not in backend.log_text()
