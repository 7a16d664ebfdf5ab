"""Mail: always from the configured sender to the configured recipient, whatever a request contains."""

import asyncio
from collections.abc import Callable
from unittest.mock import MagicMock

import httpx
import pytest
from botocore.exceptions import ClientError

from app.errors import Unavailable
from app.mail.schemas import MailCreate
from app.mail.service import Mailer
from app.settings import Settings
from tests.backend import Backend
from tests.cloud import CONFIGURATION_SET, RECIPIENT, SENDER, Cloud


def test_mail_goes_from_the_sender_to_the_recipient(api: httpx.Client, cloud: Cloud) -> None:
    response = api.post("/mail", json={"subject": "Grüße 🎉", "text": "one\ntwo"})
    assert response.status_code == 202
    sent = cloud.sent_mail()[-1]
    assert sent["id"] == response.json()["message_id"]
    assert sent["source"] == SENDER
    assert sent["destinations"] == {"ToAddresses": [RECIPIENT]}
    assert sent["subject"] == "Grüße 🎉"
    assert sent["body"] == "one\ntwo"


def test_the_addresses_are_told(api: httpx.Client) -> None:
    assert api.get("/mail").json() == {"sender": SENDER, "recipient": RECIPIENT, "mailbox_url": None}


def test_on_a_laptop_the_mailbox_can_be_read(start: Callable[..., Backend], cloud: Cloud) -> None:
    told = start(MAILBOX_PATH="/moto-api/data.json").http.get("/api/mail").json()
    assert told["mailbox_url"] == f"{cloud.endpoint}/moto-api/data.json"
    assert httpx.get(told["mailbox_url"]).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"subject": "x\r\nBcc: other@example.com", "text": "x"},
        {"subject": "x\nBcc: other@example.com", "text": "x"},
        {"subject": "x\rBcc: other@example.com", "text": "x"},
        {"subject": "x\u0085Bcc: other@example.com", "text": "x"},
        {"subject": "x\u000bBcc: other@example.com", "text": "x"},
        {"subject": "x\u2028Bcc: other@example.com", "text": "x"},
        {"subject": "x\u2029Bcc: other@example.com", "text": "x"},
        {"subject": "x", "text": "x", "to": "other@example.com"},
        {"subject": "x", "text": "x", "from": "other@example.com"},
        {"subject": " ", "text": "x"},
        {"subject": "x", "text": " \n "},
        {"subject": "x" * 201, "text": "x"},
        {"subject": "x", "text": "x" * 10_001},
    ],
)
def test_nothing_else_can_be_sent(api: httpx.Client, cloud: Cloud, body: dict[str, str]) -> None:
    before = len(cloud.sent_mail())
    assert api.post("/mail", json=body).status_code == 422
    assert len(cloud.sent_mail()) == before


def test_only_so_much_mail_is_sent_a_minute(start: Callable[..., Backend], cloud: Cloud) -> None:
    backend = start(MAIL_PER_MINUTE="2")
    before = len(cloud.sent_mail())
    answers = [backend.http.post("/api/mail", json={"subject": "x", "text": "x"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert 50 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert len(cloud.sent_mail()) == before + 2


def test_a_refusal_of_ses_is_told_apart_from_its_absence(start: Callable[..., Backend]) -> None:
    refused = start(MAIL_FROM="not-verified@example.com").http.post("/api/mail", json={"subject": "x", "text": "x"})
    assert (refused.status_code, refused.json()["detail"]) == (502, "The mail service refused the request.")


def test_ses_is_told_the_configuration_set() -> None:
    """Without it, bounces and complaints are not counted. A mock, because the emulator does not record it."""
    clients, database, asked = MagicMock(), MagicMock(), {"subject": "x", "text": "x"}
    database.connection.side_effect = Unavailable("The database does not answer.")
    clients.ses.get_suppressed_destination.side_effect = ClientError({}, "GetSuppressedDestination")
    clients.ses.send_email.return_value = {"MessageId": "1"}
    settings = Settings.model_construct(mail_from=SENDER, mail_to=RECIPIENT, ses_configuration_set=CONFIGURATION_SET)
    asyncio.run(Mailer(clients, settings, database).send(MailCreate.model_validate(asked)))
    assert clients.ses.send_email.call_args.kwargs["ConfigurationSetName"] == CONFIGURATION_SET
