"""What Pulumi's state holds of a step: a name that survives every move of the code."""

import base64
import pickle
from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from infra import steps
from infra.steps import sending
from infra.steps.common import StepProvider

# As commit aeebf8a wrote them, when the modules were in infra/providers/.
BEFORE_THE_MOVE = {
    "AccessPassword": "gASVOQAAAAAAAACMH2luZnJhLnByb3ZpZGVycy5hY2Nlc3NfcGFzc3dvcmSUjA5BY2Nlc3NQYXNzd29yZJSTlCmBlC4=",
    "DeploymentWait": "gASVNAAAAAAAAACMGmluZnJhLnByb3ZpZGVycy5kZXBsb3ltZW50lIwORGVwbG95bWVudFdhaXSUk5QpgZQu",
    "ImageBuild": "gASVMQAAAAAAAACMG2luZnJhLnByb3ZpZGVycy5pbWFnZV9idWlsZJSMCkltYWdlQnVpbGSUk5QpgZQu",
    "MigrationRun": "gASVNQAAAAAAAACMHWluZnJhLnByb3ZpZGVycy5taWdyYXRpb25fcnVulIwMTWlncmF0aW9uUnVulJOUKYGULg==",
}
# As they are written since. A change of one of these lines makes the states of running stacks unreadable.
NOW = {
    "AccessPassword": "gASVLQAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwOQWNjZXNzUGFzc3dvcmSUhZRSlC4=",
    "AssetUpload": "gASVKgAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwLQXNzZXRVcGxvYWSUhZRSlC4=",
    "DeploymentWait": "gASVLQAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwORGVwbG95bWVudFdhaXSUhZRSlC4=",
    "DomainCheck": "gASVKgAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwLRG9tYWluQ2hlY2uUhZRSlC4=",
    "ImageBuild": "gASVKQAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwKSW1hZ2VCdWlsZJSFlFKULg==",
    "MigrationRun": "gASVKwAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwMTWlncmF0aW9uUnVulIWUUpQu",
    "OriginSecret": "gASVKwAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwMT3JpZ2luU2VjcmV0lIWUUpQu",
    "OwnDatabase": "gASVKgAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwLT3duRGF0YWJhc2WUhZRSlC4=",
    "RuleNumbers": "gASVKgAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwLUnVsZU51bWJlcnOUhZRSlC4=",
    "SendingAccount": "gASVLQAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwOU2VuZGluZ0FjY291bnSUhZRSlC4=",
    "SigningKeys": "gASVKgAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwLU2lnbmluZ0tleXOUhZRSlC4=",
    "SmtpPassword": "gASVKwAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwMU210cFBhc3N3b3JklIWUUpQu",
    "StoredSecrets": "gASVLAAAAAAAAACMC2luZnJhLnN0ZXBzlIwEc3RlcJSTlIwNU3RvcmVkU2VjcmV0c5SFlFKULg==",
}
# An input of each step whose change is a change of the resource.
DECISIVE = {
    "AccessPassword": "secretArn",
    "AssetUpload": "tag",
    "DeploymentWait": "taskDefinition",
    "DomainCheck": "names",
    "ImageBuild": "tag",
    "MigrationRun": "taskDefinition",
    "OriginSecret": "version",
    "OwnDatabase": "taskDefinition",
    "RuleNumbers": "rules",
    "SendingAccount": "region",
    "SigningKeys": "domain",
    "SmtpPassword": "secretArn",
    "StoredSecrets": "recoveryDays",
}


def unpickled(text: str) -> Any:
    """As Pulumi's host of dynamic providers does it."""
    return pickle.loads(base64.b64decode(text))  # noqa: S301 (the test's own)


@pytest.mark.parametrize("name", steps.MODULES)
def test_the_state_holds_a_name_and_neither_code_nor_module(name: str) -> None:
    assert serialize_provider(steps.step(name)) == NOW[name]
    assert b"infra.steps." not in base64.b64decode(NOW[name])


@pytest.mark.parametrize(
    ("name", "written"),
    [*BEFORE_THE_MOVE.items(), *NOW.items()],
    ids=[*(f"{name} before the move" for name in BEFORE_THE_MOVE), *NOW],
)
def test_a_state_of_any_age_is_read_as_the_step_of_today(name: str, written: str) -> None:
    old = unpickled(written)
    assert type(old) is type(steps.step(name))
    assert isinstance(old, StepProvider)


# What runs a step again, and what makes another resource of it.
CHANGES = {
    "AccessPassword": ((), ("region", "secretArn")),
    "AssetUpload": (("tag", "places"), ("region", "bucket")),
    "DeploymentWait": (("taskDefinition", "desiredCount"), ("region", "cluster", "service")),
    "DomainCheck": (("names", "zoneId"), ()),
    "ImageBuild": (("tag",), ("region", "repository")),
    "MigrationRun": (("taskDefinition", "command"), ("region", "cluster")),
    "OriginSecret": (("version",), ()),
    "OwnDatabase": (("taskDefinition", "capacityProvider"), ("region", "cluster", "database", "secretArn")),
    "RuleNumbers": (("rules",), ("region", "listenerArn")),
    "SendingAccount": ((), ("region",)),
    "SigningKeys": ((), ("region", "domain")),
    "SmtpPassword": ((), ("region", "user", "secretArn")),
    "StoredSecrets": (("recoveryDays",), ("region", "prefix")),
}


@pytest.mark.parametrize("name", steps.MODULES)
def test_a_step_runs_again_for_these_inputs_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "status", lambda region: "old")  # what SES says, which is a change too
    updates, replaces = CHANGES[name]
    olds = dict.fromkeys((*updates, *replaces, "timeoutSeconds", "status"), "old")
    for key in (*updates, *replaces, "timeoutSeconds"):
        result = steps.step(name).diff("id", olds, {**olds, key: "new"})
        assert (result.changes, result.replaces) == (key != "timeoutSeconds", [key] if key in replaces else [])


@pytest.mark.parametrize("name", BEFORE_THE_MOVE)
def test_another_pickle_of_the_same_step_is_no_change(name: str) -> None:
    """So that `up` after the move shows nothing, and a real change is seen whichever pickle is asked."""
    olds = {"__provider": BEFORE_THE_MOVE[name], DECISIVE[name]: "same"}
    for provider in (unpickled(BEFORE_THE_MOVE[name]), steps.step(name)):
        assert provider.diff("id", olds, {**olds, "__provider": NOW[name]}).changes is False
        assert provider.diff("id", olds, {**olds, DECISIVE[name]: "other"}).changes is True


def test_another_answer_of_ses_about_the_account_is_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "status", lambda region: f"sandbox in {region}")
    account = sending.SendingAccount()
    made = account.create({"region": "eu-west-1"})
    assert made.outs == {"region": "eu-west-1", "status": "sandbox in eu-west-1"}
    assert account.diff("id", made.outs, {"region": "eu-west-1"}).changes is False
    monkeypatch.setattr(sending, "status", lambda region: "production")
    assert account.diff("id", made.outs, {"region": "eu-west-1"}).changes is True
    assert account.update("id", made.outs, {"region": "eu-west-1"}).outs == {
        "region": "eu-west-1",
        "status": "production",
    }
