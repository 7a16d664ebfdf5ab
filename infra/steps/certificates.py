"""Whether ACM has issued a stack's certificate for its names."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from infra.steps.common import aws_client

if TYPE_CHECKING:
    from types_boto3_acm.client import ACMClient


def is_issued(region: str, names: Sequence[str], tags: Mapping[str, str]) -> bool:
    """Of exactly these names, the stack's own first; `region`: where CloudFront wants it."""
    acm: ACMClient = aws_client("acm", region)
    pages = acm.get_paginator("list_certificates").paginate(CertificateStatuses=["ISSUED"])
    for arn in [
        row["CertificateArn"]
        for page in pages
        for row in page["CertificateSummaryList"]
        if row["DomainName"] == names[0]
    ]:
        found = acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
        if tags.items() <= {tag["Key"]: tag.get("Value") for tag in found}.items():
            certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
            if set(certificate["SubjectAlternativeNames"]) == set(names):
                return True
    return False
