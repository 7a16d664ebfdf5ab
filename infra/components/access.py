"""Who may use the built-in app: everyone with the one password, or everyone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions
from pulumi.dynamic import Resource

from infra.components.link import Link
from infra.pure import policies
from infra.pure.recipe import Recipe
from infra.pure.tags import component_tag
from infra.steps.access_password import AccessPassword

OPEN = "open: everyone on the internet may read, write, upload and send mail to the configured address"
# Prints the password and the signing key. Works for everyone who may read the secret.
SHOW = "aws secretsmanager get-secret-value --query SecretString --output text"


@dataclass(frozen=True, kw_only=True)
class AccessArgs:
    """`secure`: whether browsers reach the site by HTTPS, and may keep the session's cookie from plain HTTP."""

    mode: Literal["password", "open"]
    secure: bool
    region: str
    recipe: Recipe


class MadePassword(Resource, module="infra", name="AccessPassword"):
    secretArn: pulumi.Output[str]  # noqa: N815 (the property's name in the state)


class Access(pulumi.ComponentResource):
    """A password in Secrets Manager, made at the first `up`; with `open` nothing.

    The password is in no state and no export. Everyone who may read the secret can read it there, and can set another
    one, which ends all sessions. A month: 0.40 USD for the secret.
    """

    link: Link
    outputs: dict[str, pulumi.Input[str]]

    def __init__(self, name: str, args: AccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Access", name, None, opts)
        environment: dict[str, pulumi.Input[str]] = {
            "ACCESS": args.mode,
            "SESSION_COOKIE_SECURE": str(args.secure).lower(),
        }
        rights: pulumi.Input[Sequence[policies.Document]] = ()
        self.outputs = {"access": OPEN}
        if args.mode == "password":
            secret_arn = self._secret(name, args)
            environment["ACCESS_SECRET_ARN"] = secret_arn
            rights = secret_arn.apply(lambda arn: [policies.use_secrets([arn])])
            self.outputs = {
                "access": secret_arn.apply(lambda arn: f"{SHOW} --region {args.region} --secret-id {arn}"),
                "access_secret": secret_arn,
            }
        self.link = Link(environment=environment, rights=rights)
        self.register_outputs({})

    def _secret(self, name: str, args: AccessArgs) -> pulumi.Output[str]:
        child = ResourceOptions(parent=self)
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            description="JSON: `password` opens the site, `signing_key` signs its sessions. A new value ends them all",
            recovery_window_in_days=args.recipe.secret_recovery_days,
            tags=component_tag(name),
            opts=child,
        )
        made = MadePassword(
            AccessPassword(), f"{name}-password", {"region": args.region, "secretArn": secret.arn}, child
        )
        # Known only when the secret has a value: a task that takes it can read one.
        return made.secretArn
