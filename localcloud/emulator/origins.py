"""Lets MiniStack's CloudFront reach its origins by streams, as `balancers.py` does for the load balancers.

A load balancer with private addresses is reached by a VPC origin alone, as on AWS.
"""

import asyncio
import http.client
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs

from ministack.services import alb, cloudfront

from localcloud.emulator import upstream
from localcloud.emulator.balancers import CONNECT_SECONDS, Function, Named, Streamed, with_whole_body
from localcloud.emulator.upstream import Server, TooLateError, Tunnel, UnreachableError
from localcloud.emulator.viewer import Upload, no_body

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-working-with.websockets.html
WEBSOCKET_IDLE_SECONDS = 600.0

# Status, reason, headers and body.
Fetched = tuple[int, str, Any, Any]
Value = TypeVar("Value")


def stream_origins() -> None:
    """Before the first request."""
    cloudfront._dataplane_origin = with_vpc_origins(cloudfront._dataplane_origin)
    cloudfront._fetch_from_origin = with_custom_origins(cloudfront._fetch_from_origin)
    cloudfront._registered_alb = in_its_vpc(cloudfront._registered_alb)
    cloudfront._fetch_from_alb_origin = ask_load_balancer
    cloudfront._fetch_from_function_url_origin = with_whole_body(cloudfront._fetch_from_function_url_origin, position=6)


def with_vpc_origins(parse: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """MiniStack does not look how CloudFront reaches an origin in a VPC."""

    def parsed(element: Any) -> dict[str, Any]:
        origin, config = parse(element), cloudfront._find(element, "VpcOriginConfig")
        if config is None:
            return origin
        endpoint = cloudfront._vpc_origins[cloudfront._text(config, "VpcOriginId")]["VpcOriginEndpointConfig"]
        return {
            **origin,
            "in_vpc": endpoint["Arn"],
            "http_port": endpoint["HTTPPort"],
            "https_port": endpoint["HTTPSPort"],
            "protocol_policy": endpoint["OriginProtocolPolicy"],
            "read_timeout": int(cloudfront._text(config, "OriginReadTimeout") or origin["read_timeout"]),
        }

    return parsed


def in_its_vpc(registered: Callable[[Named], Named | None]) -> Callable[[Named], Named | None]:
    """The load balancer that a VPC origin names; the origin's domain is only what is told in `Host`."""
    return lambda origin: alb._lbs[origin["in_vpc"]] if "in_vpc" in origin else registered(origin)


def with_custom_origins(fetch: Function) -> Function:
    async def fetched(origin: Named, *arguments: Any) -> Fetched:
        in_process = cloudfront._registered_alb(origin) or cloudfront._registered_function_url(origin)
        response: Fetched = await (fetch if origin["s3_bucket"] or in_process else ask_server)(origin, *arguments)
        return response

    return fetched


async def ask_server(
    origin: Named, method: str, uri: str, query: str, headers: Named, body: Any,
    viewer_is_https: bool, client: str, forwarded_for: str, distribution: str,
) -> Fetched:  # fmt: skip
    """What an origin answers that is neither a bucket nor a load balancer."""
    host, port, https = cloudfront._origin_connect_target(origin, viewer_is_https)
    if cloudfront._is_aws_owned_host(cloudfront._normalize_origin_host(host)):
        raise cloudfront.OriginUnreachable(f"{host} is AWS's, and nothing here has this name")
    server = Server(
        host=host,
        port=port,
        connect_seconds=CONNECT_SECONDS,
        idle_seconds=origin["read_timeout"],
        tunnel_idle_seconds=WEBSOCKET_IDLE_SECONDS,
        tls=cloudfront._origin_ssl_context() if https else None,
    )
    sent = cloudfront._origin_request_headers(origin, headers, client, forwarded_for)
    try:
        answer = await upstream.ask(server, method, origin["origin_path"] + uri, query, sent, body or no_body())
    except TooLateError as error:
        raise cloudfront.OriginTimeout(str(error)) from error
    except UnreachableError as error:
        raise cloudfront.OriginUnreachable(str(error)) from error
    reason = http.client.responses.get(answer.status, "")
    return answer.status, reason, cloudfront._multidict_from_pairs(answer.headers), Streamed(answer.body)


async def ask_load_balancer(
    balancer: Named, origin: Named, method: str, uri: str, query: str, headers: Named, body: Any,
    viewer_is_https: bool, client: str, forwarded_for: str,
) -> Fetched:  # fmt: skip
    """What a load balancer answers: its listener on the origin's port."""
    if balancer["Scheme"] == "internal" and "in_vpc" not in origin:
        raise cloudfront.OriginUnreachable(
            f"{balancer['DNSName']} has private addresses; CloudFront needs a VPC origin"
        )
    _, port, https = cloudfront._origin_connect_target(origin, viewer_is_https)
    if https or not has_http_listener(balancer, port):
        raise cloudfront.OriginUnreachable(f"no HTTP listener on port {port} of {balancer['DNSName']}")
    sent = cloudfront._origin_request_headers(origin, headers, client, forwarded_for)
    answering = alb.dispatch_request(
        balancer,
        method,
        uri,
        {name.lower(): value for name, value in sent.items()},
        body,
        parse_qs(query, keep_blank_values=True),
        port,
        client_ip="127.0.0.1",
        raw_query_string=query,
    )
    seconds = float(origin["read_timeout"])
    status, received, answered = await after(body, seconds, answering)
    if isinstance(answered, Streamed) and not isinstance(answered.body, Tunnel):
        answered = Streamed(without_pauses(answered.body, seconds))
    pairs = [
        (name, value)
        for name, values in received.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return status, http.client.responses.get(status, ""), pairs, answered


def has_http_listener(balancer: Named, port: int) -> bool:
    return any(
        listener["LoadBalancerArn"] == balancer["LoadBalancerArn"]
        and (listener.get("Port"), listener.get("Protocol")) == (port, "HTTP")
        for listener in alb._listeners.values()
    )


async def after(body: Any, seconds: float, answering: Awaitable[Value]) -> Value:
    """The answer; CloudFront waits for it from the moment on when it has passed all of the request on.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html#DownloadDistValuesOriginResponseTimeout
    """
    try:
        async with asyncio.timeout(None) as limit:
            loop = asyncio.get_running_loop()

            def start() -> None:
                limit.reschedule(loop.time() + seconds)

            body.when_taken(start) if isinstance(body, Upload) else start()
            return await answering
    except TimeoutError:
        raise cloudfront.OriginTimeout(f"no answer within {seconds:g} s") from None


async def without_pauses(pieces: AsyncIterator[bytes], seconds: float) -> AsyncIterator[bytes]:
    """The pieces, each of which must follow the one before within this time."""
    while True:
        try:
            async with asyncio.timeout(seconds):
                piece = await anext(pieces, None)
        except TimeoutError:
            raise TooLateError(f"a pause of {seconds:g} s in the answer of the load balancer") from None
        if piece is None:
            return
        yield piece
