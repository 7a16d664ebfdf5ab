"""Who may ask the gateway for what.

| what | who |
| --- | --- |
| CloudFront's and the load balancer's host names | everybody, as on AWS |
| the pages of the local cloud, and the buttons of the mailbox | a person who opens them |
| a task's metadata, and its role's credentials | that task: by the secret in its address, or the token beside it |
| the image registry | who knows the password that ECR gives |
| S3 by a signed link or form | everybody, web pages as far as the bucket's CORS rules let them |
| all other AWS APIs | who signs with credentials of this local cloud, and is no web page |
"""

import uuid
from typing import Any

from ministack import app
from ministack.core import router
from ministack.core.iam_evaluator import AuthError
from ministack.services import s3

from localcloud.emulator import registry, site, task_role
from localcloud.emulator.callers import is_link_to_a_page, is_of_a_page, is_own_form, is_own_host
from localcloud.emulator.pages import Asgi, Receive, Send
from localcloud.emulator.signatures import UNSIGNED, Request, bucket_and_key, failure
from localcloud.place import HEALTH_PATH, MAILBOX_PATH

Answer = tuple[int, dict[str, str], bytes]

OPEN_PAGES = (MAILBOX_PATH, HEALTH_PATH, "/_ministack/health")
CORS = b"access-control-"
READ_AWAY_BYTES = 2**16


def guarded(apis: Asgi) -> Asgi:
    """An application that passes on to `apis` only what the table above allows."""

    async def answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await apis(scope, receive, send)
            return
        request = Request(scope)
        if is_own_host(request.host) and site.is_served_at(request.host):
            await site.serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif refused := early_answer(request):
            await read_away(receive)
            await app._send_response(send, *refused)
        elif needs_signature(request):
            await answer_signed(request, apis, receive, send)
        else:
            await apis(scope, receive, send)

    return answer


def early_answer(request: Request) -> Answer | None:
    """The answer to what needs no body: refusals, and what MiniStack does not answer as it must."""
    headers = request.headers
    if not is_own_host(request.host):
        return plain(421, f"Host: must name this machine, such as 127.0.0.1 or localhost, got {request.host!r}")
    if is_open(request):
        return (
            None
            if request.method == "POST" or is_link_to_a_page(headers)
            else plain(403, "Web pages may link to this one, and not load it")
        )
    if task_role.is_at(request.path):
        return task_role.answer(request.path, headers)
    if app._is_ecr_registry_path(request.path):
        return None if not is_of_a_page(headers) and registry.is_known(headers) else registry.refusal()
    target = bucket_and_key(request)
    if request.method == "OPTIONS" and target:
        status, answered, body = s3.cors_preflight(*target, headers)
        return status, answered, body
    if is_of_a_page(headers) and not (request.is_presigned or request.is_form):
        return plain(403, "Web pages may not call AWS APIs; from S3 they may take what a signed link or form lets them")
    return None if request.is_signed or request.is_form or not needs_signature(request) else refusal(request, UNSIGNED)


def is_open(request: Request) -> bool:
    """Pages that a person opens, and the buttons of one, which no other page can press."""
    if request.method == "POST":
        return request.path == MAILBOX_PATH and is_own_form(request.headers)
    return request.method == "GET" and request.path in OPEN_PAGES


def needs_signature(request: Request) -> bool:
    """Whether no other proof was asked for before."""
    if is_open(request) or app._is_ecr_registry_path(request.path):
        return False
    service = router.detect_service(request.method, request.path, request.headers, request.query)
    return not (request.method == "GET" and service == "ecs-metadata")


async def answer_signed(request: Request, apis: Asgi, receive: Receive, send: Send) -> None:
    messages, body = await whole(receive)
    if (failed := failure(request, body)) is not None:
        await app._send_response(send, *refusal(request, failed))
        return

    async def again() -> dict[str, Any]:
        return messages.pop(0) if messages else await receive()

    await apis(dict(request.scope), again, without_cors(request, send))


async def read_away(receive: Receive) -> None:
    """Take the body of a request that needs none: a server that has not read it closes the connection after its answer,
    on which the client may be sending the next request already. Who sends much is not listened to for so long."""
    left = READ_AWAY_BYTES
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


async def whole(receive: Receive) -> tuple[list[dict[str, Any]], bytes]:
    """The messages of a request, and the body that they hold."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    return messages, b"".join(message.get("body", b"") for message in messages)


def without_cors(request: Request, send: Send) -> Send:
    """Let no web page read the answer, but for what the CORS rules of a bucket say; MiniStack lets all."""
    target = bucket_and_key(request) if request.headers.get("origin") else None
    allowed = s3.cors_response_headers(target[0], request.method, request.headers) if target else {}

    async def send_on(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message["headers"] if not name.lower().startswith(CORS)]
            headers += [(name.encode(), value.encode()) for name, value in allowed.items()]
            message = {**message, "headers": headers}
        await send(message)

    return send_on


def plain(status: int, text: str) -> Answer:
    return status, {"Content-Type": "text/plain; charset=utf-8"}, f"{text}.\n".encode()


def refusal(request: Request, failed: AuthError) -> Answer:
    """In the form of the service that was asked."""
    service = router.detect_service(request.method, request.path, request.headers, request.query)
    answer: Answer = app._credential_failure(service, "", str(uuid.uuid4()), failed, request.headers)
    return answer
