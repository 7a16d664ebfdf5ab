"""Environment variables: all mistakes are reported at once, in words, before anything starts."""

import pytest

from app.settings import InvalidSettings, Settings
from tests.backend import environment, run
from tests.cloud import Cloud
from tests.tls import TlsFront


@pytest.mark.parametrize("command", [["app"], ["alembic", "upgrade", "head"]])
def test_everything_missing_is_named_at_once_without_a_trace(command: list[str]) -> None:
    ended = run(*command, env={})
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1
    named = [line.split(":")[0].strip() for line in said.splitlines()[1:]]
    assert set(named) == {
        "ACCESS_SECRET_ARN",
        "DATABASE_HOST",
        "DATABASE_NAME",
        "DATABASE_SECRET_ARN",
        "DATABASE_SSL_ROOT_CERT",
        "S3_BUCKET",
        "MAIL_FROM",
        "MAIL_TO",
        "SES_CONFIGURATION_SET",
        "AWS_REGION",
    }
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("ACCESS", "everyone"),
        ("ACCESS_SECRET_ARN", ""),
        ("REQUESTS_PER_MINUTE", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("MAILBOX_PATH", "messages"),
        ("PORT", "http"),
        ("API_PREFIX", "api"),
        ("API_PREFIX", "/api/"),
        ("HEALTH_PATH", ""),
        ("DATABASE_SSLMODE", "prefer"),
        ("DATABASE_SSL_ROOT_CERT", "/no/such/file"),
        ("DATABASE_POOL_SIZE", "0"),
        ("S3_BUCKET", ""),
        ("UPLOAD_MAX_BYTES", "-1"),
        ("UPLOAD_CONTENT_TYPES", "image/png, png"),
        ("MAIL_FROM", "App <app@example.com>"),
        ("MAIL_TO", "a@example.com,b@example.com"),
        ("MAIL_TO", "a@example.com\nBcc: b@example.com"),
        ("AWS_ENDPOINT_URL", "localhost:4566"),
        ("LOG_LEVEL", "verbose"),
    ],
)
def test_a_wrong_value_is_named_with_the_rule(
    monkeypatch: pytest.MonkeyPatch, database: TlsFront, cloud: Cloud, name: str, value: str
) -> None:
    for variable, given in environment(database, cloud, **{name: value}).items():
        monkeypatch.setenv(variable, given)
    with pytest.raises(InvalidSettings) as refused:
        Settings.load()
    (line,) = str(refused.value).splitlines()[1:]
    assert line.startswith(f"  {name}: ")
    assert line.endswith(f"got {value!r}")


def test_plain_text_to_another_machine_is_refused(database: TlsFront, cloud: Cloud) -> None:
    ended = run("app", env=environment(database, cloud, DATABASE_SSLMODE="disable", DATABASE_HOST="db.example.com"))
    assert "DATABASE_SSLMODE: must be require or verify-full" in ended.stderr


def test_a_port_in_use_ends_the_start(database: TlsFront, cloud: Cloud) -> None:
    ended = run("app", env=environment(database, cloud, PORT=str(database.port)))
    assert ended.returncode != 0
    assert "address already in use" in ended.stdout
