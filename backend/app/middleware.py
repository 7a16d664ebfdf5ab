"""What every request gets: an id, a line in the log, a limit for its body, and a response even after a defect.

Also the answer to HEAD, which many uptime monitors send.
"""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import request_id
from app.problems import of_unexpected

log = logging.getLogger("app.access")

# The largest valid body is a mail: 10,000 characters of up to 4 bytes each, which JSON may escape with 12 bytes. The
# framework's own limit would send an error in plain text.
MAXIMUM_BODY_BYTES = 256 * 1024
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
FIXED_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class RequestMiddleware:
    """Plain ASGI middleware, so that it sees every response and does not buffer streams.

    Uses the client's X-Request-Id if it has 8 to 64 letters, digits, dots, dashes or underscores; else it makes one.
    """

    def __init__(self, app: ASGIApp, health_path: str) -> None:
        self.app = app
        self.health_path = health_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        current = given if SANE_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(current)
        started, status, read = time.perf_counter(), 0, 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAXIMUM_BODY_BYTES:
                # HTTPException, because the framework turns other exceptions from here into status 400.
                raise HTTPException(413, f"A request may have {MAXIMUM_BODY_BYTES} bytes.")
            return message

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                answer["X-Request-Id"] = current
                for name, value in FIXED_HEADERS.items():
                    answer.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, limited, stamped)
        except Exception as error:
            # Once a response has started, no other can be sent: the server closes the connection.
            if status:
                raise
            await of_unexpected(error)(scope, receive, stamped)
        finally:
            # Successful probes come every few seconds and would fill the log.
            level = logging.DEBUG if scope["path"].startswith(self.health_path) and status < 400 else logging.INFO
            log.log(
                level,
                "request",
                extra={
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "duration_ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )
            request_id.reset(token)


class HeadMiddleware:
    """Answers HEAD as GET would, without the body: FastAPI's routes answer the methods that they name and no others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self.app(scope, receive, send)

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class PrefixMiddleware:
    """Takes a prefix off paths that have it: pages of an address where the API has one go on to work."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{self.prefix}/"):
            scope = {**scope, "path": scope["path"].removeprefix(self.prefix)}
        await self.app(scope, receive, send)
