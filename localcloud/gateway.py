"""Requests to the emulator's gateway: the AWS APIs of one local cloud, and its health.

Without an AWS SDK, because importing one takes longer than the rest of a command.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from localcloud.errors import LocalCloudError
from localcloud.place import HEALTH_PATH, REGION, Place
from localcloud.signing import signed

ANSWER_SECONDS = 10.0


class GatewayError(LocalCloudError):
    """The emulator does not answer, or not as AWS does."""


class ApiError(LocalCloudError):
    """An AWS API refused the request. `code` is the name that AWS gives the error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def request(
    port: int, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of the answer; a `GatewayError` where none comes."""
    from http.client import (
        HTTPConnection,
        HTTPException,
    )  # imported here: slow, and `make url` sends no request

    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException) as error:
        raise GatewayError(f"the emulator does not answer on port {port} ({error or type(error).__name__})") from None
    finally:
        connection.close()


def answers(port: int) -> bool:
    """Whether an emulator serves on this port."""
    try:
        return request(port, "GET", "/_ministack/health")[0] == 200
    except GatewayError:
        return False


def call(place: Place, action: str, **parameters: Any) -> dict[str, Any]:
    """Call an AWS API of the JSON protocol; `action` is the `X-Amz-Target`, as `secretsmanager.GetSecretValue`."""
    sent = json.dumps(parameters).encode()
    headers = signed(
        place.credentials,
        host=place.endpoint.removeprefix("http://"),
        body=sent,
        service=re.split("[._]", action)[0].lower(),
        region=REGION,
        headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": action},
    )
    status, body = request(place.port, "POST", "/", sent, headers)
    try:
        answer = dict(json.loads(body))
    except (ValueError, TypeError):
        raise GatewayError(
            f"{action}: the emulator answered {status} without a JSON object; see `make status`"
        ) from None
    if status != 200:
        raise ApiError(str(answer.get("__type", status)).rsplit("#", 1)[-1], str(answer.get("message", "")))
    return answer


@dataclass(frozen=True, kw_only=True)
class Saving:
    """Whether the emulator can save its state. `error` says why not, and is None while it can."""

    saved_seconds_ago: float
    error: str | None


def saving(place: Place) -> Saving | None:
    """None where nothing answers."""
    try:
        status, body = request(place.port, "GET", HEALTH_PATH)
        health = json.loads(body)
        if status != 200:
            return None
        error = None if health["status"] == "ok" else str(health.get("error") or "it does not say why")
        return Saving(saved_seconds_ago=float(health["saved_seconds_ago"]), error=error)
    except (GatewayError, ValueError, KeyError, TypeError):
        return None
