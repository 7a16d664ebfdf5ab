"""Sends mail through SES, from one address to one address, with a limit per minute."""

from app import aws
from app.aws import Aws
from app.mail.schemas import MailAddresses, MailCreate, MailSent
from app.rate_limits import RateLimit
from app.settings import Settings


class Mailer:
    def __init__(self, clients: Aws, settings: Settings) -> None:
        self._ses = clients.ses
        self._settings = settings
        # One limit for all clients together, because they share one mailbox and one bill.
        self._limit = RateLimit(settings.mail_per_minute, detail="Enough mail was sent in the last minute.")

    def addresses(self) -> MailAddresses:
        settings = self._settings
        return MailAddresses(sender=settings.mail_from, recipient=settings.mail_to, mailbox_url=settings.mailbox_url)

    async def send(self, mail: MailCreate) -> MailSent:
        """Raises TooManyRequests, Refused or Unavailable.

        A request cannot add a mail header: SES builds the headers from the fields, and a subject is a single line.
        """
        self._limit.take()
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
        return MailSent(message_id=answer["MessageId"])
