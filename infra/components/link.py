"""What a service gets with a part of the stack that it uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from infra.pure.policies import Document


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A value that ECS hands to a container as a variable. `value_from` is ECS's word, `arn` what it reads for it."""

    arn: pulumi.Input[str]
    value_from: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class Link:
    """`environment`: variables of each service that uses the part. `rights`: statements of its policy.

    `values` and `secrets` are what `${part.name}` stands for in a service's own variables.
    """

    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    rights: pulumi.Input[Sequence[Document]] = ()
    values: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)


def key_of(secret_arn: pulumi.Output[str], key: str) -> Secret:
    """One key of a secret that is JSON.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    return Secret(arn=secret_arn, value_from=secret_arn.apply(lambda arn: f"{arn}:{key}::"))
