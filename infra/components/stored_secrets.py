"""The secrets that services name as `${secrets.NAME}`."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import Resource

from infra.components.link import Link, Secret
from infra.pure.recipe import Recipe
from infra.steps.stored_secrets import Stored, StoredSecrets


@dataclass(frozen=True, kw_only=True)
class SecretsArgs:
    """`found`: those that services name; `prefix`: what the names of all of the stack's secrets begin with."""

    found: Mapping[str, Stored]
    prefix: str
    region: str
    recipe: Recipe


class KeptSecrets(Resource, module="infra", name="StoredSecrets"):
    prefix: pulumi.Output[str]


class Secrets(pulumi.ComponentResource):
    """What people stored in Secrets Manager before this program ran.

    A task definition names the version of a value: a new one is used from the next `up` on, by new tasks.
    A month: 0.40 USD for each.
    """

    link: Link

    def __init__(self, name: str, args: SecretsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Secrets", name, None, opts)
        kept = KeptSecrets(
            StoredSecrets(),
            f"{name}-kept",
            {
                "region": args.region,
                "prefix": args.prefix,
                "recoveryDays": args.recipe.secret_recovery_days,
            },
            ResourceOptions(parent=self),
        )
        # Through the resource, so that no secret is deleted before the tasks that were given it.
        self.link = Link(secrets={key: handed_over(kept, one) for key, one in args.found.items()})
        self.register_outputs({})


def plain(secret: Stored) -> Secret:
    """One that others keep and delete."""
    return Secret(arn=secret.arn, value_from=f"{secret.arn}:::{secret.version}")


def handed_over(kept: KeptSecrets, secret: Stored) -> Secret:
    of_it = plain(secret)
    return Secret(arn=secret.arn, value_from=kept.prefix.apply(lambda _: of_it.value_from))
