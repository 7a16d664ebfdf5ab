"""SES's suppression list: addresses that a mail bounced from for good, or whose owner complained.

SES puts them there by itself, for the whole account and region, and does not send to them. It is asked before a mail is
sent, because it would take the mail and only tell afterwards that it was not sent.
"""

import logging
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from app import aws
from app.errors import AddressBlocked

if TYPE_CHECKING:
    from types_boto3_sesv2 import SESV2Client

log = logging.getLogger(__name__)

WHY = {"BOUNCE": "a mail to it came back for good", "COMPLAINT": "its owner reported a mail from here as spam"}


def look_up(ses: "SESV2Client", address: str) -> str | None:
    """Why the address is on the list, or None. A list that cannot be read stops no mail: SES looks at it anyway."""
    try:
        return ses.get_suppressed_destination(EmailAddress=address)["SuppressedDestination"]["Reason"]
    except ClientError as error:
        if aws.code(error) != "NotFoundException":
            log.warning("the suppression list cannot be read", extra={"code": aws.code(error)})
        return None


async def refuse_suppressed(ses: "SESV2Client", address: str) -> None:
    """Raises AddressBlocked where SES would not send to the address."""
    reason = await aws.call("mail service", look_up, ses, address)
    if reason:
        raise AddressBlocked(
            f"SES does not write to {address}, because {WHY.get(reason, reason)}. When it can take mail again, take it"
            f" off SES's suppression list: aws sesv2 delete-suppressed-destination --email-address {address}"
        )
