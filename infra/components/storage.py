"""The bucket for uploaded files."""

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import InvokeOptions, ResourceOptions

from infra.components.closed_bucket import close_bucket
from infra.components.link import Link
from infra.config.data import StorageConfig
from infra.pure import policies
from infra.pure.recipe import Recipe
from infra.pure.tags import component_tag

UNFINISHED_UPLOAD_DAYS = 1


@dataclass(frozen=True, kw_only=True)
class StorageArgs:
    settings: StorageConfig
    recipe: Recipe


class Storage(pulumi.ComponentResource):
    """A private, encrypted, versioned bucket. Only the back end's role and requests signed by it have access.

    A month in us-east-1: 0.023 USD a GB, old versions included, and 0.005 USD per 1,000 uploads.
    """

    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]
    link: Link
    origins: list[pulumi.Output[str]]

    def __init__(self, name: str, args: StorageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Storage", name, None, opts)
        # When the bucket is kept, its access rules and encryption settings are kept with it.
        kept = args.recipe.keeps_data or args.settings.existing_bucket is not None
        self._child = ResourceOptions(parent=self, retain_on_delete=kept)

        bucket = self._bucket(name, args)
        self.bucket = bucket.bucket
        self.arn = bucket.arn
        self.link = Link(
            environment={"S3_BUCKET": self.bucket},
            rights=self.arn.apply(policies.use_bucket),
            values={"name": self.bucket},
        )
        # The two names under which S3 serves the bucket; SDKs sign requests for one or the other.
        self.origins = [
            bucket.bucket_regional_domain_name.apply(lambda domain: f"https://{domain}"),
            bucket.bucket_domain_name.apply(lambda domain: f"https://{domain}"),
        ]
        self._close(name)
        self._keep(name, args)
        self.register_outputs({"bucket": self.bucket})

    def _bucket(self, name: str, args: StorageArgs) -> Any:
        """The stack's own, or one that is there already; one that is missing stops the preview."""
        if args.settings.existing_bucket is not None:
            return aws.s3.get_bucket_output(args.settings.existing_bucket, opts=InvokeOptions(parent=self))
        return aws.s3.Bucket(
            f"{name}-bucket", force_destroy=not args.recipe.keeps_data, tags=component_tag(name), opts=self._child
        )

    def _close(self, name: str) -> None:
        """Access only through IAM and TLS; all data on disk is encrypted."""
        block = close_bucket(name, self.bucket, self._child).private
        aws.s3.BucketPolicy(
            f"{name}-tls-only",
            bucket=self.bucket,
            policy=pulumi.Output.json_dumps(self.arn.apply(policies.tls_only)),
            opts=self._child.merge(ResourceOptions(depends_on=[block])),
        )

    def _keep(self, name: str, args: StorageArgs) -> None:
        """Old versions for a while, unfinished uploads for a day."""
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=self.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self._child,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=self.bucket,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="clean-up",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    abort_incomplete_multipart_upload=aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                        days_after_initiation=UNFINISHED_UPLOAD_DAYS
                    ),
                    # What is left of a deleted file when its old versions are gone.
                    expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
                    noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=args.settings.noncurrent_days
                    ),
                )
            ],
            opts=self._child.merge(ResourceOptions(depends_on=[versioning])),
        )
