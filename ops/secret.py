"""Stores a secret of a stack in Secrets Manager. Its value is in no argument, no file and no state."""

import getpass
import re
import sys
from typing import Any

from infra.pure.naming import secret_prefix
from infra.pure.references import references
from ops.errors import OperationError
from ops.target import Target

LARGEST = 65_536  # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html


def value_of(name: str) -> str:
    """What standard input holds, without the last line's end; a person is asked for it, and sees nothing of it."""
    value = getpass.getpass(f"Value of {name}: ") if sys.stdin.isatty() else sys.stdin.read().removesuffix("\n")
    if not value or len(value.encode()) > LARGEST:
        raise OperationError(f"{name}: must have a value of 1 to {LARGEST} bytes, got {len(value.encode())}")
    return value


def users(target: Target, name: str) -> list[str]:
    """The services that name it."""
    wanted = f"secrets.{name}"
    services = target.config.get("services", {}).items()
    return [
        service
        for service, settings in services
        if any(wanted in references(str(text)) for text in settings.get("environment", {}).values())
    ]


def store(target: Target, name: str) -> str:
    """Store a value, over an old one if there is one; what to do next."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", name):
        raise OperationError(f"NAME: must be letters, digits and _, got {name!r}; write for example STRIPE_KEY")
    value, manager = value_of(name), target.client("secretsmanager")
    secret = secret_prefix(target.project, target.name) + name
    errors = manager.exceptions
    try:
        put(manager, secret, value)
    except errors.ResourceNotFoundException:
        tags = [{"Key": "project", "Value": target.project}, {"Key": "stack", "Value": target.name}]
        manager.create_secret(Name=secret, SecretString=value, Tags=tags)
    if found := users(target, name):
        return f"Stored. {target.up!r} gives it to {', '.join(found)}.".replace("'", "`")
    return f"Stored. No service names it yet: write ${{secrets.{name}}} as a variable of one in app.yaml."


def put(manager: Any, secret: str, value: str) -> None:
    """A new value; one that a destroyed stack has left to be deleted is taken back."""
    try:
        manager.put_secret_value(SecretId=secret, SecretString=value)
    except manager.exceptions.InvalidRequestException:
        manager.restore_secret(SecretId=secret)
        manager.put_secret_value(SecretId=secret, SecretString=value)
