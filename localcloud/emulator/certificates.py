"""ACM issues a certificate when the DNS has a record for each of its names; MiniStack does at once.

A name whose DNS is not here is taken to have it.
"""

from typing import Any

from ministack.services import acm

from localcloud.emulator import world

PENDING = "PENDING_VALIDATION"


def issue_by_dns() -> None:
    """Before the first request."""
    handle, options_of = acm.handle_request, acm._validation_options
    acm._validation_options = lambda *asked: {**options_of(*asked), "ValidationStatus": PENDING}

    async def judged(*request: Any) -> Any:
        for certificate in list(acm._certificates._data.values()):
            judge(certificate)
        return await handle(*request)

    acm.handle_request = judged


def judge(certificate: dict[str, Any]) -> None:
    """What was issued stays so: ACM looks at the records again only when it renews it."""
    options = [option for option in certificate.get("DomainValidationOptions", ()) if option.get("ResourceRecord")]
    for option in options:
        if option["ValidationStatus"] == PENDING and is_there(option["ResourceRecord"]):
            option["ValidationStatus"] = "SUCCESS"
    issued = all(option["ValidationStatus"] == "SUCCESS" for option in options)
    certificate["Status"] = "ISSUED" if issued else PENDING


def is_there(record: dict[str, str]) -> bool:
    found = world.records(record["Name"], record["Type"])
    return found is None or record["Value"].rstrip(".") in {text.rstrip(".") for text in found}
