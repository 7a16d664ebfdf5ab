"""Names of the site: which zone holds them, and how their addresses are written."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Record:
    """Of the DNS. `key`: its name among the stack's resources."""

    key: str
    name: str
    type: str
    value: str

    def __str__(self) -> str:
        """As a person sets it."""
        return f"{self.name.rstrip('.')} {self.type} {self.value.rstrip('.')}"


# The route of the service that `domain.api` is about, and what stands before the domain in its name.
API = "/api"
API_HOST = "api"


def parents(name: str) -> list[str]:
    """The name and all that it ends with, the longest first: `a.b.c`, `b.c`, `c`."""
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def zone_of(name: str, zones: Iterable[str]) -> str | None:
    """The zone of those that holds the name's records: the one with the longest name."""
    known = set(zones)
    return next((parent for parent in parents(name) if parent in known), None)


def without_prefix(path: str) -> str:
    """A path of the API, as it is at the API's own name."""
    return path.removeprefix(API) if path.startswith(f"{API}/") else path


def address(scheme: str, name: str, distribution: str) -> str:
    """Of a name that leads to a distribution. On a local cloud distributions have a port, and so has the name."""
    return f"{scheme}://{name}{port_of(distribution)}"


def port_of(distribution: str) -> str:
    _, colon, port = distribution.partition(":")
    return f"{colon}{port}"


def host_of(distribution: str) -> str:
    """The name alone, as a record of DNS has it."""
    return distribution.partition(":")[0]


def source(scheme: str, name: str) -> str:
    """Of a content security policy, which is known before the distribution: without TLS, its port may be any."""
    return f"{scheme}://{name}{':*' if scheme == 'http' else ''}"
