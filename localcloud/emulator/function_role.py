"""A Lambda function has the credentials of its role; MiniStack gives it those with which the emulator was started.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

from collections.abc import Mapping
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from localcloud.emulator import sessions


def give_credentials() -> None:
    """Before the first function runs."""
    lambda_runtime.execution_credentials = lambda_svc.execution_credentials = credentials


def credentials(function: Mapping[str, Any]) -> dict[str, str]:
    """The same for each process of a function, so that a busy one makes no new sessions."""
    purpose = f"lambda {function['FunctionArn']} {function['Role']}"
    keys = sessions.lasting(purpose, function["Role"], function["FunctionName"])
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["Token"],
    }
