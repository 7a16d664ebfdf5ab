"""The overview: reports for every part whether it works, and is answered whatever is down."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server, gethostname
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.overview import checks, migrations, service
from app.overview.service import Check, Look, cache_part, database_part, mail_part
from tests.backend import ROOT, Backend
from tests.cloud import BUCKET, SENDER, Cloud
from tests.postgres import DATABASE, Postgres


def overview(backend: Backend) -> Any:
    response = backend.http.get("/api/overview")
    assert response.status_code == 200, response.text
    return response.json()


def next_overview(backend: Backend, last: Any) -> Any:
    """The first overview that is newer than `last`: the back end reuses one for some seconds."""
    deadline = time.monotonic() + 60
    while (told := overview(backend))["checked_at"] == last["checked_at"]:
        assert time.monotonic() < deadline, "the overview stays the same"
        time.sleep(0.02)
    return told


def test_all_parts_of_a_good_deployment_work(start: Callable[..., Backend], cloud: Cloud) -> None:
    told = overview(start(DISTRIBUTION_ID=cloud.new_distribution()))
    assert {name: told[name]["state"] for name in ("database", "bucket", "mail", "cache")} == {
        "database": "ok",
        "bucket": "ok",
        "mail": "ok",
        "cache": "ok",
    }
    assert [told[name]["problem"] for name in ("database", "bucket", "mail", "cache")] == [None] * 4
    assert told["version"] == "version-of-the-test"
    assert told["task"] == gethostname()
    assert told["zone"] is None
    assert told["started_at"] < told["checked_at"]
    assert told["database"]["version"].startswith("18.")
    assert told["database"]["migration"] == told["database"]["expected_migration"]
    assert told["bucket"]["name"] == BUCKET
    assert told["mail"]["address"] == SENDER


def test_the_last_reset_of_the_cache_is_told(start: Callable[..., Backend], cloud: Cloud) -> None:
    distribution = cloud.new_distribution()
    backend = start(DISTRIBUTION_ID=distribution)
    before = overview(backend)
    assert before["cache"]["last_reset_at"] is None
    cloud.reset_cache(distribution)
    cache = next_overview(backend, before)["cache"]
    assert cache["last_reset_at"] is not None
    assert cache["status"] in ("InProgress", "Completed", "COMPLETED")


def test_what_is_wrong_is_told_in_words(start: Callable[..., Backend]) -> None:
    told = overview(start(S3_BUCKET="not-there", MAIL_FROM="new@example.com"))
    assert told["bucket"]["state"] == "down"
    assert "bucket" in told["bucket"]["problem"]
    assert told["mail"]["state"] == "down"
    assert "not verified" in told["mail"]["problem"]
    assert told["cache"]["state"] == "attention"
    assert "DISTRIBUTION_ID" in told["cache"]["problem"]


def test_a_database_that_stops_is_seen_and_so_is_its_return(start: Callable[..., Backend], postgres: Postgres) -> None:
    backend = start()
    told = overview(backend)
    assert told["database"]["state"] == "ok"
    postgres.stop()
    try:
        told = next_overview(backend, told)
        assert told["database"]["state"] == "down"
        assert "does not answer" in told["database"]["problem"]
        assert told["database"]["version"] is None
        assert told["bucket"]["state"] == "ok"
    finally:
        postgres.start()
    assert next_overview(backend, told)["database"]["state"] == "ok"


def test_another_migration_than_the_codes_asks_for_attention(start: Callable[..., Backend], postgres: Postgres) -> None:
    backend = start()
    postgres.sql("UPDATE alembic_version SET version_num = '0001'", database=DATABASE)
    try:
        told = overview(backend)["database"]
    finally:
        postgres.sql(f"UPDATE alembic_version SET version_num = '{migrations.head()}'", database=DATABASE)  # noqa: S608 # the name of a migration
    assert (told["state"], told["migration"]) == ("attention", "0001")
    assert "0001" in told["problem"]


def test_when_nothing_answers_the_overview_does_within_seconds(start: Callable[..., Backend]) -> None:
    """A server that never answers takes the place of AWS, from which the database's password comes, too."""
    with create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        backend = start(ACCESS="open", ACCESS_SECRET_ARN="", AWS_ENDPOINT_URL=endpoint, DISTRIBUTION_ID="ANY")
        started = time.monotonic()
        told = overview(backend)
        # Without the time limit of the checks, an AWS client would give up after 10 s, twice READ_SECONDS.
        assert time.monotonic() - started < 9
        assert [told[name]["state"] for name in ("database", "bucket", "mail", "cache")] == ["down"] * 4


def test_a_look_that_hangs_is_not_begun_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LIMIT_SECONDS", 0.05)
    begun = []

    async def scenario() -> list[Look[str]]:
        answer = asyncio.Event()

        async def hang() -> str:
            begun.append(1)
            await answer.wait()
            return "at last"

        check = Check(hang)
        looks = [await check.run(), await check.run()]
        answer.set()
        return [*looks, await check.run()]

    looks = asyncio.run(scenario())
    assert [look.found for look in looks] == [None, None, "at last"]
    assert [look.failed for look in looks] == [True, True, False]
    assert len(begun) == 1


def test_many_viewers_cost_as_much_as_one(backend: Backend) -> None:
    assert len({overview(backend)["checked_at"] for _ in range(5)}) == 1


@contextmanager
def ecs(answer: dict[str, str]) -> Iterator[str]:
    """The metadata endpoint that ECS offers inside a task."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/v4/id/task" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v4/id"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("answer", "task", "zone"),
    [
        ({"TaskARN": "arn:aws:ecs:r:1:task/cluster/0a1b", "AvailabilityZone": "eu-1a"}, "0a1b", "eu-1a"),
        ({"TaskARN": "arn:aws:ecs:r:1:task/cluster/0a1b"}, "0a1b", None),
        ({}, gethostname(), None),
    ],
)
def test_the_task_that_answered_is_told(
    start: Callable[..., Backend], answer: dict[str, str], task: str, zone: str | None
) -> None:
    with ecs(answer) as uri:
        told = overview(start(ECS_CONTAINER_METADATA_URI_V4=uri))
    assert (told["task"], told["zone"]) == (task, zone)


def test_the_expected_migration_is_what_alembic_says() -> None:
    script = ScriptDirectory.from_config(Config(toml_file=ROOT / "pyproject.toml"))
    assert migrations.head() == script.get_current_head()


def test_the_sandbox_alone_is_fine_and_an_unknown_state_too() -> None:
    def state(verified: bool | None, sandbox: bool | None) -> str:
        found = checks.MailFound(verified=verified, sandbox=sandbox)
        return mail_part(Look(found=found, failed=False, milliseconds=1), SENDER).state

    assert [state(True, True), state(None, None), state(False, True)] == ["ok", "ok", "down"]


def test_no_part_says_anything_that_is_internal() -> None:
    failed: Look[Any] = Look(found=None, failed=True, milliseconds=1)
    for part in (database_part(failed, "0002"), mail_part(failed, SENDER), cache_part(failed)):
        assert part.state == "down"
        assert part.problem
        assert part.problem.endswith(".")
