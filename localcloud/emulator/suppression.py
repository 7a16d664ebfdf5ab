"""SES's suppression list, which MiniStack lacks: addresses of an account and region that get no mail.

https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html
"""

import time
from typing import Any

from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import ses_v2

SERVICE = "ses-suppression"
PATH = "/v2/email/suppression/addresses"
REASONS = ("BOUNCE", "COMPLAINT")

Answer = tuple[int, dict[str, str], bytes]

listed = AccountRegionScopedDict()  # address -> what SES tells of it


def state() -> dict[str, AccountRegionScopedDict]:
    """What is saved."""
    return {"listed": listed}


def load() -> None:
    listed.update((persistence.load_state(SERVICE) or {}).get("listed", {}))


def put(address: str, reason: str, **attributes: str) -> None:
    listed[address.lower()] = {
        "EmailAddress": address,
        "Reason": reason,
        "LastUpdateTime": int(time.time()),
        **({"Attributes": attributes} if attributes else {}),
    }


def reason_of(address: str) -> str | None:
    return (listed.get(address.lower()) or {}).get("Reason")


def answer(method: str, path: str, asked: dict[str, Any]) -> Answer:
    address = path.removeprefix(PATH).strip("/")
    if not address and method == "GET":
        rows = [{name: value for name, value in one.items() if name != "Attributes"} for one in listed.values()]
        return found({"SuppressedDestinationSummaries": rows})
    if not address and method == "PUT":
        if asked.get("Reason") not in REASONS:
            return refused("BadRequestException", f"Reason must be one of {', '.join(REASONS)}.")
        put(str(asked["EmailAddress"]), asked["Reason"])
        return found({})
    if address.lower() not in listed:
        return refused("NotFoundException", f"Email address {address} does not exist on your suppression list.", 404)
    if method == "DELETE":
        del listed[address.lower()]
        return found({})
    return found({"SuppressedDestination": listed[address.lower()]})


def found(value: Any) -> Answer:
    answer: Answer = ses_v2.json_response(value)
    return answer


def refused(code: str, text: str, status: int = 400) -> Answer:
    answer: Answer = ses_v2._json_err(code, text, status)
    return answer
