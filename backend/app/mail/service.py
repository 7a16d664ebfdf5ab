"""Sends mail through SES, from one address to one address, and only so much a minute."""

from app import aws
from app.aws import Aws
from app.mail.schemas import MailAddresses, MailCreate, MailSent
from app.rate_limits import RateLimits, per_minute
from app.settings import Settings


def addresses(settings: Settings) -> MailAddresses:
    return MailAddresses(sender=settings.mail_from, recipient=settings.mail_to, mailbox_url=settings.mailbox_url)


async def send(clients: Aws, settings: Settings, limits: RateLimits, mail: MailCreate) -> MailSent:
    """Raises TooManyRequests, Refused or Unavailable.

    SES builds the headers from the fields, and a subject has one line: a request cannot add a header.
    """
    # In all, and not by client: the mailbox and the bill are one.
    limits.take(per_minute(settings.mail_per_minute), "mail", detail="Enough mail was sent in the last minute.")
    answer = await aws.call(
        "mail service",
        clients.ses.send_email,
        FromEmailAddress=settings.mail_from,
        Destination={"ToAddresses": [settings.mail_to]},
        ConfigurationSetName=settings.ses_configuration_set,
        Content={
            "Simple": {
                "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                "Body": {"Text": {"Data": mail.text, "Charset": "UTF-8"}},
            }
        },
    )
    return MailSent(message_id=answer["MessageId"])
