"""Files of a page come from a bucket, and what it lacks from the service: as CloudFront does it, no more readily."""

import gzip
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.emulator.conftest import Client
from tests.emulator.site import Viewer, balancer, server
from tests.engine.support import Emulator
from tests.ports import free_port

pytestmark = pytest.mark.asyncio
numbers = itertools.count(1)

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
SCRIPT = b"console.log('a script that is worth compressing');\n" * 100
CODES = (403, 404, 500, 502, 503, 504)


async def service(request: web.Request) -> web.StreamResponse:
    if request.path.endswith("absent.js"):
        return web.Response(status=404, text="Not found")
    return web.Response(text=f"service {request.method}", content_type="text/javascript")


def policy(bucket: str, distribution: str) -> str:
    allowed = {
        "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/assets/*", "Condition": {"StringEquals": {"AWS:SourceArn": distribution}},
    }  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


@asynccontextmanager
async def site(
    emulator: Emulator, aws: Client, *, codes: tuple[int, ...] = CODES, signs: str = "always", opened: str = "own",
    second_is_bucket: bool = False, compress: bool = True,
) -> AsyncIterator[Viewer]:  # fmt: skip
    """A distribution before a bucket with `assets/a.js`, and a service. `opened`: whose policy the bucket has."""
    number, s3, cloudfront = next(numbers), aws("s3"), aws("cloudfront")
    bucket = f"assets-{number}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="assets/a.js", Body=SCRIPT, ContentType="text/javascript; charset=utf-8",
                  CacheControl="public, max-age=31536000, immutable")  # fmt: skip
    control = cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": bucket, "SigningProtocol": "sigv4", "SigningBehavior": signs, "OriginAccessControlOriginType": "s3",
        }
    )["OriginAccessControl"]["Id"]  # fmt: skip
    async with server(service) as port, aiohttp.ClientSession(auto_decompress=False) as session:
        name = balancer(aws, f"failover-{number}", {"Id": "127.0.0.1", "Port": port})
        http = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
        origins = [
            {"Id": "bucket", "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com", "OriginAccessControlId": control,
             "S3OriginConfig": {"OriginAccessIdentity": ""}},
            {"Id": "service", "DomainName": name, "CustomOriginConfig": http},
            {"Id": "gone", "DomainName": "127.0.0.1", "CustomOriginConfig": {**http, "HTTPPort": free_port()}},
        ]  # fmt: skip
        members = [{"OriginId": "gone"}, {"OriginId": "bucket"}] if second_is_bucket else [
            {"OriginId": "bucket"}, {"OriginId": "service"}]  # fmt: skip
        group = {
            "Id": "group", "Members": {"Quantity": 2, "Items": members},
            "FailoverCriteria": {"StatusCodes": {"Quantity": len(codes), "Items": list(codes)}},
        }  # fmt: skip
        behavior = {
            "TargetOriginId": "group", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": CACHING_OPTIMIZED,
            "Compress": compress, "AllowedMethods": {"Quantity": 3, "Items": ["GET", "HEAD", "OPTIONS"]},
        }  # fmt: skip
        made = cloudfront.create_distribution(
            DistributionConfig={
                "CallerReference": str(number), "Comment": "", "Enabled": True,
                "Origins": {"Quantity": len(origins), "Items": origins},
                "OriginGroups": {"Quantity": 1, "Items": [group]}, "DefaultCacheBehavior": behavior,
            }
        )["Distribution"]  # fmt: skip
        if opened:
            reader = made["ARN"] if opened == "own" else made["ARN"] + "X"
            s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, reader))
        yield Viewer(session, emulator, made["DomainName"])


async def answer(viewer: Viewer, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, Any]:
    async with viewer.ask(method, path, headers=headers, skip_auto_headers=["Accept-Encoding"]) as told:
        return told.status, await told.read(), told.headers


async def test_what_the_bucket_has_comes_from_it_with_its_headers(emulator: Emulator, aws: Client) -> None:
    async with site(emulator, aws) as viewer:
        status, body, headers = await answer(viewer, "/assets/a.js")
        assert (status, body, headers["Content-Type"]) == (200, SCRIPT, "text/javascript; charset=utf-8")
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert (await answer(viewer, "/assets/a.js", "HEAD"))[:2] == (200, b"")


async def test_what_the_bucket_lacks_comes_from_the_service(emulator: Emulator, aws: Client) -> None:
    async with site(emulator, aws) as viewer:
        assert (await answer(viewer, "/assets/b.js"))[:2] == (200, b"service GET")
        assert (await answer(viewer, "/assets/absent.js"))[:2] == (404, b"Not found")


@pytest.mark.parametrize("closed", [{"opened": ""}, {"opened": "another"}, {"signs": "never"}])
async def test_without_its_policy_for_this_distribution_or_a_signature_the_bucket_refuses(
    emulator: Emulator, aws: Client, closed: dict[str, str]
) -> None:
    async with site(emulator, aws, codes=(500,), **closed) as viewer:  # type: ignore[arg-type] # mypy joins the values
        status, body, _ = await answer(viewer, "/assets/a.js")
        assert status == 403 and b"AccessDenied" in body
    async with site(emulator, aws, **closed) as viewer:  # type: ignore[arg-type] # as above
        assert (await answer(viewer, "/assets/a.js"))[:2] == (200, b"service GET")


@pytest.mark.parametrize(("codes", "status"), [((503,), 200), ((404, 502), 502)])
async def test_an_origin_that_cannot_be_reached_counts_as_503(
    emulator: Emulator, aws: Client, codes: tuple[int, ...], status: int
) -> None:
    async with site(emulator, aws, codes=codes, second_is_bucket=True) as viewer:
        assert (await answer(viewer, "/assets/a.js"))[0] == status


@pytest.mark.parametrize(("compress", "accepted", "encoding"), [
    (True, "gzip, br", "gzip"), (True, "identity", None), (False, "gzip, br", None),
])  # fmt: skip
async def test_a_file_of_the_bucket_is_compressed_where_behaviour_and_viewer_allow_it(
    emulator: Emulator, aws: Client, compress: bool, accepted: str, encoding: str | None
) -> None:
    async with site(emulator, aws, compress=compress) as viewer:
        status, body, headers = await answer(viewer, "/assets/a.js", **{"Accept-Encoding": accepted})
        assert (status, headers.get("Content-Encoding")) == (200, encoding)
        assert (gzip.decompress(body) if encoding else body) == SCRIPT
        assert headers["ETag"].startswith('W/"' if encoding else '"')
        assert int(headers["Content-Length"]) == len(body)
