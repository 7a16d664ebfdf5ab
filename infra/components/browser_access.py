"""Which pages may send files to the bucket and fetch them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

CACHE_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class BrowserAccessArgs:
    """`origins`: those whose pages may use the bucket's presigned requests."""

    bucket: pulumi.Input[str]
    origins: Sequence[pulumi.Input[str]]


class BrowserAccess(pulumi.ComponentResource):
    """CORS rules that allow only the site's own origin, and those that the configuration names.

    Apart from the bucket, because the site's address is known only after the CDN, and the CDN needs the bucket's.
    Costs nothing a month.
    """

    def __init__(self, name: str, args: BrowserAccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:BrowserAccess", name, None, opts)
        aws.s3.BucketCorsConfiguration(
            f"{name}-cors",
            bucket=args.bucket,
            cors_rules=[
                aws.s3.BucketCorsConfigurationCorsRuleArgs(
                    allowed_origins=list(args.origins),
                    allowed_methods=["GET", "HEAD", "POST"],
                    allowed_headers=["*"],  # requests are presigned: the signature limits what they may do
                    expose_headers=["ETag"],
                    max_age_seconds=CACHE_SECONDS,
                )
            ],
            opts=ResourceOptions(parent=self),
        )
        self.register_outputs({})
