"""The connection pool, in the tests' own process on a real PostgreSQL: who is served next, and what failures leave."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import asyncpg
import pytest

from app.aws import Aws
from app.database import QUEUE_PER_CONNECTION, Database, is_gone
from app.errors import Unavailable
from tests.cloud import Cloud
from tests.inside import opened, settings_of
from tests.ports import free_port
from tests.postgres import Postgres
from tests.test_database import frozen
from tests.tls import TlsFront

# Much longer than any of these tests takes: only a wait that never ends reaches it.
HANGS_SECONDS = 120


@pytest.fixture(scope="module")
def clients(database: TlsFront, cloud: Cloud) -> Aws:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        return Aws(settings_of(database, cloud))


@pytest.fixture
def with_database(postgres: Postgres, database: TlsFront, cloud: Cloud, clients: Aws) -> Callable[..., None]:
    """Runs a scenario with a Database; the keyword arguments change its settings."""

    def run(scenario: Callable[[Database], Awaitable[None]], **changes: str) -> None:
        async def scene() -> None:
            async with asyncio.timeout(HANGS_SECONDS), opened(settings_of(database, cloud, **changes), clients) as pool:
                await scenario(pool)

        asyncio.run(scene())

    return run


async def asks(database: Database, statement: str = "SELECT 1") -> int:
    async with database.connection() as connection:
        return int(await connection.fetchval(statement))


async def fails(database: Database, detail: str) -> None:
    with pytest.raises(Unavailable) as raised:
        await asks(database)
    assert raised.value.detail == detail


AWAY, BUSY = "The database does not answer.", "The database is busy."


def test_the_server_ends_what_takes_too_long_by_itself(with_database: Callable[..., None]) -> None:
    """When only the client stops waiting, its statement and the locks of its transaction stay in the database."""

    async def scenario(database: Database) -> None:
        async with database.connection() as connection:
            assert await connection.fetchval("SHOW statement_timeout") == "2500ms"
            assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "2500ms"
            assert await connection.fetchval("SHOW timezone") == "UTC"
            assert await connection.fetchval("SHOW application_name") == "backend"

    with_database(scenario, DATABASE_TIMEOUT_SECONDS="2.5")


def test_a_statement_that_takes_too_long_is_unavailable(with_database: Callable[..., None]) -> None:
    async def scenario(database: Database) -> None:
        with pytest.raises(Unavailable) as raised:
            await asks(database, "SELECT pg_sleep(60)")
        assert raised.value.detail == AWAY
        assert isinstance(raised.value.__cause__, asyncpg.QueryCanceledError), "the server said so"
        assert await asks(database) == 1

    with_database(scenario, DATABASE_TIMEOUT_SECONDS="2", DATABASE_POOL_SIZE="1")


@pytest.mark.parametrize(
    ("sqlstate", "is_temporary"),
    [("08006", True), ("53300", True), ("57P01", True), ("55P03", True), ("23505", False), ("55006", False)],
)
def test_only_a_failure_that_passes_is_unavailable(
    with_database: Callable[..., None], sqlstate: str, is_temporary: bool
) -> None:
    async def scenario(database: Database) -> None:
        with pytest.raises(Unavailable if is_temporary else asyncpg.PostgresError):
            await asks(database, f"DO $$ BEGIN RAISE 'x' USING ERRCODE = '{sqlstate}'; END $$")
        assert await asks(database) == 1

    with_database(scenario, DATABASE_POOL_SIZE="1")


def test_a_wrong_use_of_a_connection_is_a_defect_and_not_an_absence(with_database: Callable[..., None]) -> None:
    async def scenario(database: Database) -> None:
        with pytest.raises(asyncpg.InterfaceError):
            await asks(database, "SELECT $1::int")
        assert await asks(database) == 1

    with_database(scenario, DATABASE_POOL_SIZE="1")


def test_a_connection_that_was_lost_between_two_statements_is_unavailable(
    with_database: Callable[..., None], postgres: Postgres
) -> None:
    async def scenario(database: Database) -> None:
        async def lose() -> None:
            async with database.connection() as connection:
                await asyncio.to_thread(postgres.disconnect_all)
                while not is_gone(connection):  # noqa: ASYNC110 # the pool has no event for this
                    await asyncio.sleep(0.01)
                await connection.fetchval("SELECT 1")

        with pytest.raises(Unavailable) as raised:
            await lose()
        assert isinstance(raised.value.__cause__, asyncpg.InterfaceError)
        assert await asks(database) == 1

    with_database(scenario, DATABASE_POOL_SIZE="1")


def test_connections_that_fail_use_up_no_turn(with_database: Callable[..., None]) -> None:
    """Otherwise the process would only answer 503 after a few failures, even when the database is back."""

    async def scenario(database: Database) -> None:
        for _ in range(2 + 5):
            await fails(database, AWAY)

    with_database(scenario, DATABASE_PORT=str(free_port()), DATABASE_POOL_SIZE="2", DATABASE_TIMEOUT_SECONDS="30")


def test_a_request_that_gives_up_while_it_waits_uses_up_no_turn(with_database: Callable[..., None]) -> None:
    async def scenario(database: Database) -> None:
        async with database.connection():
            waiting = asyncio.create_task(asks(database))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert await asks(database) == 1

    with_database(scenario, DATABASE_POOL_SIZE="1")


def test_who_came_first_has_the_next_turn(with_database: Callable[..., None]) -> None:
    async def scenario(database: Database) -> None:
        served: list[int] = []

        async def request(number: int) -> None:
            async with database.connection():
                served.append(number)

        assert await asks(database) == 1  # from here on the connection is open
        # New requests arrive at each step of the event loop between a release and the wake-up of the next in the queue.
        requests = []
        for number in range(QUEUE_PER_CONNECTION):
            requests.append(asyncio.create_task(request(number)))
            for _ in range(number % 7):
                await asyncio.sleep(0)
        await asyncio.gather(*requests)
        assert served == list(range(QUEUE_PER_CONNECTION))

    with_database(scenario, DATABASE_POOL_SIZE="1")


def test_as_many_statements_run_at_one_time_as_there_are_connections(
    with_database: Callable[..., None], postgres: Postgres
) -> None:
    async def scenario(database: Database) -> None:
        async with database.connection(), database.connection(), database.connection():
            third = asyncio.create_task(asks(database))
            await asyncio.wait({third}, timeout=0.05)
            assert not third.done()
        assert await third == 1

    with_database(scenario, DATABASE_POOL_SIZE="3")


def test_a_full_queue_refuses_at_once_and_a_place_in_it_is_given_back(
    with_database: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(database: Database) -> None:
        async with database.connection():
            waiting = [asyncio.create_task(asks(database)) for _ in range(QUEUE_PER_CONNECTION)]
            await asyncio.sleep(0)
            await fails(database, BUSY)
            assert not any(task.done() for task in waiting)
        assert await asyncio.gather(*waiting) == [1] * QUEUE_PER_CONNECTION
        async with database.connection():
            last = asyncio.create_task(asks(database))
            await asyncio.sleep(0)
            assert not last.done()
        assert await last == 1

    with caplog.at_level(logging.WARNING):
        with_database(scenario, DATABASE_POOL_SIZE="1", DATABASE_TIMEOUT_SECONDS="60")
    assert "too many requests wait for a database connection" in caplog.text


def test_who_waits_too_long_is_told_that_it_is_busy(with_database: Callable[..., None]) -> None:
    async def scenario(database: Database) -> None:
        async with database.connection():
            await fails(database, BUSY)
        assert await asks(database) == 1

    with_database(scenario, DATABASE_POOL_SIZE="1", DATABASE_TIMEOUT_SECONDS="2")


async def loses_its_server(database: Database, postgres: Postgres, seconds: float | None) -> BaseException | None:
    """The cause of the error when the server freezes before a statement; the caller itself gives up after `seconds`."""
    with ExitStack() as stack:

        async def asks_too_late() -> None:
            async with database.connection() as connection, asyncio.timeout(seconds):
                stack.enter_context(frozen(postgres))
                await connection.fetchval("SELECT 1")

        with pytest.raises(Unavailable, match=AWAY) as raised:
            await asks_too_late()
    return raised.value.__cause__


def test_a_server_that_has_vanished_is_unavailable(with_database: Callable[..., None], postgres: Postgres) -> None:
    """Such a server cannot end the statement itself, so the client stops waiting for the answer."""

    async def scenario(database: Database) -> None:
        assert isinstance(await loses_its_server(database, postgres, None), TimeoutError)
        assert await asks(database) == 1

    with_database(scenario, DATABASE_POOL_SIZE="1", DATABASE_TIMEOUT_SECONDS="2")


def test_a_connection_without_an_answer_is_dropped_without_a_second_wait(
    with_database: Callable[..., None], postgres: Postgres
) -> None:
    """Otherwise the pool would ask the server to cancel the statement, and wait for that answer for as long again."""

    async def scenario(database: Database) -> None:
        assert isinstance(await loses_its_server(database, postgres, 0.1), TimeoutError)
        assert await asks(database) == 1

    with_database(scenario, DATABASE_POOL_SIZE="1", DATABASE_TIMEOUT_SECONDS="60")
