"""The bucket where a page's files outlive its tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions
from pulumi.dynamic import Resource

from infra.components.closed_bucket import close_bucket
from infra.components.image import Image
from infra.pure import policies
from infra.pure.recipe import Recipe
from infra.pure.tags import component_tag
from infra.steps.asset_upload import REPLACED, AssetUpload

KEPT_DAYS = 30  # a tab that is open for longer loads the page anew when it lacks a file


@dataclass(frozen=True, kw_only=True)
class AssetsArgs:
    """`places`: paths of the site, and for each the folders of the image where its files may be.

    `sleep`: when the stack sleeps, in words.
    """

    service: str
    image: Image
    places: Mapping[str, Sequence[str]]
    region: str
    recipe: Recipe
    sleep: str | None


class Uploaded(Resource, module="infra", name="AssetUpload"):
    image: pulumi.Output[str]


class Assets(pulumi.ComponentResource):
    """A private bucket with the files of each version of a page, put there before its tasks start.

    So a page finds its files whichever version's task answers, and a tab that was open before finds them for 30 days
    after its version was replaced; then the bucket deletes them. Files of the version in use stay.
    A month: 0.023 USD a GB, and 0.005 USD per 1,000 new files: cents.
    """

    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]
    domain: pulumi.Output[str]
    access_control_id: pulumi.Output[str]
    paths: Sequence[str]
    private: aws.s3.BucketPublicAccessBlock
    uploaded: pulumi.Output[str]

    def __init__(self, name: str, args: AssetsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Assets", name, None, opts)
        child = ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            f"{name}-bucket", force_destroy=not args.recipe.locked, tags=component_tag(name), opts=child
        )
        self.bucket, self.arn, self.domain = bucket.bucket, bucket.arn, bucket.bucket_regional_domain_name
        self.paths = list(args.places)
        self.private = close_bucket(name, bucket.bucket, child).private
        self._expire(name, child)
        self.access_control_id = aws.cloudfront.OriginAccessControl(
            f"{name}-access",
            description="CloudFront signs its requests to the bucket",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=child,
        ).id
        self.uploaded = self._upload(name, args, child).image
        self.register_outputs({"bucket": self.bucket})

    def _expire(self, name: str, child: ResourceOptions) -> None:
        rule = aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="replaced",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(
                tag=aws.s3.BucketLifecycleConfigurationRuleFilterTagArgs(key=REPLACED, value="true")
            ),
            expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=KEPT_DAYS),
        )
        aws.s3.BucketLifecycleConfiguration(f"{name}-lifecycle", bucket=self.bucket, rules=[rule], opts=child)

    def _upload(self, name: str, args: AssetsArgs, child: ResourceOptions) -> Uploaded:
        inputs = {
            "region": args.region,
            "bucket": self.bucket,
            "name": args.service,
            "image": args.image.uri,
            **args.image.platform,
            "tag": args.image.tag,
            "places": {path: list(places) for path, places in args.places.items()},
            **({"sleep": args.sleep} if args.sleep else {}),
        }
        return Uploaded(AssetUpload(), f"{name}-upload", inputs, child)


@dataclass(frozen=True, kw_only=True)
class AssetAccessArgs:
    assets: Assets
    distribution_arn: pulumi.Input[str]


class AssetAccess(pulumi.ComponentResource):
    """The bucket's policy: one distribution reads its files. Apart from the bucket, which the distribution needs first.

    `ready` is known when the files of a new version are where browsers will look for them. Costs nothing a month.
    """

    ready: pulumi.Output[str]

    def __init__(self, name: str, args: AssetAccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:AssetAccess", name, None, opts)
        assets = args.assets
        allowed = pulumi.Output.all(assets.arn, args.distribution_arn).apply(lambda arns: policies.read_by_site(*arns))
        policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=assets.bucket,
            policy=pulumi.Output.json_dumps(allowed),
            opts=ResourceOptions(parent=self, depends_on=[assets.private]),
        )
        self.ready = pulumi.Output.all(policy.id, assets.uploaded).apply(lambda both: both[1])
        self.register_outputs({})
