"""Resets CloudFront's cache when the front end changed, and only then."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.role import removable_role
from infra.pure import policies
from infra.pure.naming import log_group_name
from infra.pure.paths import ROOT
from infra.pure.tags import Tags, component_tag

HANDLER = ROOT / "lambda" / "cache_reset" / "handler.py"
LOG_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class CacheResetArgs:
    """`version`: the front end's tag. `deployed_definition_arn`: known when that version serves."""

    distribution_id: pulumi.Input[str]
    distribution_arn: pulumi.Input[str]
    version: str
    deployed_definition_arn: pulumi.Input[str]
    tags: Tags


class CacheReset(pulumi.ComponentResource):
    """A Lambda function that invalidates the distribution, and its call with the front end's tag.

    Pulumi repeats a call whose input changed: so exactly once for each new front end, after it serves. A month: free.
    """

    function: pulumi.Output[str]

    def __init__(self, name: str, args: CacheResetArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:CacheReset", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)

        function = self._function(name, args)
        version = pulumi.Output.from_input(args.deployed_definition_arn).apply(lambda _: args.version)
        aws.lambda_.Invocation(
            f"{name}-call",
            function_name=function.name,
            input=pulumi.Output.json_dumps({"version": version}),
            # Each version replaces it, so it cannot be protected.
            opts=self._child.merge(ResourceOptions(protect=False)),
        )
        self.function = function.name
        self.register_outputs({})

    def _function(self, name: str, args: CacheResetArgs) -> aws.lambda_.Function:
        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=log_group_name(args.tags.project, args.tags.stack, name),
            retention_in_days=LOG_DAYS,
            tags=self._tags,
            opts=self._child,
        )
        role = removable_role(
            f"{name}-role",
            description="Invalidates the site's distribution",
            trust=policies.trust("lambda.amazonaws.com"),
            tags=self._tags,
            opts=self._child,
        )
        rights = pulumi.Output.all(args.distribution_arn, log.arn).apply(
            lambda arns: policies.cache_reset(distribution_arn=arns[0], log_group_arn=arns[1])
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy", role=role.name, policy=pulumi.Output.json_dumps(rights), opts=self._child
        )
        return aws.lambda_.Function(
            f"{name}-function",
            description="Invalidates the site's distribution",
            runtime="python3.13",
            handler="handler.handler",
            role=role.arn,
            # The text itself, so that neither a path nor a file's time is part of the archive.
            code=pulumi.AssetArchive({"handler.py": pulumi.StringAsset(HANDLER.read_text())}),
            timeout=30,
            memory_size=256,
            environment=aws.lambda_.FunctionEnvironmentArgs(variables={"DISTRIBUTION_ID": args.distribution_id}),
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(log_format="Text", log_group=log.name),
            tags=self._tags,
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )
