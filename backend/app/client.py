"""Which client sent a request: the address by which the rate limits count."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

# An IPv6 client owns at least a network of this size, and can use another address of it for every request.
IPV6_PREFIX = 64
# Providers give a customer up to this many such networks.
WIDE_IPV6_PREFIX = 48


@lru_cache(maxsize=10_000)
def counted_as(address: str) -> str | None:
    """The key under which this address is counted; None when the text is not an IP address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed), IPV6_PREFIX), strict=False))
    return str(parsed)


def wide_network(client: str) -> str:
    """The network that one customer of a provider may own, for a key of `counted_as`; the same key for IPv4."""
    address = client.partition("/")[0]
    if ":" not in address:
        return client
    return str(ip_network((int(IPv6Address(address)), WIDE_IPV6_PREFIX), strict=False))


def client_of(scope: Scope, trusted_proxies: int) -> str:
    """The client's address as the outermost of our own proxies saw it.

    Each proxy appends the address of its peer to X-Forwarded-For. So with two proxies (CloudFront, load balancer) the
    second entry from the end is the client. The client itself can write any entry before that one, so those are
    ignored. A request that did not pass through all proxies is counted under the address of the connection's peer.
    """
    peer = scope["client"][0] if scope["client"] else "unknown"
    if trusted_proxies:
        entries = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        if len(entries) >= trusted_proxies and (client := counted_as(entries[-trusted_proxies].strip())):
            return client
    return counted_as(peer) or peer
