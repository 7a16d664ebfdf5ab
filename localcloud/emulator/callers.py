"""From where a request may come: what a web browser tells of the page that sends it.

Whatever page a developer opens can send requests to 127.0.0.1. It can read an answer only if CORS or the same origin
lets it, and it gets the same origin by DNS rebinding: its own name, made to lead to 127.0.0.1. A browser shows both: by
the `Host` header, and by `Origin` and `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/). Other programs send
neither.
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

# Only Amazon can say where names below these lead. Pushes, and requests to load balancers, carry such names.
AMAZON = (".amazonaws.com", ".amazonaws.com.cn", ".cloudfront.net")
# What Docker calls the machine that runs it.
DOCKER = "host.docker.internal"
STRANGE_SITES = ("cross-site", "same-site")


def is_own_host(host: str) -> bool:
    """Whether a `Host` header names this machine in a way that no other website can take for itself."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name in ("localhost", DOCKER) or name.endswith((".localhost", *AMAZON)):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_of_a_page(headers: Mapping[str, str]) -> bool:
    """Whether a script or an element of a web page sent the request, from any origin."""
    return bool(headers.get("origin")) or headers.get("sec-fetch-site", "none") != "none"


def is_link_to_a_page(headers: Mapping[str, str]) -> bool:
    """Whether a person who followed a link, or typed an address, will see the answer as a page of its own."""
    if headers.get("origin"):
        return False
    if headers.get("sec-fetch-site", "none") not in STRANGE_SITES:
        return True
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def is_own_form(headers: Mapping[str, str]) -> bool:
    """Whether a form was sent from the page at the same address, or by a program that is no browser."""
    if "sec-fetch-site" in headers:
        return headers["sec-fetch-site"] == "same-origin"
    return not headers.get("origin")
