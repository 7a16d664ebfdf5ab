"""SES's SMTP endpoint, as smtplib finds it."""

import json
import smtplib
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import pytest

from infra.steps.smtp_password import smtp_password
from localcloud.place import MAILBOX_PATH
from tests.emulator.conftest import Client
from tests.engine.support import Emulator

FROM, TO = "me@example.com", "you@example.org"


@pytest.fixture
def key(aws: Client) -> Iterator[dict[str, str]]:
    """An access key of a user of its own; SES knows `FROM`."""
    iam, ses = aws("iam"), aws("sesv2")
    iam.create_user(UserName="mail")
    may = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*",
           "Condition": {"StringLike": {"ses:FromAddress": "*@example.com"}}}  # fmt: skip
    iam.put_user_policy(UserName="mail", PolicyName="send", PolicyDocument=json.dumps({"Statement": may}))
    made = iam.create_access_key(UserName="mail")["AccessKey"]
    ses.create_email_identity(EmailIdentity=FROM)
    yield made
    ses.delete_email_identity(EmailIdentity=FROM)
    if iam.list_access_keys(UserName="mail")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="mail", AccessKeyId=made["AccessKeyId"])
    iam.delete_user_policy(UserName="mail", PolicyName="send")
    iam.delete_user(UserName="mail")


@contextmanager
def connected(emulator: Emulator) -> Iterator[smtplib.SMTP]:
    """Encrypted as apps do it that do not look at the certificate; nobody signed in."""
    assert emulator.smtp_port
    with smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=30) as server:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        server.starttls(context=context)
        yield server


def message(sender: str = FROM, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"The shop <{sender}>", TO, "Your order"
    for name, value in headers.items():
        made[name] = value
    made.set_content("Thank you")
    made.add_alternative("<b>Thank you</b>", subtype="html")
    return made


def mailbox(emulator: Emulator) -> str:
    with urllib.request.urlopen(emulator.url + MAILBOX_PATH) as answer:  # noqa: S310 # loopback
        return str(answer.read().decode())


def test_who_has_the_password_of_a_key_sends_mail_that_the_mailbox_shows(
    emulator: Emulator, key: dict[str, str]
) -> None:
    with connected(emulator) as server:
        server.login(key["AccessKeyId"], smtp_password(key["SecretAccessKey"], "us-east-1"))
        assert server.send_message(message(), to_addrs=[TO, "hidden@example.org"]) == {}
    page = mailbox(emulator)
    assert "<h2>Your order</h2>" in page
    assert "The shop &lt;me@example.com&gt;" in page
    assert "<dd>you@example.org, hidden@example.org</dd>" in page
    assert "Thank you" in page and "&lt;b&gt;Thank you&lt;/b&gt;" in page


def test_an_identity_of_another_region_is_found_by_the_password(
    emulator: Emulator, aws: Client, key: dict[str, str]
) -> None:
    aws("sesv2", region_name="eu-west-1").create_email_identity(EmailIdentity="eu@example.com")
    with connected(emulator) as server:
        server.login(key["AccessKeyId"], smtp_password(key["SecretAccessKey"], "eu-west-1"))
        with pytest.raises(smtplib.SMTPDataError, match=r"in region EU-WEST-1: me@example\.com"):
            server.sendmail(FROM, TO, message().as_bytes())
        server.send_message(message("eu@example.com"))


@pytest.mark.parametrize(
    ("envelope", "header", "failed"),
    [("other@example.com", FROM, "other@example.com"), (FROM, "x@example.com", "The shop <x@example.com>")],
)
def test_an_address_that_ses_does_not_know_is_refused_in_the_envelope_and_in_the_header(
    emulator: Emulator, key: dict[str, str], envelope: str, header: str, failed: str
) -> None:
    with connected(emulator) as server:
        server.login(key["AccessKeyId"], smtp_password(key["SecretAccessKey"], "us-east-1"))
        with pytest.raises(smtplib.SMTPDataError) as refused:
            server.sendmail(envelope, TO, message(header).as_bytes())
    assert refused.value.smtp_code == 554
    assert "Message rejected: Email address is not verified." in str(refused.value.smtp_error)
    assert failed in str(refused.value.smtp_error)
    with connected(emulator) as server:
        server.login(key["AccessKeyId"], smtp_password(key["SecretAccessKey"], "us-east-1"))
        with pytest.raises(smtplib.SMTPDataError, match="Missing final '@domain'"):
            server.sendmail(FROM, TO, b"Subject: no sender\r\n\r\n")


def test_whose_policy_does_not_let_it_send_in_a_name_is_refused(
    emulator: Emulator, aws: Client, key: dict[str, str]
) -> None:
    aws("sesv2").create_email_identity(EmailIdentity="me@another.example")
    with connected(emulator) as server:
        server.login(key["AccessKeyId"], smtp_password(key["SecretAccessKey"], "us-east-1"))
        server.send_message(message(), to_addrs=[TO])
        with pytest.raises(smtplib.SMTPDataError) as refused:
            server.send_message(message("me@another.example"), to_addrs=[TO])
    wanted = (
        "Access denied: User: arn:aws:iam::000000000000:user/mail is not authorized to perform: ses:SendRawEmail on"
    )
    assert refused.value.smtp_code == 554 and wanted in str(refused.value.smtp_error)


def test_wrong_and_deleted_keys_are_refused(emulator: Emulator, aws: Client, key: dict[str, str]) -> None:
    right = smtp_password(key["SecretAccessKey"], "us-east-1")
    pairs: list[tuple[str, str]] = [
        (key["AccessKeyId"], key["SecretAccessKey"]),
        (key["AccessKeyId"], smtp_password(key["SecretAccessKey"], "eu-north-1")),
        ("AKIANOBODY", right),
    ]
    for user, password in pairs:
        with connected(emulator) as server, pytest.raises(smtplib.SMTPAuthenticationError, match="Credentials Invalid"):
            server.login(user, password)
    aws("iam").delete_access_key(UserName="mail", AccessKeyId=key["AccessKeyId"])
    with connected(emulator) as server, pytest.raises(smtplib.SMTPAuthenticationError):
        server.login(key["AccessKeyId"], right)


def test_who_has_not_signed_in_or_does_not_encrypt_sends_nothing(emulator: Emulator) -> None:
    with connected(emulator) as server:
        server.ehlo()
        assert server.mail(FROM)[0] == 530
    assert emulator.smtp_port
    with smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=30) as server:
        server.ehlo()
        answer: tuple[int, Any] = server.mail(FROM)
    assert answer[0] == 530 and b"STARTTLS" in answer[1]
