"""CloudFront's distributions of the account: which names they have, and which are a stack's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.steps.common import aws_client

if TYPE_CHECKING:
    from types_boto3_cloudfront.client import CloudFrontClient


def label(address: str) -> str:
    """What is unique in the name that CloudFront gave a distribution, such as d111111abcdef8.cloudfront.net."""
    return address.lower().partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Distributions:
    """`rows`: by the label of their names. `tags`: those of the stack."""

    region: str
    tags: Mapping[str, str]
    rows: Mapping[str, Any]
    _own: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, region: str, tags: Mapping[str, str]) -> "Distributions":
        cloudfront: CloudFrontClient = aws_client("cloudfront", region)
        pages = cloudfront.get_paginator("list_distributions").paginate()
        rows = [row for page in pages for row in page["DistributionList"].get("Items", ())]
        return cls(region=region, tags=tags, rows={label(row["DomainName"]): row for row in rows})

    def holder(self, name: str) -> str | None:
        """The id of the one that answers at a name."""
        return next((row["Id"] for row in self.rows.values() if name in row.get("Aliases", {}).get("Items", ())), None)

    def is_own(self, id_: str) -> bool:
        """Asked once, as each is a request."""
        if id_ not in self._own:
            arn = next(row["ARN"] for row in self.rows.values() if row["Id"] == id_)
            cloudfront: CloudFrontClient = aws_client("cloudfront", self.region)
            found = cloudfront.list_tags_for_resource(Resource=arn)["Tags"].get("Items", ())
            self._own[id_] = self.tags.items() <= {row["Key"]: row.get("Value") for row in found}.items()
        return self._own[id_]

    def leads_home(self, target: str) -> bool:
        """Whether a record's target is the stack's own distribution."""
        row = self.rows.get(label(target)) if ".cloudfront." in target else None
        return row is not None and self.is_own(row["Id"])
