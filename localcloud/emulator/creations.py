"""Answers a creation that is asked for again as it did the first time, so that a killed run makes nothing twice.

The laptop's provider gives each creation a name, which AWS does not know: there, a client token does this where there
is one. Who names a creation in the other header asks what came of it, and makes nothing.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ministack import app
from ministack.core import persistence

from localcloud.emulator.pages import Asgi, Receive, Send
from localcloud.place import CREATED_HEADER, CREATION_HEADER

SERVICE = "localcloud-creations"
KEPT = 1000  # far more than one deployment makes
# In XML, which SDKs expect of EC2 and IAM; those of services that speak JSON take any text.
UNKNOWN = (404, {"Content-Type": "text/xml"}, b"<Response><Error><Code>UnknownCreation</Code></Error></Response>")
STATE_SECONDS = 1.0

# By the creation's name, the oldest first: `status`, `headers` and `body` of the answer, bytes as Latin-1.
answers: dict[str, dict[str, Any]] = {}
underway: set[str] = set()
turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)


def load() -> None:
    answers.update(persistence.load_state(SERVICE) or {})


def state() -> dict[str, Any]:
    """What is saved: read after the services, it knows the answer to each creation that these have.

    A creation that is under way may be in a service's state already, so its answer is waited for.
    """
    begun, deadline = set(underway), time.monotonic() + STATE_SECONDS
    while not begun.isdisjoint(set(underway)) and time.monotonic() < deadline:
        time.sleep(0.005)
    return dict(answers)


def answered_once(apis: Asgi) -> Asgi:
    async def answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        made, asked = (headers.get(name.encode(), b"").decode() for name in (CREATION_HEADER, CREATED_HEADER))
        if asked and asked not in answers:
            await app._send_response(send, *UNKNOWN)
        elif asked:
            await repeat(answers[asked], send)
        elif made:
            async with turns[made]:
                await (repeat(answers[made], send) if made in answers else first(made, apis, scope, receive, send))
            turns.pop(made, None)
        else:
            await apis(scope, receive, send)

    return answer


async def first(name: str, apis: Asgi, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    messages: list[dict[str, Any]] = []

    async def keep(message: dict[str, Any]) -> None:
        messages.append(message)

    underway.add(name)
    try:
        await apis(scope, receive, keep)
        if messages[0]["status"] < 300:
            answers[name] = {
                "status": messages[0]["status"],
                "headers": [[part.decode("latin-1") for part in header] for header in messages[0]["headers"]],
                "body": b"".join(message.get("body", b"") for message in messages).decode("latin-1"),
            }
            for old in list(answers)[:-KEPT]:
                del answers[old]
    finally:
        underway.discard(name)
    for message in messages:
        await send(message)


async def repeat(kept: dict[str, Any], send: Callable[..., Any]) -> None:
    headers = [tuple(part.encode("latin-1") for part in header) for header in kept["headers"]]
    await send({"type": "http.response.start", "status": kept["status"], "headers": headers})
    await send({"type": "http.response.body", "body": kept["body"].encode("latin-1")})
