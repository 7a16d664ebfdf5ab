"""Secrets of Secrets Manager, read at run time: whoever rotates one restarts nothing."""

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
    """What `parse` makes of the secret's JSON; `what` names it in the log and in the error.

    `parse` raises AttributeError, KeyError, TypeError or ValueError for another shape than its own.
    Raises Unavailable when the secret cannot be read or has another shape.
    """
    try:
        answer = await aws.call("secret store", clients.secrets.get_secret_value, SecretId=arn)
        found = parse(json.loads(answer["SecretString"]))
    except Refused as error:
        raise Unavailable(f"The {what} cannot be read.") from error
    except (AttributeError, KeyError, TypeError, ValueError):
        # Without the cause: a decoding error quotes the text, which is the secret.
        log.error(f"the {what} in the secret store has another shape than expected")
        raise Unavailable(f"The {what} cannot be read.") from None
    log.debug(f"read the {what}", extra={"version": answer.get("VersionId")})
    return found
