"""A site as the program deploys it: a distribution before a load balancer before a server of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from tests.emulator.conftest import Client
from tests.engine.support import Emulator

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def server(handler: Handler) -> AsyncIterator[int]:
    """The port of a server that answers every path; when its client leaves, the handler is cancelled."""
    application = web.Application(client_max_size=2**30)
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def balancer(
    aws: Client, name: str, target: Mapping[str, Any], kind: str = "ip", idle_seconds: int = 60,
    scheme: str = "internet-facing",
) -> str:  # fmt: skip
    """The name in the DNS of a load balancer with one target."""
    elb = aws("elbv2")
    made = elb.create_load_balancer(Name=name, Subnets=["subnet-1", "subnet-2"], Scheme=scheme)["LoadBalancers"][0]
    idle = {"Key": "idle_timeout.timeout_seconds", "Value": str(idle_seconds)}
    elb.modify_load_balancer_attributes(LoadBalancerArn=made["LoadBalancerArn"], Attributes=[idle])
    ip = {"Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1"} if kind == "ip" else {}
    group = elb.create_target_group(Name=name, TargetType=kind, **ip)["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[target])
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=forward)
    return str(made["DNSName"])


def distribution(
    aws: Client, origin: str, *, port: int = 80, read_timeout: int = 30, policy: str | None = ALL_VIEWER_EXCEPT_HOST,
    vpc_origin: str = "", headers: Sequence[Mapping[str, str]] = (),
    functions: Mapping[str, Any] | None = None, **config: Any,
) -> str:  # fmt: skip
    """The host of a distribution before `origin`."""
    behavior = {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "allow-all",
        "CachePolicyId": CACHING_DISABLED,
        "AllowedMethods": {"Quantity": len(METHODS), "Items": METHODS},
        **({"OriginRequestPolicyId": policy} if policy else {}),
        **({"FunctionAssociations": functions} if functions else {}),
    }
    custom = {
        "HTTPPort": port,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "http-only",
        "OriginReadTimeout": read_timeout,
    }
    sent = {"CustomHeaders": {"Quantity": len(headers), "Items": headers}} if headers else {}
    origins = [{"Id": "o", "DomainName": origin, "CustomOriginConfig": custom, **sent}]
    if vpc_origin:
        in_vpc = {"VpcOriginId": vpc_origin, "OriginReadTimeout": read_timeout, "OriginKeepaliveTimeout": 5}
        origins = [{"Id": "o", "DomainName": origin, "VpcOriginConfig": in_vpc}]
    made = aws("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": f"{origin} {port} {read_timeout} {policy} {headers}",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": origins},
            "DefaultCacheBehavior": behavior,
            **config,
        }
    )
    return str(made["Distribution"]["DomainName"])


@dataclass(frozen=True)
class Viewer:
    """Asks one host of the emulator."""

    session: aiohttp.ClientSession
    emulator: Emulator
    host: str

    def ask(self, method: str = "GET", path: str = "/", **options: Any) -> Any:
        """`path`: as it is to be sent, with what is encoded in it."""
        headers = {"Host": self.host, **options.pop("headers", {})}
        return self.session.request(method, URL(self.emulator.url + path, encoded=True), headers=headers, **options)

    def websocket(self, path: str = "/", **options: Any) -> Any:
        headers = {"Host": self.host, **options.pop("headers", {})}
        return self.session.ws_connect(self.emulator.url + path, headers=headers, **options)


async def within(seconds: float, happens: Awaitable[Any]) -> Any:
    async with asyncio.timeout(seconds):
        return await happens
