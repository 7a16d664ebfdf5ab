"""Endpoints of mail."""

from fastapi import APIRouter

from app.errors import InvalidRequest, Refused, declare
from app.mail import service
from app.mail.schemas import MailAddresses, MailCreate, MailSent
from app.resources import ResourcesDep

router = APIRouter(prefix="/mail", tags=["mail"])


@router.get("")
async def get_mail_addresses(resources: ResourcesDep) -> MailAddresses:
    return service.addresses(resources.settings)


@router.post("", status_code=202, responses=declare(InvalidRequest, Refused))
async def send_mail(resources: ResourcesDep, mail: MailCreate) -> MailSent:
    """Send to the configured address."""
    return await service.send(resources.aws, resources.settings, resources.limits, mail)
