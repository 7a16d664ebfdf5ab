"""Lets MiniStack's load balancers reach their targets by streams.

MiniStack decides what becomes of a request (listeners, rules, headers) and hands its body on without a look at it. So
an `Upload` is given instead of bytes, and the functions at the end of the way are replaced.
"""

import http.client
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

from ministack.core.responses import StreamingResponse
from ministack.services import alb, cloudfront

from localcloud.emulator import upstream
from localcloud.emulator.upstream import Server, TooLateError, Tunnel, UnreachableError
from localcloud.emulator.viewer import Upload, no_body

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-504-issues
CONNECT_SECONDS = 10.0
IDLE_ATTRIBUTE, IDLE_SECONDS = "idle_timeout.timeout_seconds", "60"

Named = dict[str, Any]
# Status, headers and body.
Response = tuple[int, Named, Any]
Function = Callable[..., Awaitable[Any]]

logger = logging.getLogger(__name__)
idle_seconds: ContextVar[float] = ContextVar("idle_seconds")


class Streamed(StreamingResponse):  # type: ignore[misc] # MiniStack has no types
    """A body that is still to arrive; for MiniStack it is a stream of its own kind."""

    def __init__(self, body: AsyncIterator[bytes] | Tunnel) -> None:
        self.body = body


def stream_balancers() -> None:
    """Before the first request."""
    alb.dispatch_request = with_idle_seconds(alb.dispatch_request)
    alb._proxy_http_target = ask_target
    alb._invoke_lambda_target = with_whole_body(alb._invoke_lambda_target, position=5)


def with_idle_seconds(dispatch: Function) -> Function:
    async def dispatched(balancer: Named, *arguments: Any, **named: Any) -> Response:
        idle_seconds.set(float(alb._lb_attr(balancer["LoadBalancerArn"], IDLE_ATTRIBUTE, IDLE_SECONDS)))
        response: Response = await dispatch(balancer, *arguments, **named)
        return response

    return dispatched


def with_whole_body(function: Function, *, position: int) -> Function:
    """The function, given bytes instead of an upload: a Lambda function takes a whole event."""

    async def called(*arguments: Any) -> Any:
        before, body, after = arguments[:position], arguments[position], arguments[position + 1 :]
        whole = await body.whole() if isinstance(body, Upload) else body
        return await function(*before, whole, *after)

    return called


async def ask_target(
    target: Named, group: Named, method: str, path: str, headers: Named, body: Any, parameters: Any,
    raw_query: str | None = None,
) -> Response:  # fmt: skip
    """What a target answers."""
    port = int(target.get("Port") or group.get("Port") or 80)
    server = Server(host=str(target["Id"]), port=port, connect_seconds=CONNECT_SECONDS, idle_seconds=idle_seconds.get())
    query = urlencode(parameters or {}, doseq=True) if raw_query is None else raw_query
    try:
        answer = await upstream.ask(server, method, path, query, headers, body or no_body())
    except TooLateError as error:
        return refusal(504, f"target {server.host}:{port}: {error}")
    except UnreachableError as error:
        return refusal(502, f"target {server.host}:{port}: {error}")
    # A load balancer writes its own date.
    received = {**cloudfront._multidict_from_pairs(answer.headers), "date": formatdate(usegmt=True)}
    return answer.status, received, Streamed(answer.body)


def refusal(status: int, reason: str) -> Response:
    """The load balancer's own answer, which gives no reason; the emulator's log does."""
    logger.warning("%d: %s", status, reason)
    title = f"{status} {http.client.responses[status]}"
    page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>\n"
    return status, {"Content-Type": "text/html"}, page.encode()
