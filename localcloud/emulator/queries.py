"""Query strings reach CloudFront's functions, and the origin after them, as the viewer wrote them.

MiniStack decodes them for a function and encodes them again, in its own way.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
"""

from collections.abc import Iterable
from typing import Any

from ministack.services import cloudfront


def undecoded(query: str) -> dict[str, list[str]]:
    """The values of each name, in the order of their names."""
    found: dict[str, list[str]] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        found.setdefault(name, []).append(value)
    return found


def keep_queries() -> None:
    """Before the first request."""
    cloudfront.urlencode = joined


def joined(pairs: Iterable[tuple[str, str]], **_: Any) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)
