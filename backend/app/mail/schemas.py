"""Models of mail in requests and responses."""

from pydantic import BaseModel, ConfigDict, Field

from app.text import FilledBody, Line


class MailCreate(BaseModel):
    """There is no field for an address: both are configured."""

    model_config = ConfigDict(extra="forbid")

    subject: Line
    text: FilledBody


class MailSent(BaseModel):
    message_id: str


class MailAddresses(BaseModel):
    sender: str
    recipient: str
    mailbox_url: str | None = Field(description="Where sent mail can be read; on a laptop only.")
