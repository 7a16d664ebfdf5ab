"""Reads what SES tells of mails from the queue that it comes to: what was delivered, what came back, what was unwanted.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

import asyncio
import json
import logging
from typing import Any

import asyncpg
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.types import AwareDatetime

from app import aws
from app.aws import Aws
from app.database import Database
from app.errors import ApiError
from app.mail import records
from app.mail.schemas import MailState

log = logging.getLogger(__name__)

STATES: dict[str, MailState] = {
    "DeliveryDelay": "delayed",
    "Delivery": "delivered",
    "Reject": "rejected",
    "Bounce": "bounced",
    "Complaint": "complained",
}
# What SES puts into a topic when an event destination is made.
GREETING = "Successfully validated SNS topic"
# Of a bounce that no server made. https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types
NOT_SENT = ("Suppressed", "OnAccountSuppressionList")
LONGEST = 500
# A short wait asks all of SQS's servers; a long one would keep a thread, and the process at its end.
WAIT_SECONDS = 1


class Headers(BaseModel):
    subject: str = ""


class Mail(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    message_id: str = Field(alias="messageId", min_length=1, max_length=200)
    timestamp: AwareDatetime
    destination: list[str] = []
    headers: Headers = Field(Headers(), alias="commonHeaders")


class Event(BaseModel):
    kind: str = Field(alias="eventType")
    mail: Mail
    bounce: dict[str, Any] = {}
    complaint: dict[str, Any] = {}
    reject: dict[str, Any] = {}
    delay: dict[str, Any] = Field({}, alias="deliveryDelay")

    def reason(self) -> str | None:
        """Why, in the words of who refused it."""
        if self.bounce.get("bounceSubType") in NOT_SENT:
            return "SES did not send it: the address is on a suppression list"
        recipients = [*self.bounce.get("bouncedRecipients", []), *self.delay.get("delayedRecipients", [])]
        said = [str(one["diagnosticCode"]) for one in recipients if one.get("diagnosticCode")]
        kinds = (
            self.bounce.get("bounceType"),
            self.bounce.get("bounceSubType"),
            self.complaint.get("complaintFeedbackType"),
            self.reject.get("reason"),
            self.delay.get("delayType"),
        )
        return ": ".join([*(str(kind) for kind in kinds if kind), *said[:1]])[:LONGEST] or None


class EventReader:
    """Reads the queue until it is cancelled. A message is deleted when the database has what it says.

    One that cannot be read comes back, and SQS puts it aside after a few times.
    """

    def __init__(self, clients: Aws, database: Database, queue_url: str, pause_seconds: float) -> None:
        self._sqs, self._database, self._queue_url, self._pause = clients.sqs, database, queue_url, pause_seconds

    async def run(self) -> None:
        while True:
            try:
                more = await self._read()
            except ApiError:  # logged where it came from
                more = False
            except Exception:  # nothing may end it: mails would seem to be on their way for ever
                log.exception("the events of mails cannot be read")
                more = False
            if not more:
                await asyncio.sleep(self._pause)

    async def _read(self) -> bool:
        """Whether there was something."""
        answer = await aws.call(
            "mail events",
            self._sqs.receive_message,
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=WAIT_SECONDS,
        )
        messages = answer.get("Messages", [])
        for message in messages:
            if await self._store(message["Body"]):
                receipt = message["ReceiptHandle"]
                await aws.call("mail events", self._sqs.delete_message, QueueUrl=self._queue_url, ReceiptHandle=receipt)
        return bool(messages)

    async def _store(self, body: str) -> bool:
        """Whether the message is done with."""
        if body.startswith(GREETING):
            return True
        try:
            event = Event.model_validate(json.loads(body))
            if event.kind in STATES:
                await self._tell(event)
        except (ValueError, ValidationError, asyncpg.PostgresError) as error:
            log.warning("an event of a mail cannot be stored", extra={"reason": f"{type(error).__name__}"})
            return False
        return True

    async def _tell(self, event: Event) -> None:
        await records.tell(
            self._database,
            message_id=event.mail.message_id,
            recipient=", ".join(event.mail.destination)[:LONGEST],
            subject=event.mail.headers.subject[:LONGEST],
            sent_at=event.mail.timestamp,
            state=STATES[event.kind],
            reason=event.reason(),
        )
