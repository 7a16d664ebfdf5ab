"""What DNS must say of a domain, so that mail from it is signed, and believed to be its own."""

from collections.abc import Sequence

from infra.pure.domains import Record

# Used for nothing else: what comes back is answered by SES there.
RETURN_LABEL = "bounce"


def return_domain(domain: str) -> str:
    """The MAIL FROM domain, to which what cannot be delivered comes back."""
    return f"{RETURN_LABEL}.{domain}"


def signatures(domain: str, tokens: Sequence[str], signing_zone: str) -> list[Record]:
    """Where receivers find the keys of SES's signatures (Easy DKIM).

    https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html
    """
    return [
        Record(
            key=f"dkim-{number}",
            name=f"{token}._domainkey.{domain}",
            type="CNAME",
            value=f"{token}.{signing_zone}",
        )
        for number, token in enumerate(tokens, 1)
    ]


def sender(domain: str, region: str) -> list[Record]:
    """That SES may send for the return domain (SPF), and takes what comes back to it.

    https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
    """
    name = return_domain(domain)
    return [
        Record(key="return-mx", name=name, type="MX", value=f"10 feedback-smtp.{region}.amazonses.com"),
        Record(key="return-spf", name=name, type="TXT", value="v=spf1 include:amazonses.com ~all"),
    ]


def policy(domain: str, wanted: str, reports_to: str) -> list[Record]:
    """What receivers shall do with mail that is neither (DMARC). Nothing where the owner has such a record already.

    Reports go to an address of the domain alone: another domain would have to agree by a record of its own.
    https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dmarc.html
    """
    if wanted == "existing":
        return []
    reports = f"; rua=mailto:{reports_to}" if reports_to.rpartition("@")[2] == domain else ""
    return [Record(key="dmarc", name=f"_dmarc.{domain}", type="TXT", value=f"v=DMARC1; p={wanted}{reports}")]
