"""The password of ECR's image registry, given to who may call `GetAuthorizationToken`; MiniStack asks for none.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from ministack.services import ecr, ecs

from localcloud.emulator.secret import derived, is_derived

PURPOSE = "ecr"
USER = "AWS"
REAL_ENGINES_HOST = "127.0.0.1"  # an engine takes loopback as a registry without TLS


def encoded(password: str) -> str:
    return base64.b64encode(f"{USER}:{password}".encode()).decode()


def give_password() -> None:
    """To callers of ECR, and to ECS, whose agent asks ECR for it before a pull."""
    ministacks_token, ministacks_credentials = ecr._get_authorization_token, ecs._resolve_repository_credentials

    def token(request: Any) -> Any:
        status, headers, body = ministacks_token(request)
        answer = json.loads(body)
        answer["authorizationData"][0]["authorizationToken"] = encoded(derived(PURPOSE))
        return status, headers, json.dumps(answer).encode()

    def credentials(container: Mapping[str, Any]) -> Any:
        if is_here(container.get("image", "")) and not container.get("repositoryCredentials"):
            return {"username": USER, "password": derived(PURPOSE)}
        return ministacks_credentials(container)

    ecr._get_authorization_token = token
    ecs._resolve_repository_credentials = credentials


def is_here(image: str) -> bool:
    """Whether an image is of this registry: at AWS's name for it, or at the one that a real Docker engine is given."""
    return ".dkr.ecr." in image or image.startswith(f"{REAL_ENGINES_HOST}:")


def is_known(headers: Mapping[str, str]) -> bool:
    """Whether a request to the registry has the password."""
    kind, _, given = headers.get("authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(given).decode().partition(":")
    except ValueError:
        return False
    return kind.lower() == "basic" and user == USER and is_derived(PURPOSE, password)


def refusal() -> tuple[int, dict[str, str], bytes]:
    """As the registry's API says it: https://distribution.github.io/distribution/spec/api/#errors"""
    error = {"code": "UNAUTHORIZED", "message": "log in with the password of GetAuthorizationToken", "detail": None}
    headers = {"Content-Type": "application/json", "WWW-Authenticate": 'Basic realm="ECR"'}
    return 401, headers, json.dumps({"errors": [error]}).encode()
