"""What receivers find in DNS: whether SES may sign for a domain (DKIM) and send for it (SPF), and its DMARC policy.

No resolver asks the zones here. Where none of Route 53's has a name, its DNS is elsewhere, and taken to be right.
"""

from email.utils import parseaddr
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import ses, ses_v2

from localcloud.emulator import world

SIGNING_ZONE = "dkim.amazonses.com"


def judge_by_dns() -> None:
    """Before the first request: a domain may send when SES sees its records."""
    verified = ses._identity_verified

    def judged(address: str, *, simulator: bool = False) -> bool:
        for name in list(ses_v2._identities):
            judge(name)
        return bool(verified(address, simulator=simulator))

    ses._identity_verified = judged


def judge(name: str) -> None:
    """The state of an identity by the records that are there now."""
    identity = ses_v2._identities[name]
    keys = identity.get("DkimAttributes", {})
    if keys.get("Tokens"):
        wanted = {f"{token}._domainkey.{name}": f"{token}.{SIGNING_ZONE}" for token in keys["Tokens"]}
        there = all(says(record, "CNAME", value) for record, value in wanted.items())
        keys |= {"SigningHostedZone": SIGNING_ZONE, "SigningEnabled": True, "Status": "SUCCESS" if there else "PENDING"}
        identity["VerifiedForSendingStatus"] = there
    back = identity.get("MailFromAttributes", {})
    if domain := back.get("MailFromDomain"):
        back["MailFromDomainStatus"] = "SUCCESS" if says(domain, "MX", "feedback-smtp.") else "PENDING"


def says(name: str, kind: str, text: str) -> bool:
    """Whether a record has the text, or its DNS is elsewhere."""
    found = world.records(name, kind)
    return found is None or any(text in one for one in found)


def shown(mail: dict[str, Any]) -> dict[str, str]:
    """DKIM, SPF and DMARC of a mail as a receiver would judge them."""
    if "Scope" not in mail:
        return {}
    with request_scope(*mail["Scope"]):
        domain = parseaddr(mail["Source"])[1].rpartition("@")[2].lower()
        known = [name for name in ses._domain_and_parents(domain) if name in ses_v2._identities]
        for name in known:
            judge(name)
        signer = next((name for name in known if ses_v2._identities[name]["DkimAttributes"]["Status"] == "SUCCESS"), "")
        back = {name: ses_v2._identities[name]["MailFromAttributes"] for name in known}
        sender = next(
            (one["MailFromDomain"] for one in back.values() if one.get("MailFromDomainStatus") == "SUCCESS"), ""
        )
        policy = world.records(f"_dmarc.{domain}", "TXT") or world.records(f"_dmarc.{signer}", "TXT") or []
        told = f", whose policy is {policy[0].strip(chr(34))}" if policy else ""
        passes = f"pass, for {domain}{told}" if signer or sender else f"fail: neither of them is for {domain}"
    return {
        "DKIM": f"signed by {signer or 'amazonses.com'}",
        "SPF": f"sent by {sender or 'amazonses.com'}",
        "DMARC": passes,
    }
