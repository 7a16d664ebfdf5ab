"""Endpoints of mail."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request

from app.errors import AddressBlocked, InvalidRequest, Refused, declare
from app.mail import records
from app.mail.schemas import MailAddresses, MailCreate, MailRecords, MailSent
from app.mail.service import Mailer
from app.resources import DatabaseDep

router = APIRouter(prefix="/mail", tags=["mail"])


async def mailer(request: Request) -> Mailer:
    return cast(Mailer, request.state.mailer)


MailerDep = Annotated[Mailer, Depends(mailer)]


@router.get("")
async def get_mail_addresses(mailer: MailerDep) -> MailAddresses:
    return mailer.addresses()


@router.post("", status_code=202, responses=declare(AddressBlocked, InvalidRequest, Refused))
async def send_mail(mailer: MailerDep, mail: MailCreate) -> MailSent:
    """Send to the configured address."""
    return await mailer.send(mail)


@router.get("/messages")
async def list_mails(database: DatabaseDep) -> MailRecords:
    """What became of the latest mails."""
    return MailRecords(mails=await records.latest(database))
