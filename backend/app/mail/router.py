"""Endpoints of mail."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request

from app.errors import InvalidRequest, Refused, declare
from app.mail.schemas import MailAddresses, MailCreate, MailSent
from app.mail.service import Mailer

router = APIRouter(prefix="/mail", tags=["mail"])


async def mailer(request: Request) -> Mailer:
    return cast(Mailer, request.state.mailer)


MailerDep = Annotated[Mailer, Depends(mailer)]


@router.get("")
async def get_mail_addresses(mailer: MailerDep) -> MailAddresses:
    return mailer.addresses()


@router.post("", status_code=202, responses=declare(InvalidRequest, Refused))
async def send_mail(mailer: MailerDep, mail: MailCreate) -> MailSent:
    """Send to the configured address."""
    return await mailer.send(mail)
