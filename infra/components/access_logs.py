"""Where CloudFront and the load balancer write who asked for what."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.components.closed_bucket import close_bucket
from infra.components.order import after
from infra.config.front_door import AccessLogsConfig
from infra.pure import policies
from infra.pure.recipe import Recipe
from infra.pure.tags import component_tag

LOAD_BALANCER = "load-balancer"
CLOUDFRONT = "cloudfront/"


@dataclass(frozen=True, kw_only=True)
class AccessLogsArgs:
    settings: AccessLogsConfig
    account_id: pulumi.Input[str]
    region: str
    recipe: Recipe


class AccessLogs(pulumi.ComponentResource):
    """A private bucket of log files, each deleted when it is as old as the configuration says.

    CloudFront writes through an access control list, which it sets itself when a distribution first names the bucket:
    the one bucket of the stack that may have any.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
    A month: 0.023 USD a GB, and 0.005 USD per 1,000 files: cents on a quiet site.
    """

    of_load_balancer: aws.lb.LoadBalancerAccessLogsArgs
    of_cloudfront: aws.cloudfront.DistributionLoggingConfigArgs

    def __init__(self, name: str, args: AccessLogsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:AccessLogs", name, None, opts)
        child = ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            f"{name}-bucket", force_destroy=not args.recipe.locked, tags=component_tag(name), opts=child
        )
        closed = close_bucket(name, bucket.bucket, child, takes_acl=True)
        allowed = Output.all(bucket.arn, args.account_id).apply(
            lambda known: policies.take_logs(known[0], prefix=LOAD_BALANCER, account_id=known[1], region=args.region)
        )
        policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=Output.json_dumps(allowed),
            opts=child.merge(ResourceOptions(depends_on=[closed.private])),
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="old",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=args.settings.days),
                )
            ],
            opts=child,
        )
        # AWS tries to write when it is told where to.
        self.of_load_balancer = aws.lb.LoadBalancerAccessLogsArgs(
            bucket=after(policy.id, bucket.bucket), enabled=True, prefix=LOAD_BALANCER
        )
        self.of_cloudfront = aws.cloudfront.DistributionLoggingConfigArgs(
            bucket=after(closed.ownership.id, bucket.bucket_domain_name), include_cookies=False, prefix=CLOUDFRONT
        )
        self.register_outputs({"bucket": bucket.bucket})
