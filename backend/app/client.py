"""Who sent a request: the address that a limit counts by."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

# A client of IPv6 has at least such a network to itself, and may use another of its addresses for every request.
IPV6_PREFIX = 64


@lru_cache(maxsize=10_000)
def counted_as(address: str) -> str | None:
    """What stands for this client; None for text that is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed), IPV6_PREFIX), strict=False))
    return str(parsed)


def client_of(scope: Scope, trusted_proxies: int) -> str:
    """The client as the outermost of our own proxies saw it.

    Each proxy appends to X-Forwarded-For whom it was asked by. So with two of them (CloudFront, load balancer) the
    second entry from the end is the client; what stands before it is what the client wrote itself. A request that did
    not come through all of them counts as its peer's.
    """
    peer = scope["client"][0] if scope["client"] else "unknown"
    if trusted_proxies:
        entries = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        if len(entries) >= trusted_proxies and (client := counted_as(entries[-trusted_proxies].strip())):
            return client
    return counted_as(peer) or peer
