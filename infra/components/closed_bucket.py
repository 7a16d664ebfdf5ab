"""What every bucket of the stack has: nothing public, one owner, all data encrypted on disk."""

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions


def close_bucket(name: str, bucket: pulumi.Input[str], opts: ResourceOptions) -> aws.s3.BucketPublicAccessBlock:
    """A bucket's policy depends on what is returned: S3 refuses two changes of its access at the same time."""
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=bucket,
        rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
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
    return aws.s3.BucketPublicAccessBlock(
        f"{name}-private",
        bucket=bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
