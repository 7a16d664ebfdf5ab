"""Sends mail through SES, from one address to one address, with a limit per minute."""

import logging

import asyncpg

from app import aws
from app.aws import Aws
from app.database import Database
from app.errors import Unavailable
from app.mail import records
from app.mail.schemas import MailAddresses, MailCreate, MailSent
from app.mail.suppression import refuse_suppressed
from app.rate_limits import RateLimit
from app.settings import Settings

log = logging.getLogger(__name__)


class Mailer:
    def __init__(self, clients: Aws, settings: Settings, database: Database) -> None:
        self._ses = clients.ses
        self._database = database
        self._settings = settings
        # One limit for all clients together, because they share one mailbox and one bill.
        self._limit = RateLimit(settings.mail_per_minute, detail="Too many emails were sent in the last minute.")

    def addresses(self) -> MailAddresses:
        settings = self._settings
        return MailAddresses(sender=settings.mail_from, recipient=settings.mail_to, mailbox_url=settings.mailbox_url)

    async def send(self, mail: MailCreate) -> MailSent:
        """Raises TooManyRequests, AddressBlocked, Refused or Unavailable.

        A request cannot add a mail header: SES builds the headers from the fields, and a subject is a single line.
        """
        self._limit.take()
        await refuse_suppressed(self._ses, self._settings.mail_to)
        answer = await aws.call(
            "mail service",
            self._ses.send_email,
            FromEmailAddress=self._settings.mail_from,
            Destination={"ToAddresses": [self._settings.mail_to]},
            ConfigurationSetName=self._settings.ses_configuration_set,
            Content={
                "Simple": {
                    "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": mail.text, "Charset": "UTF-8"}},
                }
            },
        )
        await self._remember(answer["MessageId"], mail.subject)
        return MailSent(message_id=answer["MessageId"])

    async def _remember(self, message_id: str, subject: str) -> None:
        """The mail is sent: a database that does not answer makes no error of that."""
        try:
            await records.remember(self._database, message_id, self._settings.mail_to, subject)
        except (Unavailable, asyncpg.PostgresError) as error:
            log.warning("a sent mail was not written down", extra={"reason": type(error).__name__})
