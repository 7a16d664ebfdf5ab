"""Secrets that need not be kept, because they follow from the one that the local cloud was started with."""

import hashlib
import hmac
import os
import secrets

# A task's role, as ECS tells a task where its credentials are.
ROLES = "/v2/credentials/"
ADDRESS, TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"


def derived(purpose: str) -> str:
    """The same for the same purpose, also after a restart."""
    return hmac.digest(os.environ["AWS_SECRET_ACCESS_KEY"].encode(), purpose.encode(), hashlib.sha256).hex()


def is_derived(purpose: str, given: str) -> bool:
    return hmac.compare_digest(derived(purpose).encode(), given.encode())


def role_variables(role: str, gateway: str) -> dict[str, str]:
    """What gives a process the credentials of a role: `…/v2/credentials/<account>/<role>/<random>`, and its token."""
    account, name = role.split(":")[4], role.partition(":role/")[2]
    path = f"{ROLES}{account}/{name}/{secrets.token_urlsafe(16)}"
    return {ADDRESS: gateway + path, TOKEN: derived(path)}
