"""The password of the site: made once, kept in Secrets Manager alone."""

import json
from typing import Any

import boto3
import pytest

from infra.steps.access_password import AccessPassword
from tests.unit.steps.aws_fakes import refusal

PROPS = {"region": "us-east-1", "secretArn": "arn:secret"}


class FakeSecrets:
    """One secret; None where it is gone."""

    def __init__(self, values: list[str] | None) -> None:
        self.values = values

    def get_secret_value(self, **arguments: Any) -> dict[str, Any]:
        assert arguments == {"SecretId": "arn:secret"}
        if not self.values:
            raise refusal("ResourceNotFoundException")
        return {"SecretString": self.values[-1]}

    def put_secret_value(self, **arguments: Any) -> None:
        assert self.values is not None
        self.values.append(arguments["SecretString"])


def use(monkeypatch: pytest.MonkeyPatch, values: list[str] | None) -> FakeSecrets:
    fake = FakeSecrets(values)
    monkeypatch.setattr(boto3, "client", lambda name, **_: fake)
    return fake


def test_a_secret_without_a_value_gets_a_password_that_nobody_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = use(monkeypatch, []), FakeSecrets([])
    AccessPassword().create({**PROPS})
    monkeypatch.setattr(boto3, "client", lambda name, **_: second)
    AccessPassword().create({**PROPS})
    made = [json.loads(value) for fake in (first, second) for value in fake.values or ()]
    assert [set(value) for value in made] == [{"password", "signing_key"}] * 2
    assert all(len(value["password"]) >= 20 and len(bytes.fromhex(value["signing_key"])) == 32 for value in made)
    assert made[0]["password"] != made[1]["password"] and made[0]["signing_key"] != made[1]["signing_key"]


def test_what_a_person_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = use(monkeypatch, ["set by hand"])
    AccessPassword().create({**PROPS})
    assert fake.values == ["set by hand"]


def test_neither_the_state_nor_the_output_holds_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = use(monkeypatch, [])
    result = AccessPassword().create({**PROPS})
    assert result.outs == PROPS
    assert fake.values
    assert json.loads(fake.values[0])["password"] not in capsys.readouterr().out


@pytest.mark.parametrize(("values", "there"), [(["x"], True), ([], False), (None, False)])
def test_a_refresh_sees_whether_it_is_there(
    monkeypatch: pytest.MonkeyPatch, values: list[str] | None, there: bool
) -> None:
    use(monkeypatch, values)
    assert bool(AccessPassword().read("access-password", {**PROPS}).id) is there
