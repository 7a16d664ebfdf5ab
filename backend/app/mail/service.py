"""Sends mail through SES, from one address to one address, and only so much a minute."""

import time
from collections import deque

from app import aws
from app.aws import Aws
from app.errors import TooManyRequests
from app.mail.schemas import MailAddresses, MailCreate, MailSent
from app.settings import Settings

WINDOW_SECONDS = 60


class Allowance:
    """At most `count` a minute in this process: a page that anybody may open must not fill a mailbox, or a bill."""

    def __init__(self, count: int) -> None:
        self._sent: deque[float] = deque(maxlen=count)

    def take(self) -> None:
        """Raises TooManyRequests when it is used up."""
        now = time.monotonic()
        if len(self._sent) == self._sent.maxlen and now - self._sent[0] < WINDOW_SECONDS:
            raise TooManyRequests("Enough mail was sent in the last minute.")
        self._sent.append(now)


def addresses(settings: Settings) -> MailAddresses:
    return MailAddresses(sender=settings.mail_from, recipient=settings.mail_to)


async def send(clients: Aws, settings: Settings, allowance: Allowance, mail: MailCreate) -> MailSent:
    """Raises TooManyRequests, Refused or Unavailable.

    SES builds the headers from the fields, and a subject has one line: a request cannot add a header.
    """
    allowance.take()
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
