"""What each command says where AWS does not let it in, and where there is no stack: never a stack trace."""

import io
import json
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.config.stack_file import own_settings
from ops import __main__ as ops

# Every command but `cost` and `diagram`, which ask nothing of AWS, `preview`, which tells what Pulumi says, and
# `bootstrap`, which is before any stack.
WORDS: dict[str, list[str]] = {
    "status": [],
    "doctor": [],
    "logs": ["--no-follow"],
    "jobs": [],
    "secret": ["STRIPE_KEY"],
    "run": ["--service", "api", "--", "true"],
    "shell": ["--service", "api"],
    "psql": [],
    "tunnel": [],
    "deployments": [],
    "backup": [],
    "restore": [],
    "rollback": ["api"],
    "upgrade-database": [],
    "upgrade-hosts": [],
    "sleep": [],
    "wake": [],
}
# These do without a stack, or ask AWS first.
BEFORE_A_STACK = {"deployments", "doctor", "logs", "restore", "secret"}
SERVICE = {
    "service": "api-1",
    "version": "1a",
    "repository": "api",
    "source": "api",
    "log_group": "api",
    "migrate": None,
}
OUTPUTS = {
    "cluster": "c", "database": "db.rds", "database_port": 5432, "database_secret": "arn", "bucket": "b", "url": "u",
    "distribution": "E1", "backend_log_group": "g", "jobs": {"nightly": {}},
    "sleep": {"sleep": ["night-stop"], "wake": ["night-start"]}, "services": {"api": SERVICE},
}  # fmt: skip
HISTORY = [{"startTime": "2026-11-26T12:00:00Z", "kind": "update", "result": "succeeded", "environment": {}}]
PULUMI = """
import json, os, sys
told = json.load(open(os.environ["TOLD"]))
print(json.dumps(told["history" if "history" in sys.argv else "outputs"]))
"""
IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Account>111111111111</Account><Arn>arn:aws:iam::111111111111:user/me</Arn><UserId>1</UserId></GetCallerIdentityResult>
</GetCallerIdentityResponse>"""


class Refusing(BaseHTTPRequestHandler):
    """Answers every call of AWS's APIs with the error `code`, in the form of the API; who asks, where `is_known`."""

    code = "ExpiredTokenException"
    is_known = False

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.is_known and b"GetCallerIdentity" in asked:
            self.answer(200, IDENTITY)
        elif "json" in self.headers.get("Content-Type", ""):
            self.answer(400, json.dumps({"__type": self.code, "message": "not here"}))
        else:
            self.answer(
                400, f"<ErrorResponse><Error><Code>{self.code}</Code><Message>m</Message></Error></ErrorResponse>"
            )

    def do_GET(self) -> None:
        self.do_POST()

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> Path:
    """What a `pulumi` on PATH tells; an AWS that knows nobody; and programs that commands look for."""
    for name, text in (("pulumi", PULUMI), ("psql", ""), ("session-manager-plugin", "print('1.2.700.0')")):
        (tmp_path / name).write_text(f"#!{sys.executable} -IS\n{text}")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "told").write_text(json.dumps({"outputs": OUTPUTS, "history": HISTORY}))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # which keeps the credentials that it found
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    of_account: Mapping[str, Any] = {"accountId": "222222222222"}
    monkeypatch.setattr("ops.target.own_settings", lambda name: {**own_settings(name), **of_account})
    return tmp_path / "told"


def run(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stack: str = "prod") -> str:
    """What a command that must fail prints."""
    monkeypatch.setattr(sys, "argv", ["ops", "--stack", stack, command, *WORDS[command]])
    monkeypatch.setattr(sys, "stdin", io.StringIO("value"))
    assert ops.main() == 1
    printed = capsys.readouterr()
    return printed.out + printed.err


def test_every_command_is_tried() -> None:
    by_pulumi_alone = {"up", "down", "previews", "preview"}
    assert set(WORDS) == set(ops.COMMANDS) - {"bootstrap", "cost", "diagram"} - by_pulumi_alone


@pytest.mark.parametrize("command", WORDS)
def test_without_credentials(
    command: str, told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = run(command, monkeypatch, capsys)
    assert "AWS: Unable to locate credentials; log in, for example with `aws sso login` or by AWS_PROFILE" in text


@pytest.fixture
def logged_in(told: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    return told


@pytest.mark.parametrize("command", WORDS)
def test_after_the_session_has_ended(
    command: str, logged_in: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Refusing, "code", "ExpiredTokenException")
    text = run(command, monkeypatch, capsys)
    assert "AWS: the session has ended or its keys are not known (ExpiredToken" in text and "`aws sso login`" in text


@pytest.mark.parametrize("command", WORDS)
def test_in_another_account(
    command: str, logged_in: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Refusing, "code", "ResourceNotFoundException")
    monkeypatch.setattr(Refusing, "is_known", True)
    text = run(command, monkeypatch, capsys)
    assert "the credentials are of the account 111111111111, and Pulumi.prod.yaml is for 222222222222" in text


@pytest.mark.parametrize("command", sorted(set(WORDS) - BEFORE_A_STACK))
def test_before_anything_is_deployed(
    command: str, logged_in: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logged_in.write_text(json.dumps({"outputs": {}, "history": []}))
    text = run(command, monkeypatch, capsys)
    assert "Error: the stack prod is not deployed; run `pulumi up -s prod`" in text


@pytest.mark.parametrize("command", WORDS)
def test_for_a_stack_without_a_file(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = run(command, monkeypatch, capsys, stack="pord")
    assert text == "Error: STACK: must be a stack with a file, got 'pord'; known are dev, local, prod\n"
