"""The secrets that people store for a stack with `make secret`: which there are, and their end with the stack.

Their values are in Secrets Manager alone: neither this program nor Pulumi's state ever has one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi.dynamic import CreateResult, UpdateResult

from infra.steps.common import Props, StepProvider, aws_client, fail

if TYPE_CHECKING:
    from types_boto3_secretsmanager.client import SecretsManagerClient
    from types_boto3_secretsmanager.type_defs import SecretListEntryTypeDef


@dataclass(frozen=True, kw_only=True)
class Stored:
    """`version`: of the value that is current. A new value has another one."""

    arn: str
    version: str


def below(manager: "SecretsManagerClient", prefix: str) -> "Iterable[SecretListEntryTypeDef]":
    """The secrets whose names begin with `prefix`; AWS's filter ignores case and finds more."""
    pages = manager.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [prefix]}])
    return (secret for page in pages for secret in page["SecretList"] if secret["Name"].startswith(prefix))


def required(region: str, prefix: str, names: Sequence[str]) -> dict[str, Stored]:
    """The secrets of these names. Raises StepError with all that have no value."""
    there = stored(region, prefix) if names else {}
    if missing := [name for name in names if name not in there]:
        stack = prefix.split("/")[1]
        lines = [f"{name}: has no value; store one with `make secret NAME={name} STACK={stack}`" for name in missing]
        fail("\n  ".join(["secrets that app.yaml names, nothing was changed:", *lines]))
    return {name: there[name] for name in names}


def stored(region: str, prefix: str) -> dict[str, Stored]:
    """The secrets that have a value, by what follows `prefix` in their names."""
    found = {}
    for secret in below(aws_client("secretsmanager", region), prefix):
        versions = secret.get("SecretVersionsToStages", {})
        if current := [version for version, stages in versions.items() if "AWSCURRENT" in stages]:
            found[secret["Name"].removeprefix(prefix)] = Stored(arn=secret["ARN"], version=current[0])
    return found


class StoredSecrets(StepProvider):
    """Inputs: region, prefix, recoveryDays (0: none).

    Deleting it deletes all secrets of the stack, so that a destroy leaves none. Creating it does nothing.
    """

    updates = ("recoveryDays",)
    replaces = ("region", "prefix")

    def create(self, props: Props) -> CreateResult:
        return CreateResult(props["prefix"], props)

    def update(self, _id: str, _olds: Props, _news: Props) -> UpdateResult:
        return UpdateResult(_news)

    def delete(self, _id: str, _props: Props) -> None:
        manager = aws_client("secretsmanager", _props["region"])
        days = int(_props["recoveryDays"])
        end = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        for secret in list(below(manager, _props["prefix"])):
            manager.delete_secret(SecretId=secret["ARN"], **end)
