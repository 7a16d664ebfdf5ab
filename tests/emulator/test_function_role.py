"""What a Lambda function may call itself, and what it knows."""

import io
import json
import zipfile
from typing import Any

from tests.emulator.conftest import Client
from tests.engine.support import CREDENTIALS, Emulator, role

CODE = """
import os
import boto3

def handler(event, context):
    return {"me": boto3.client("sts").get_caller_identity()["Arn"], "environment": dict(os.environ)}
"""


def invoked(aws: Client, name: str) -> Any:
    answer = aws("lambda").invoke(FunctionName=name)
    payload = answer["Payload"].read()
    assert "FunctionError" not in answer, payload
    return json.loads(payload)


def create(aws: Client, name: str, path: str, role_name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("code.py", CODE)
    arn = role(aws("iam"), role_name, path=path)
    aws("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Role=arn, Handler="code.handler", Code={"ZipFile": packed.getvalue()}
    )


def test_a_function_is_its_role_and_does_not_know_the_secret_of_the_local_cloud(
    emulator: Emulator, aws: Client
) -> None:
    create(aws, "first", "/", "one")
    create(aws, "second", "/a/path/", "two")
    first, second = invoked(aws, "first"), invoked(aws, "second")
    assert first["me"] == "arn:aws:sts::000000000000:assumed-role/one/first"
    assert second["me"] == "arn:aws:sts::000000000000:assumed-role/two/second"
    secrets = {found["environment"]["AWS_SECRET_ACCESS_KEY"] for found in (first, second)}
    assert len(secrets) == 2
    for found in (first, second):
        assert not {*CREDENTIALS.values()} & {*found["environment"].values()}
    # The same keys hold after a restart.
    emulator.stop()
    emulator.start()
    again = invoked(aws, "first")
    assert again["me"] == first["me"] and again["environment"]["AWS_SECRET_ACCESS_KEY"] in secrets
