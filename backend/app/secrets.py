"""Secrets from Secrets Manager, read at run time, so that a rotation needs no restart."""

import json
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from app import aws
from app.aws import Aws
from app.errors import Refused, Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")


async def read(clients: Aws, arn: str, what: str, parse: Callable[[dict[str, Any]], T]) -> T:
    """The secret's JSON, converted by `parse`; `what` is the secret's name in the log and in the error.

    `parse` raises AttributeError, KeyError, TypeError or ValueError when the JSON does not have the expected format.
    Raises Unavailable when the secret cannot be read or does not have that format.
    """
    try:
        answer = await aws.call("secret store", clients.secrets.get_secret_value, SecretId=arn)
        found = parse(json.loads(answer["SecretString"]))
    except Refused as error:
        raise Unavailable(f"The {what} cannot be read.") from error
    except (AttributeError, KeyError, TypeError, ValueError):
        # Without the cause: a decoding error contains the text, which is the secret.
        log.error(f"the {what} in the secret store does not have the expected format")
        raise Unavailable(f"The {what} cannot be read.") from None
    log.debug(f"read the {what}", extra={"version": answer.get("VersionId")})
    return found
