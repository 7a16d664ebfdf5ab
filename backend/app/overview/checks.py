"""One check for each part. Each returns what it found, or raises Refused or Unavailable."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from botocore.exceptions import ClientError

from app import aws
from app.aws import Aws
from app.database import Database
from app.health.stack import Stack, StackFound


@dataclass(frozen=True, kw_only=True)
class DatabaseFound:
    version: str
    migration: str | None


@dataclass(frozen=True, kw_only=True)
class MailFound:
    verified: bool | None
    sandbox: bool | None
    daily_quota: int | None = None
    sent_today: int | None = None


@dataclass(frozen=True, kw_only=True)
class ResetFound:
    at: datetime | None
    status: str | None


async def look_at_database(database: Database) -> DatabaseFound:
    async with database.connection() as connection:
        version = await connection.fetchval("SELECT current_setting('server_version')")
        try:
            migration = await connection.fetchval("SELECT version_num FROM alembic_version")
        except asyncpg.UndefinedTableError:
            migration = None
    return DatabaseFound(version=version.split()[0], migration=migration)


async def look_at_bucket(clients: Aws, bucket: str) -> bool:
    await aws.call("file storage", clients.s3.head_bucket, Bucket=bucket)
    return True


async def look_at_mail(clients: Aws, identity: str) -> MailFound:
    """A value is None when it is unknown: emulators lack some fields, and some lack `get_account`."""

    def look() -> MailFound:
        try:
            verified = clients.ses.get_email_identity(EmailIdentity=identity).get("VerifiedForSendingStatus")
        except ClientError as error:
            if aws.code(error) != "NotFoundException":
                raise
            verified = False
        try:
            account: Any = clients.ses.get_account()
        except ClientError:
            return MailFound(verified=verified, sandbox=None)
        production, quota = account.get("ProductionAccessEnabled"), account.get("SendQuota", {})
        return MailFound(
            verified=verified,
            sandbox=None if production is None else not production,
            daily_quota=rounded(quota.get("Max24HourSend")),
            sent_today=rounded(quota.get("SentLast24Hours")),
        )

    return await aws.call("mail service", look)


def rounded(value: float | None) -> int | None:
    return None if value is None else int(value)


async def look_at_cache(clients: Aws, distribution_id: str | None) -> ResetFound | None:
    """None when no distribution is configured."""
    if distribution_id is None:
        return None
    list_invalidations = clients.cloudfront.list_invalidations
    answer = await aws.call("cache", list_invalidations, DistributionId=distribution_id, MaxItems="1")
    # CloudFront returns the latest first, emulators return it last.
    last = max(answer["InvalidationList"].get("Items", []), key=lambda item: item["CreateTime"], default=None)
    return ResetFound(at=last and last["CreateTime"], status=last and last["Status"])


async def look_at_stack(stack: Stack | None) -> StackFound | None:
    """None when the back end is not told what the stack runs."""
    return await aws.call("container service", stack.look) if stack else None
