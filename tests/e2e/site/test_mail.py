"""What becomes of a mail, from the mailbox, where a person says that it bounced, to the page that tells of it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.checkout import Checkout
from tests.e2e.site.conftest import DEVICES, OpenPage

TOLD_MS = 60_000  # the back end looks into the queue every few seconds, and the page asks every ten


def send(page: Page, subject: str) -> None:
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Message").fill("x")
    page.get_by_role("button", name="Send").click()


@pytest.mark.parametrize(
    ("device", "answer", "told"), [("desktop", "a bounce", "Bounced"), ("phone", "a spam complaint", "Marked as spam")]
)
def test_who_a_mail_bounced_from_or_who_complained_gets_none_until_taken_off_the_list(
    open_page: OpenPage, session: Any, running: Checkout, device: str, answer: str, told: str
) -> None:
    page = open_page(storage_state=session, **DEVICES[device])
    address, ses = running.outputs["mail_address"], running.client("sesv2")
    page.goto("/mail")
    send(page, answer)
    expect(page.get_by_text("Sent to").last).to_be_visible()
    first = page.get_by_role("listitem").filter(has_text=answer).first
    expect(first).to_contain_text("Delivered", timeout=TOLD_MS)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open mailbox").click()
    opened.value.get_by_role("button", name=f"Simulate {answer}").first.click()
    expect(opened.value).to_have_title("Mailbox")
    expect(first).to_contain_text(told, timeout=TOLD_MS)
    send(page, "once more")
    expect(page.get_by_role("alert")).to_contain_text(
        f"aws sesv2 delete-suppressed-destination --email-address {address}"
    )
    ses.delete_suppressed_destination(EmailAddress=address)
    send(page, "once more")
    expect(page.get_by_text("Sent to").last).to_be_visible()
