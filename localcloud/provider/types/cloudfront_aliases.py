"""What CloudFront asks of a distribution's names beside its own: a certificate for each, and that no other has them."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.definition.rules import Case, Matches, Says
from localcloud.provider.values import Props

CERTIFICATE = "viewerCertificate.acmCertificateArn"
# CloudFront takes no certificate from another region.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
REGION = "us-east-1"


def shown(case: Case, aliases: list[str]) -> str:
    """Who has a name must show it by a certificate."""
    viewer = case.inputs.get("viewerCertificate") or {}
    if aliases and viewer.get("cloudfrontDefaultCertificate"):
        return (
            f"need a certificate in viewerCertificate.acmCertificateArn, got CloudFront's own for {', '.join(aliases)}"
        )
    return ""


def covered(case: Case, viewer: Props) -> str:
    """CloudFront refuses a certificate that is not issued, or lacks a name."""
    arn, aliases = viewer.get("acmCertificateArn"), case.inputs.get("aliases") or []
    if not arn or not (case.is_new("viewerCertificate") or case.is_new("aliases")):
        return ""
    if arn.split(":")[3:4] != [REGION]:
        return f"acmCertificateArn must be of {REGION}, got {arn}"
    try:
        certificate = case.context.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    except ClientError:
        return f"acmCertificateArn must name a certificate that exists, got {arn}"
    if certificate["Status"] != "ISSUED":
        return f"acmCertificateArn must name an issued certificate, got one that is {certificate['Status']}"
    names = certificate["SubjectAlternativeNames"]
    missing = [alias for alias in aliases if not any(is_named(alias, name) for name in names)]
    return f"acmCertificateArn must be for {', '.join(missing)}, too, got one for {', '.join(names)}" if missing else ""


def is_named(alias: str, name: str) -> bool:
    """A wildcard stands for one label."""
    return alias == name or (name.startswith("*.") and alias.partition(".")[2] == name[2:])


def free(case: Case, aliases: list[str]) -> str:
    """A name belongs to one distribution of all in the world; those of this account are known here."""
    new = set(aliases) - set(case.old.get("aliases") or ())
    taken = [f"{alias}, which {owner} has" for alias, owner in owners(case) if alias in new] if new else []
    return f"must not be of another distribution, got {', '.join(taken)}" if taken else ""


def owners(case: Case) -> Iterator[tuple[str, str]]:
    rows: Any = case.context.client("cloudfront").list_distributions()["DistributionList"].get("Items", ())
    for row in rows:
        yield from ((alias, row["Id"]) for alias in row.get("Aliases", {}).get("Items", ()))


RULES = (
    Matches("aliases", r"(\*\.)?([a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}", "a name in small letters, such as example.com"),
    Says("aliases", shown),
    Says("aliases", free, ("list_distributions",)),
    Says("viewerCertificate", covered),
)
