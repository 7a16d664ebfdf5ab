"""The secrets that people store: which are there, which are missing, and their end."""

from typing import Any

import boto3
import pytest

from infra.steps.common import StepError
from infra.steps.stored_secrets import Stored, StoredSecrets, required

PREFIX = "shop/dev/"


class FakeManager:
    """Secrets by name: the versions' stages. Pages hold one secret each; the filter ignores case, as AWS's does."""

    def __init__(self, **secrets: dict[str, list[str]]) -> None:
        self.secrets = secrets
        self.deleted: list[dict[str, Any]] = []

    def get_paginator(self, operation: str) -> "FakeManager":
        assert operation == "list_secrets"
        return self

    def paginate(self, **arguments: Any) -> Any:
        (wanted,) = arguments["Filters"]
        assert wanted["Key"] == "name"
        (prefix,) = wanted["Values"]
        for name, versions in self.secrets.items():
            if name.lower().startswith(prefix.lower()):
                yield {"SecretList": [{"Name": name, "ARN": f"arn:{name}", "SecretVersionsToStages": versions}]}

    def delete_secret(self, **arguments: Any) -> None:
        self.deleted.append(arguments)


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> FakeManager:
    current = {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT"]}
    made = FakeManager(**{
        "shop/dev/KEY": current, "shop/dev/EMPTY": {}, "Shop/dev/KEY2": current, "shop/prod/OTHER": current,
    })  # fmt: skip
    monkeypatch.setattr(boto3, "client", lambda name, **_: made)
    return made


def test_a_secret_is_told_with_the_version_that_is_current(manager: FakeManager) -> None:
    assert required("us-east-1", PREFIX, ["KEY"]) == {"KEY": Stored(arn="arn:shop/dev/KEY", version="v2")}


def test_all_that_have_no_value_are_told_with_the_command_that_stores_one(manager: FakeManager) -> None:
    with pytest.raises(StepError) as caught:
        required("us-east-1", PREFIX, ["EMPTY", "KEY", "KEY2", "OTHER"])
    assert str(caught.value).splitlines() == [
        "secrets that app.yaml names, nothing was changed:",
        *(
            f"  {name}: has no value; store one with `make secret NAME={name} STACK=dev`"
            for name in ("EMPTY", "KEY2", "OTHER")
        ),
    ]


def test_a_stack_that_names_none_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "client", lambda *_, **__: 1 / 0)
    assert required("us-east-1", PREFIX, []) == {}


@pytest.mark.parametrize(
    ("days", "how"), [(0.0, {"ForceDeleteWithoutRecovery": True}), (7.0, {"RecoveryWindowInDays": 7})]
)
def test_the_end_of_the_stack_is_the_end_of_its_secrets_alone(
    manager: FakeManager, days: float, how: dict[str, Any]
) -> None:
    StoredSecrets().delete(PREFIX, {"region": "us-east-1", "prefix": PREFIX, "recoveryDays": days})
    assert manager.deleted == [{"SecretId": f"arn:shop/dev/{name}", **how} for name in ("KEY", "EMPTY")]
