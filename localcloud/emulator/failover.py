"""What MiniStack's CloudFront leaves out of origins: groups of two, access to buckets, and compression."""

import gzip
from collections.abc import AsyncGenerator, Callable
from typing import Any

from ministack.services import cloudfront

from localcloud.emulator.balancers import Function, Named, Streamed

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
METHODS = ("GET", "HEAD", "OPTIONS")
NOT_CONNECTED, TOO_LATE = 503, 504
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
COMPRESSED_BYTES = range(1_000, 10_000_001)
COMPRESSED_TYPES = (
    "application/javascript", "application/json", "application/manifest+json", "application/wasm", "application/xml",
    "image/svg+xml", "text/css", "text/html", "text/javascript", "text/plain", "text/xml",
)  # fmt: skip


def fail_over() -> None:
    """Before the first request."""
    cloudfront.parse_distribution_dataplane_config = with_groups(cloudfront.parse_distribution_dataplane_config)
    cloudfront._dataplane_behavior = with_compression(cloudfront._dataplane_behavior)
    cloudfront._fetch_from_origin = of_groups(signed_as_told(cloudfront._fetch_from_origin))
    cloudfront.handle_viewer_request = compressing(cloudfront.handle_viewer_request)


def with_groups(parse: Callable[[Named], Named]) -> Callable[[Named], Named]:
    """Beside the origins, a group under its own id: the first origin, which knows `second` and for which `codes`."""

    def parsed(distribution: Named) -> Named:
        found = parse(distribution)
        origins = found["origins"]
        for group in items(cloudfront._find(cloudfront._dist_config_el(distribution), "OriginGroups")):
            codes = {int(code.text) for code in items(inner(group, "FailoverCriteria", "StatusCodes"))}
            first, second = (origins[cloudfront._text(one, "OriginId")] for one in items(inner(group, "Members")))
            origins[cloudfront._text(group, "Id")] = {**first, "second": second, "codes": codes}
        return found

    return parsed


def inner(element: Any, *names: str) -> Any:
    for name in names:
        element = cloudfront._find(element, name)
    return element


def items(element: Any) -> list[Any]:
    found = None if element is None else cloudfront._find(element, "Items")
    return [] if found is None else list(found)


def of_groups(fetch: Function) -> Function:
    """Each request goes to the first origin, and what that does not have to the second."""

    async def fetched(origin: Named, method: str, *arguments: Any) -> Any:
        if "second" not in origin or method not in METHODS:
            return await fetch(origin, method, *arguments)
        try:
            answer = await fetch(origin, method, *arguments)
            if answer[0] not in origin["codes"]:
                return answer
            if isinstance(answer[3], Streamed) and isinstance(answer[3].body, AsyncGenerator):
                await answer[3].body.aclose()
        except cloudfront.OriginUnreachable:
            if NOT_CONNECTED not in origin["codes"]:
                raise
        except cloudfront.OriginTimeout:
            if TOO_LATE not in origin["codes"]:
                raise
        return await fetch(origin["second"], method, *arguments)

    return fetched


def signed_as_told(fetch: Function) -> Function:
    """A request to a bucket is signed only as the origin access control says."""

    async def fetched(origin: Named, *arguments: Any) -> Any:
        control = cloudfront._oacs.get(origin["oac_id"]) or {}
        kind, behavior = control.get("OriginAccessControlOriginType"), control.get("SigningBehavior")
        signs = kind == "s3" and behavior in ("always", "no-override")
        return await fetch(origin if signs else {**origin, "oac_id": ""}, *arguments)

    return fetched


def with_compression(parse: Callable[..., Named]) -> Callable[..., Named]:
    def parsed(element: Any, *arguments: Any) -> Named:
        return {**parse(element, *arguments), "compress": cloudfront._text(element, "Compress", "false") == "true"}

    return parsed


def compressing(handle: Function) -> Function:
    """Files of a bucket are compressed on their way where behaviour, cache policy and viewer allow it."""

    async def handled(distribution: Named, method: str, path: str, *arguments: Any) -> Any:
        status, named, body = await handle(distribution, method, path, *arguments)
        accepted = arguments[2].get("accept-encoding", "")
        if status == 200 and "gzip" in accepted and isinstance(body, bytes) and is_wanted(distribution, path):
            return status, *compressed(named, body)
        return status, named, body

    return handled


def is_wanted(distribution: Named, path: str) -> bool:
    behavior = cloudfront._match_behavior(cloudfront.parse_distribution_dataplane_config(distribution), path)
    policy = cloudfront.cache_policy_params(behavior["cache_policy_id"]) or {}
    return bool(behavior["compress"] and policy.get("EnableAcceptEncodingGzip"))


def compressed(named: Named, body: bytes) -> tuple[Named, bytes]:
    told = {name.lower(): value for name, value in named.items()}
    kind = str(told.get("content-type", "")).partition(";")[0].strip()
    if "content-encoding" in told or kind not in COMPRESSED_TYPES or len(body) not in COMPRESSED_BYTES:
        return named, body
    packed = gzip.compress(body, mtime=0)
    kept = {name: value for name, value in named.items() if name.lower() not in ("content-length", "etag", "vary")}
    tag = {"ETag": f"W/{told['etag'].removeprefix('W/')}"} if "etag" in told else {}
    extra = {"Content-Encoding": "gzip", "Content-Length": str(len(packed)), "Vary": "Accept-Encoding"}
    return {**kept, **tag, **extra}, packed
