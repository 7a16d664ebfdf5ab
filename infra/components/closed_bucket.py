"""What every bucket of the stack has: nothing public, one owner, all data encrypted on disk."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True)
class Closed:
    """`private`: a bucket's policy depends on it, because S3 refuses two changes of its access at the same time."""

    private: aws.s3.BucketPublicAccessBlock
    ownership: aws.s3.BucketOwnershipControls


def close_bucket(name: str, bucket: pulumi.Input[str], opts: ResourceOptions, *, takes_acl: bool = False) -> Closed:
    """`takes_acl`: whether an AWS service writes to it through an access control list."""
    ownership = aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=bucket,
        rule=aws.s3.BucketOwnershipControlsRuleArgs(
            object_ownership="BucketOwnerPreferred" if takes_acl else "BucketOwnerEnforced"
        ),
        opts=opts,
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=bucket,
        rules=[
            aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                apply_server_side_encryption_by_default=aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                    sse_algorithm="AES256"
                )
            )
        ],
        opts=opts,
    )
    private = aws.s3.BucketPublicAccessBlock(
        f"{name}-private",
        bucket=bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
    return Closed(private=private, ownership=ownership)
