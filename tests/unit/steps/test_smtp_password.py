"""The user name and password for SMTP: made of an access key, kept in Secrets Manager alone."""

import json
from typing import Any

import boto3
import pytest

from infra.steps.smtp_password import SmtpPassword, smtp_password
from tests.unit.steps.aws_fakes import refusal

PROPS = {"region": "us-east-1", "user": "mail", "secretArn": "arn:secret", "version": None}


class FakeAws:
    """IAM with one user, and one secret. `user` and `secret` are False where they are gone."""

    def __init__(self, *keys: str, value: str | None = None) -> None:
        self.keys = list(keys)
        self.values = [value] if value else []
        self.user = self.secret = True
        self.made = 0

    def list_access_keys(self, **arguments: Any) -> dict[str, Any]:
        assert arguments == {"UserName": "mail"}
        if not self.user:
            raise refusal("NoSuchEntity")
        rows = [{"AccessKeyId": key, "CreateDate": number} for number, key in enumerate(self.keys)]
        return {"AccessKeyMetadata": rows[::-1]}

    def create_access_key(self, **arguments: Any) -> dict[str, Any]:
        assert arguments == {"UserName": "mail"}
        if len(self.keys) == 2:
            raise refusal("LimitExceeded")
        self.made += 1
        self.keys.append(f"NEW{self.made}")
        return {"AccessKey": {"AccessKeyId": self.keys[-1], "SecretAccessKey": f"half of {self.keys[-1]}"}}

    def delete_access_key(self, **arguments: Any) -> None:
        if arguments["AccessKeyId"] not in self.keys:
            raise refusal("NoSuchEntity")
        self.keys.remove(arguments["AccessKeyId"])

    def get_secret_value(self, **arguments: Any) -> dict[str, Any]:
        assert arguments == {"SecretId": "arn:secret"}
        if not self.values or not self.secret:
            raise refusal("ResourceNotFoundException")
        return {"SecretString": self.values[-1]}

    def put_secret_value(self, **arguments: Any) -> dict[str, Any]:
        self.values.append(arguments["SecretString"])
        return {"VersionId": f"v{len(self.values)}"}


def held(key: str) -> str:
    return json.dumps({"username": key, "password": "x"})


def use(monkeypatch: pytest.MonkeyPatch, fake: FakeAws) -> FakeAws:
    monkeypatch.setattr(boto3, "client", lambda name, **_: fake)
    return fake


def test_the_password_is_the_one_that_aws_derives_for_the_region() -> None:
    """Worked out with the program that AWS's documentation prints, for its example key."""
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    assert smtp_password(key, "us-east-1") != smtp_password(key, "eu-west-1")
    assert smtp_password(key, "us-east-1") == "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9"


def test_a_secret_without_a_value_gets_the_user_and_password_of_a_new_key(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = use(monkeypatch, FakeAws())
    result = SmtpPassword().create({**PROPS})
    assert fake.keys == [result.id] == ["NEW1"]
    password = smtp_password("half of NEW1", "us-east-1")
    assert json.loads(fake.values[-1]) == {"username": "NEW1", "password": password}


def test_neither_the_state_nor_the_output_holds_the_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = use(monkeypatch, FakeAws())
    result = SmtpPassword().create({**PROPS})
    assert result.outs == {**PROPS, "version": "v1"}
    printed = capsys.readouterr().out
    assert json.loads(fake.values[0])["password"] not in printed and "half of" not in printed


def test_a_replaced_key_works_until_the_tasks_have_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = use(monkeypatch, FakeAws("OLD", value=held("OLD")))
    made = SmtpPassword().create({**PROPS})
    assert fake.keys == ["OLD", "NEW1"]
    SmtpPassword().delete("OLD", {**PROPS})
    assert fake.keys == [made.id]
    SmtpPassword().delete("OLD", {**PROPS})


@pytest.mark.parametrize(
    ("keys", "value", "left"),
    [
        (("OLD", "LEFT"), held("OLD"), ["OLD", "NEW1"]),
        (("LEFT", "OLD"), held("OLD"), ["OLD", "NEW1"]),
        (("LEFT", "LEFT TOO"), None, ["LEFT TOO", "NEW1"]),
    ],
)
def test_a_key_that_an_interrupted_run_left_makes_room(
    monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], value: str | None, left: list[str]
) -> None:
    fake = use(monkeypatch, FakeAws(*keys, value=value))
    SmtpPassword().create({**PROPS})
    assert fake.keys == left


def test_a_refresh_sees_whether_key_and_secret_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = use(monkeypatch, FakeAws("KEY", value=held("KEY")))

    def there() -> bool:
        return bool(SmtpPassword().read("KEY", {**PROPS}).id)

    assert there()
    fake.values.append(held("ANOTHER"))
    assert not there()
    fake.values.pop()
    fake.keys.clear()
    assert not there()
    fake.keys.append("KEY")
    fake.user = False
    assert not there()
    fake.user, fake.secret = True, False
    assert not there()
