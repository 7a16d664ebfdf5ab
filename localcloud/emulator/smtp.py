"""SES's SMTP endpoint: takes mail from who knows the user name and password of an access key, and sends it.

As on AWS, it asks for STARTTLS before all else, so that an app that does not encrypt fails here already. The authority
of its certificate is the local cloud's own, which nobody else knows.
https://docs.aws.amazon.com/ses/latest/dg/send-email-smtp.html
"""

import asyncio
import base64
import hashlib
import hmac
import os
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from email.utils import parseaddr
from functools import cache
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from ministack.core import responses
from ministack.core.iam_evaluator import AuthError
from ministack.services import rds, ses, ses_v2

from localcloud.emulator import resources, rights
from localcloud.emulator.mail_events import sent
from localcloud.emulator.pages import Asgi, Receive, Send
from localcloud.emulator.signatures import secret_of

LOOPBACK = "127.0.0.1"
GREETING = "email-smtp.amazonaws.com"
WRONG = "535 Authentication Credentials Invalid"
LARGEST_BYTES = 40 * 2**20  # https://docs.aws.amazon.com/ses/latest/dg/quotas.html
VERSION = b"\x04"


class Sender(NamedTuple):
    """Whose mail it is: SES's identities belong to an account and a region."""

    account: str
    region: str
    access_key_id: str


def password_of(secret_key: str, region: str) -> str:
    """What AWS derives from the secret half of an access key, for one region.

    https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
    """
    derived = f"AWS4{secret_key}".encode()
    for part in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        derived = hmac.digest(derived, part.encode(), hashlib.sha256)
    return base64.b64encode(VERSION + derived).decode()


def regions(account: str) -> Iterator[str]:
    """Those in which the account has identities: one endpoint serves all of them here."""
    identities = [*ses_v2._identities._data, *ses._identities._data]
    yield from dict.fromkeys([responses.get_region(), *(region for owner, region, _ in identities if owner == account)])


def sender_of(user: str, password: str) -> Sender | None:
    secret = secret_of(user, "")
    if isinstance(secret, AuthError):
        return None
    account = responses.get_account_id()
    for region in regions(account):
        if hmac.compare_digest(password_of(secret, region).encode(), password.encode()):
            return Sender(account, region, user)
    return None


def sign_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    if isinstance(given, LoginPassword):
        sender = sender_of(*(part.decode(errors="replace") for part in (given.login, given.password)))
        if sender:
            return AuthResult(success=True, auth_data=sender)
    return AuthResult(success=False, handled=False, message=WRONG)


class Desk:
    """What aiosmtpd asks about each message."""

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        sender = session.auth_data
        with responses.request_scope(sender.account, sender.region):
            content = bytes(envelope.content or b"")
            return send(sender.access_key_id, str(envelope.mail_from), list(envelope.rcpt_tos), content)


def refusal(access_key_id: str, written: str, configuration_set: str | None) -> str:
    """What of a mail's identity and configuration set the policies of the key's user do not allow."""
    keys = {"ses:FromAddress": parseaddr(written)[1]}
    asked = resources.of_mail(written, configuration_set)
    return next(filter(None, (rights.refusal(access_key_id, "ses:SendRawEmail", one, keys) for one in asked)), "")


def send(access_key_id: str, envelope_from: str, recipients: list[str], content: bytes) -> str:
    """The answer to a message, with which SES has sent or refused it."""
    message = message_from_bytes(content, policy=default)
    written, configuration_set = str(message.get("From", "")), message.get("X-SES-CONFIGURATION-SET")
    if not written or ses._missing_domain(written):
        return "554 Transaction failed: Missing final '@domain'"
    if refused := refusal(access_key_id, written, configuration_set):
        return f"554 Access denied: {refused}"
    for sender in (envelope_from, written):
        if refused := ses._message_rejection(sender, recipients):
            return f"554 Message rejected: {refused}"
    destinations = {f"Destinations.member.{number}": [to] for number, to in enumerate(recipients, 1)}
    ses._send_raw_email({"RawMessage.Data": [base64.b64encode(content).decode()], **destinations})
    kept = ses._sent_emails_list()[-1]
    told = " ".join([*kept["To"], *kept["CC"]])
    kept["BCC"] = [to for to in recipients if to not in told]
    sent(kept, configuration_set)
    return f"250 Ok {kept['MessageId']}"


@cache
def certificate(addresses: tuple[str, ...]) -> ssl.SSLContext:
    """Made for the first connection: most local clouds never have one."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    pair = rds._pg_server_material(["localhost"], list(addresses))
    with tempfile.NamedTemporaryFile("w") as file:  # for its owner only
        file.write("\n".join(pair))
        file.flush()
        context.load_cert_chain(file.name)
    return context


@asynccontextmanager
async def serving(port: int, addresses: tuple[str, ...]) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()

    def connection() -> SMTP:
        return SMTP(
            Desk(), data_size_limit=LARGEST_BYTES, hostname=GREETING, ident="ESMTP", tls_context=certificate(addresses),
            require_starttls=True, auth_required=True, authenticator=sign_in, loop=loop,
        )  # fmt: skip

    server = await loop.create_server(connection, addresses, port)
    try:
        yield
    finally:
        server.close()


def with_smtp(inner: Asgi) -> Asgi:
    """The application, with the endpoint while it runs. `SMTP_PORT`: where; without it there is none."""
    port = os.environ.get("SMTP_PORT")
    gateway = os.environ.get("TASK_GATEWAY")

    async def answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" or not port:
            await inner(scope, receive, send)
            return
        async with serving(int(port), (LOOPBACK, *([gateway] if gateway else []))):
            await inner(scope, receive, send)

    return answer
