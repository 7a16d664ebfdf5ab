"""Shapes of mail in requests and answers."""

from pydantic import BaseModel, ConfigDict

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
