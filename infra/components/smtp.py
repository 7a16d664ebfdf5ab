"""A user and a password with which services send mail by SMTP."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions
from pulumi.dynamic import Resource

from infra.components.link import Secret
from infra.pure import policies
from infra.pure.naming import identity_path
from infra.pure.recipe import Recipe
from infra.pure.tags import component_tag
from infra.steps.smtp_password import SmtpPassword


@dataclass(frozen=True, kw_only=True)
class SmtpArgs:
    """`resource_arns`: the identity and the configuration sets that mail may be sent with."""

    address: str
    domain: str | None
    resource_arns: pulumi.Input[Sequence[str]]
    region: str
    recipe: Recipe


class MadePassword(Resource, module="infra", name="SmtpPassword"):
    version: pulumi.Output[str]


class Smtp(pulumi.ComponentResource):
    """An IAM user that may send mail from the one address or domain, and its password for SES's SMTP endpoint.

    The password is in Secrets Manager alone: neither in Pulumi's state nor in an export. A task definition names the
    version of it, so that a new one starts its tasks anew. A month: 0.40 USD for the secret.
    """

    user: Secret
    password: Secret

    def __init__(self, name: str, args: SmtpArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Smtp", name, None, opts)
        child = ResourceOptions(parent=self)
        tags = component_tag(name)
        path = identity_path(pulumi.get_project(), pulumi.get_stack())
        user = aws.iam.User(f"{name}-user", path=path, force_destroy=True, tags=tags, opts=child)
        rights = pulumi.Output.from_input(args.resource_arns).apply(
            lambda arns: policies.use_smtp(arns, args.address, args.domain)
        )
        may_send = aws.iam.UserPolicy(
            f"{name}-policy", user=user.name, policy=pulumi.Output.json_dumps(rights), opts=child
        )
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            description="JSON: `username` and `password` for SES's SMTP endpoint in this region",
            recovery_window_in_days=args.recipe.secret_recovery_days,
            tags=tags,
            opts=child,
        )
        made = MadePassword(
            SmtpPassword(),
            f"{name}-password",
            {"region": args.region, "user": user.name, "secretArn": secret.arn, "version": None},
            ResourceOptions(parent=self, depends_on=[may_send]),
        )

        def handed_over(key: str) -> Secret:
            return Secret(arn=secret.arn, value_from=pulumi.Output.concat(secret.arn, f":{key}::", made.version))

        self.user, self.password = handed_over("username"), handed_over("password")
        self.register_outputs({})
