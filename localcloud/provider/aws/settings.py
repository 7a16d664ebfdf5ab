"""The provider's configuration in one stack. None of it may lead off this machine."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from localcloud.provider.errors import ProviderError

LOOPBACK_NAMES = ("localhost",)


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host in LOOPBACK_NAMES or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_remote(source: str, url: str) -> None:
    """Fail unless `url` stays on this machine: this provider never speaks to AWS."""
    if not is_loopback(url):
        raise ProviderError(
            f"{source}: must be an address of this machine (http://127.0.0.1:PORT), got {url!r}; "
            "this is the laptop's provider, for AWS use the official plugin (a stack without PULUMI_DEBUG_PROVIDERS)"
        )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The provider's configuration in one stack."""

    endpoint: str
    region: str = "us-east-1"
    access_key: str = "test"
    secret_key: str = "test"  # noqa: S105 - of a MiniStack that checks none
    default_tags: Mapping[str, str] = field(default_factory=dict)
    allowed_accounts: tuple[str, ...] = ()
    endpoints: Mapping[str, str] = field(default_factory=dict)  # service -> its own endpoint

    def __post_init__(self) -> None:
        refuse_remote("endpoint", self.endpoint)
        for service, url in self.endpoints.items():
            refuse_remote(f"endpoints.{service}", url)
