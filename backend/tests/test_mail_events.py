"""What becomes of a mail: told by SES through a queue, shown by the API, and no mail to an address that SES avoids."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import MagicMock

import httpx
import pytest
from botocore.exceptions import ClientError

from app.errors import AddressBlocked
from app.mail.events import Event
from app.mail.suppression import look_up, refuse_suppressed
from tests.backend import Backend
from tests.cloud import RECIPIENT, Cloud
from tests.postgres import DATABASE, Postgres

SENT_AT = "2026-11-25T10:00:00.000Z"
HARD = {
    "bounceType": "Permanent",
    "bounceSubType": "General",
    "bouncedRecipients": [{"emailAddress": RECIPIENT, "diagnosticCode": "smtp; 550 5.1.1 user unknown"}],
}


def event(kind: str, message_id: str, **details: Any) -> str:
    headers = {"subject": "From elsewhere"}
    mail = {"messageId": message_id, "timestamp": SENT_AT, "destination": [RECIPIENT], "commonHeaders": headers}
    return json.dumps({"eventType": kind, "mail": mail, **details})


@pytest.fixture
def queue(cloud: Cloud) -> Iterator[str]:
    made = cloud.sqs.create_queue(QueueName="mail-events")["QueueUrl"]
    yield made
    cloud.sqs.delete_queue(QueueUrl=made)


@pytest.fixture
def reading(start: Callable[..., Backend], queue: str, postgres: Postgres) -> httpx.Client:
    postgres.sql("TRUNCATE mails", database=DATABASE)
    return start(MAIL_EVENTS_QUEUE_URL=queue, MAIL_EVENTS_SECONDS="0.05").http


def shown_when(client: httpx.Client, condition: Callable[[dict[str, Any]], bool]) -> dict[str, dict[str, Any]]:
    """The mails by their ids, as soon as they are as the test expects them."""
    deadline = time.monotonic() + 60
    while True:
        mails = {one["message_id"]: one for one in client.get("/api/mail/messages").raise_for_status().json()["mails"]}
        if condition(mails):
            return mails
        assert time.monotonic() < deadline, mails
        time.sleep(0.05)


def test_a_sent_mail_is_shown_until_it_bounces_and_then_with_the_reason(
    reading: httpx.Client, cloud: Cloud, queue: str
) -> None:
    sent = reading.post("/api/mail", json={"subject": "Hello", "text": "x"}).json()["message_id"]
    before = shown_when(reading, lambda mails: sent in mails)[sent]
    assert (before["subject"], before["recipient"], before["state"], before["reason"]) == (
        "Hello", RECIPIENT, "sent", None,
    )  # fmt: skip
    cloud.sqs.send_message(QueueUrl=queue, MessageBody=event("Bounce", sent, bounce=HARD))
    after = shown_when(reading, lambda mails: mails[sent]["state"] == "bounced")[sent]
    assert after["reason"] == "Permanent: General: smtp; 550 5.1.1 user unknown"
    assert after["subject"] == "Hello"


def test_events_come_in_any_order_and_of_mails_that_others_sent(
    reading: httpx.Client, cloud: Cloud, queue: str
) -> None:
    complaint = {"complaintFeedbackType": "abuse"}
    for body in (
        "Successfully validated SNS topic for Amazon SES event publishing.",
        event("Complaint", "other", complaint=complaint),
        event("Delivery", "other"),
        event("Open", "other"),
        event("Delivery", "last"),
    ):
        cloud.sqs.send_message(QueueUrl=queue, MessageBody=body)
    other = shown_when(reading, lambda mails: {"other", "last"} <= set(mails))["other"]
    assert (other["state"], other["reason"], other["subject"]) == ("complained", "abuse", "From elsewhere")
    wait_until_empty(cloud, queue)


def wait_until_empty(cloud: Cloud, queue: str) -> None:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    deadline = time.monotonic() + 60
    while True:
        found = cloud.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        if set(found.values()) == {"0"}:
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_what_cannot_be_read_stays_in_the_queue_and_stops_nothing(
    reading: httpx.Client, cloud: Cloud, queue: str
) -> None:
    for body in ("{", '{"eventType": "Bounce"}', event("Delivery", "after")):
        cloud.sqs.send_message(QueueUrl=queue, MessageBody=body)
    shown_when(reading, lambda mails: mails.keys() == {"after"})
    names = ["ApproximateNumberOfMessagesNotVisible"]
    found = cloud.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    assert found == {"ApproximateNumberOfMessagesNotVisible": "2"}


def test_mails_are_forgotten_after_a_while(reading: httpx.Client, cloud: Cloud, postgres: Postgres) -> None:
    postgres.sql(
        "INSERT INTO mails (message_id, recipient, subject, sent_at)"
        " SELECT 'days-' || days, 'x', 'x', now() - days * interval '1 day' FROM unnest(ARRAY[89, 91]) AS days",
        database=DATABASE,
    )
    sent = reading.post("/api/mail", json={"subject": "x", "text": "x"}).json()["message_id"]
    shown_when(reading, lambda mails: mails.keys() == {sent, "days-89"})


def test_a_mail_is_sent_although_it_cannot_be_written_down(
    start: Callable[..., Backend], postgres: Postgres, cloud: Cloud
) -> None:
    backend, before = start(DATABASE_TIMEOUT_SECONDS="1"), len(cloud.sent_mail())
    with postgres.holding("LOCK mails"):
        assert backend.http.post("/api/mail", json={"subject": "x", "text": "x"}).status_code == 202
    assert len(cloud.sent_mail()) == before + 1


def listed(reason: str | None, code: str = "NotFoundException") -> MagicMock:
    """SES, with an address on its list or not; a mock, because the emulator has no list. tests/e2e uses a real one."""
    ses = MagicMock()
    answer = {"SuppressedDestination": {"Reason": reason}}
    error = ClientError({"Error": {"Code": code, "Message": ""}}, "GetSuppressedDestination")
    ses.get_suppressed_destination.side_effect = None if reason else error
    ses.get_suppressed_destination.return_value = answer
    return ses


@pytest.mark.parametrize(("reason", "why"), [("BOUNCE", "came back for good"), ("COMPLAINT", "as spam")])
def test_an_address_on_the_suppression_list_is_refused_in_words(reason: str, why: str) -> None:
    with pytest.raises(AddressBlocked, match=f"{why}.*delete-suppressed-destination --email-address a@example.com"):
        asyncio.run(refuse_suppressed(listed(reason), "a@example.com"))


@pytest.mark.parametrize("code", ["NotFoundException", "AccessDeniedException"])
def test_an_address_that_is_not_known_to_be_there_is_written_to(code: str) -> None:
    assert look_up(listed(None, code), "a@example.com") is None


@pytest.mark.parametrize(
    ("kind", "details", "reason"),
    [
        ("Bounce", {"bounce": {"bounceSubType": "OnAccountSuppressionList"}}, "SES did not send it"),
        ("Reject", {"reject": {"reason": "Bad content"}}, "Bad content"),
        ("DeliveryDelay", {"deliveryDelay": {"delayType": "MailboxFull"}}, "MailboxFull"),
        ("Delivery", {}, "None"),
    ],
)  # fmt: skip
def test_the_reason_is_told_in_the_words_of_who_refused(kind: str, details: dict[str, Any], reason: str) -> None:
    assert str(Event.model_validate(json.loads(event(kind, "x", **details))).reason()).startswith(reason)
