"""Checks all parts at the same time, and explains in words what is wrong."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from app.aws import Aws
from app.database import Database
from app.errors import Refused, Unavailable
from app.health.schemas import State
from app.health.stack import Stack, StackFound
from app.overview import checks, migrations
from app.overview.schemas import BucketPart, CachePart, DatabasePart, MailPart, Overview, StackPart
from app.overview.task import Task, this_task
from app.settings import Settings

T = TypeVar("T")

LIMIT_SECONDS = 3
# A result is reused for this time, so that many viewers cause no more checks than one.
KEPT_SECONDS = 2


@dataclass(frozen=True, kw_only=True)
class Look(Generic[T]):
    """The result of a check: `found` when the part answered, else `failed`."""

    found: T | None
    failed: bool
    milliseconds: float


class Check(Generic[T]):
    """A check of one part with a time limit. While a check still hangs, the next run waits for it, too."""

    def __init__(self, look: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._look = look
        self._running: asyncio.Task[T] | None = None

    async def run(self) -> Look[T]:
        started = time.perf_counter()
        if self._running is None:
            self._running = asyncio.create_task(self._look())
        done, _ = await asyncio.wait({self._running}, timeout=LIMIT_SECONDS)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        if not done:
            return Look(found=None, failed=True, milliseconds=milliseconds)
        ended, self._running = self._running, None
        try:
            return Look(found=ended.result(), failed=False, milliseconds=milliseconds)
        except (Refused, Unavailable):
            return Look(found=None, failed=True, milliseconds=milliseconds)


class OverviewService:
    def __init__(self, settings: Settings, clients: Aws, database: Database) -> None:
        self._settings = settings
        self._started_at = datetime.now(UTC)
        self._expected = migrations.head()
        self._database = Check(lambda: checks.look_at_database(database))
        self._bucket = Check(lambda: checks.look_at_bucket(clients, settings.s3_bucket))
        self._mail = Check(lambda: checks.look_at_mail(clients, settings.mail_identity or settings.mail_from))
        self._cache = Check(lambda: checks.look_at_cache(clients, settings.distribution_id))
        stack = stack_of(settings, clients)
        self._stack = Check(lambda: checks.look_at_stack(stack))
        self._lock = asyncio.Lock()
        self._task: Task | None = None
        self._last: Overview | None = None
        self._looked = 0.0

    async def get(self) -> Overview:
        """The state of all parts, at most KEPT_SECONDS old."""
        async with self._lock:
            if self._last is None or time.monotonic() - self._looked >= KEPT_SECONDS:
                self._last = await self._look()
                self._looked = time.monotonic()
            return self._last

    async def _look(self) -> Overview:
        if self._task is None:
            self._task = await asyncio.to_thread(this_task, self._settings.ecs_container_metadata_uri_v4)
        database, bucket, mail, cache, stack = await asyncio.gather(
            self._database.run(), self._bucket.run(), self._mail.run(), self._cache.run(), self._stack.run()
        )
        return Overview(
            checked_at=datetime.now(UTC),
            version=self._settings.app_version,
            task=self._task.id,
            zone=self._task.zone,
            started_at=self._started_at,
            database=database_part(database, self._expected),
            bucket=bucket_part(bucket, self._settings.s3_bucket),
            mail=mail_part(mail, self._settings.mail_from, self._settings.mail_identity),
            cache=cache_part(cache),
            stack=stack_part(stack),
        )


def stack_of(settings: Settings, clients: Aws) -> Stack | None:
    if settings.stack_description and clients.ecs and clients.logs:
        return Stack(settings.stack_description, clients.ecs, clients.logs)
    return None


def database_part(look: Look[checks.DatabaseFound], expected: str) -> DatabasePart:
    found = look.found
    part = DatabasePart(
        state="ok",
        version=found and found.version,
        migration=found and found.migration,
        expected_migration=expected,
        problem=None,
        milliseconds=look.milliseconds,
    )
    if found is None:
        part.state = "down"
        part.problem = (
            "The database does not answer. Check in RDS that it is running, and see the back end's log for why."
        )
    elif found.migration != expected:
        part.state = "attention"
        part.problem = (
            f"The database has migration {found.migration or 'none'}, this version needs {expected}; deploy again,"
            " which runs the migrations."
        )
    return part


def bucket_part(look: Look[bool], name: str) -> BucketPart:
    if look.failed:
        problem = "The bucket cannot be reached. Check that it exists, and that the task's role may list it."
        return BucketPart(state="down", name=name, problem=problem, milliseconds=look.milliseconds)
    return BucketPart(state="ok", name=name, problem=None, milliseconds=look.milliseconds)


LEAVE_THE_SANDBOX = (
    "In the sandbox SES writes to verified addresses alone. To write to everybody, tell AWS what you send, to whom, and"
    " how they may end it: aws sesv2 put-account-details --production-access-enabled --mail-type TRANSACTIONAL"
    " --website-url https://… --use-case-description '…'"
)


def mail_part(look: Look[checks.MailFound], address: str, identity: str | None = None) -> MailPart:
    """SES's sandbox is not reported as a problem, because mail to a verified address arrives also in the sandbox."""
    found = look.found
    part = MailPart(
        state="ok",
        address=address,
        verified=found and found.verified,
        sandbox=found and found.sandbox,
        daily_quota=found and found.daily_quota,
        sent_today=found and found.sent_today,
        advice=LEAVE_THE_SANDBOX if found and found.sandbox else None,
        problem=None,
        milliseconds=look.milliseconds,
    )
    if found is None:
        part.state = "down"
        part.problem = "SES does not answer. Look in the back end's log for the reason."
    elif found.verified is False:
        part.state = "down"
        part.problem = "The address is not verified. Open the link in the email that AWS sent to it."
        if identity and "@" not in identity:
            part.problem = f"{identity} is not verified: SES has not seen its records in DNS yet, which takes hours."
    return part


def cache_part(look: Look[checks.ResetFound | None]) -> CachePart:
    found = look.found
    part = CachePart(
        state="ok",
        last_reset_at=found and found.at,
        status=found and found.status,
        problem=None,
        milliseconds=look.milliseconds,
    )
    if look.failed:
        part.state = "down"
        part.problem = "CloudFront does not say when the cache was reset. Check that the distribution exists."
    elif found is None:
        part.state = "attention"
        part.problem = "No distribution is configured; set DISTRIBUTION_ID to see when the cache was last reset."
    return part


def stack_part(look: Look[StackFound | None]) -> StackPart | None:
    if look.failed:
        problem = "ECS does not say what is running. Look in the back end's log for the reason."
        return StackPart(state="down", problem=problem, milliseconds=look.milliseconds, services=[], jobs=[])
    if look.found is None:
        return None
    found = look.found
    states = {one.state for one in (*found.services, *found.jobs)}
    state: State = "down" if "down" in states else "attention" if "attention" in states else "ok"
    return StackPart(
        state=state, problem=None, milliseconds=look.milliseconds, services=found.services, jobs=found.jobs
    )
