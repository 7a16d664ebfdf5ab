"""What became of each mail. Every function raises Unavailable (or asyncpg's errors) when the database is down."""

from datetime import datetime

from app.database import Database
from app.mail.schemas import MailRecord, MailState

# A later one stays when an earlier one is told after it: events come in any order, and more than once.
ORDER: tuple[MailState, ...] = ("sent", "delayed", "delivered", "rejected", "bounced", "complained")
SHOWN = 20
# Whom somebody wrote to is not kept for longer than it is of use.
KEPT_DAYS = 90

REMEMBER = """
    INSERT INTO mails (message_id, recipient, subject) VALUES ($1, $2, $3)
    ON CONFLICT (message_id) DO UPDATE SET subject = excluded.subject"""
FORGET = f"DELETE FROM mails WHERE sent_at < now() - interval '{KEPT_DAYS} days'"  # noqa: S608 # a number of ours
TELL = """
    INSERT INTO mails (message_id, recipient, subject, sent_at, state, reason) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (message_id) DO UPDATE SET state = excluded.state, reason = excluded.reason
    WHERE array_position($7::text[], mails.state::text) <= array_position($7::text[], excluded.state::text)"""
LATEST = "SELECT message_id, recipient, subject, sent_at, state, reason FROM mails ORDER BY sent_at DESC LIMIT $1"


async def remember(database: Database, message_id: str, recipient: str, subject: str) -> None:
    """A mail that SES has taken. What became of it may be known already."""
    async with database.connection() as connection:
        await connection.execute(FORGET)
        await connection.execute(REMEMBER, message_id, recipient, subject)


async def tell(
    database: Database,
    *,
    message_id: str,
    recipient: str,
    subject: str,
    sent_at: datetime,
    state: MailState,
    reason: str | None,
) -> None:
    """What became of a mail, whoever sent it with the configuration set."""
    async with database.connection() as connection:
        await connection.execute(TELL, message_id, recipient, subject, sent_at, state, reason, ORDER)


async def latest(database: Database) -> list[MailRecord]:
    async with database.connection() as connection:
        return [MailRecord(**row) for row in await connection.fetch(LATEST, SHOWN)]
