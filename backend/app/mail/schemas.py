"""Models of mail in requests and responses."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.text import FilledBody, Line


class MailCreate(BaseModel):
    """There is no field for an address: both are configured."""

    model_config = ConfigDict(extra="forbid")

    subject: Line
    text: FilledBody


class MailSent(BaseModel):
    message_id: str


MailState = Literal["sent", "delayed", "delivered", "rejected", "bounced", "complained"]


class MailRecord(BaseModel):
    message_id: str
    recipient: str
    subject: str
    sent_at: datetime
    state: MailState = Field(
        description="The last that SES told: `sent`, nothing yet; `delayed`, it tries on; `delivered`, the recipient's"
        " server took it; `rejected`, SES found a virus in it; `bounced`, the server did not take it; `complained`, the"
        " recipient reported it as spam."
    )
    reason: str | None = Field(description="Why, in the words of SES or of the recipient's server.")


class MailRecords(BaseModel):
    mails: list[MailRecord] = Field(description="The latest, newest first.")


class MailAddresses(BaseModel):
    sender: str
    recipient: str
    mailbox_url: str | None = Field(description="Where sent mail can be read; on a laptop only.")
