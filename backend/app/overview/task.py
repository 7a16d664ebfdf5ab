"""Which ECS task this process is, as ECS's metadata endpoint tells it."""

import json
import logging
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 2


@dataclass(frozen=True, kw_only=True)
class Task:
    id: str
    zone: str | None


def this_task(metadata_uri: str | None) -> Task:
    """The task's id and zone; the host's name and no zone without ECS or when it does not answer. Blocks.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
    """
    if metadata_uri is not None:
        try:
            told = ask(f"{metadata_uri}/task")
            return Task(id=told["TaskARN"].rpartition("/")[2], zone=told.get("AvailabilityZone"))
        except (OSError, HTTPException, ValueError, KeyError) as error:
            log.warning("ECS does not tell which task this is", extra={"reason": type(error).__name__})
    return Task(id=socket.gethostname(), zone=None)


def ask(uri: str) -> dict[str, str]:
    address = urlsplit(uri)
    connection = HTTPConnection(address.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", address.path)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if not isinstance(answer, dict):
        raise ValueError
    return answer
