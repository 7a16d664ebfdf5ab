"""The grade that Mozilla's Observatory gives the headers of pages, by its own points.

https://github.com/mdn/mdn-http-observatory (version 1.4.8, `src/grader/charts.js` and `src/analyzer/tests/`): 100
points, less what is missing, and extra points only where 90 are left without them.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.program.recorder import Recorded

SIX_MONTHS_SECONDS = 15_768_000
BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*", "http://*.*", "https://*.*"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


def directives(policy: str) -> dict[str, set[str]]:
    return {name: set(sources) for name, *sources in (part.split() for part in policy.split(";"))}


def of_content(csp: Mapping[str, set[str]]) -> int:
    """The points of the content security policy."""
    default = csp.get("default-src", {"*"})
    script, style, objects = (csp.get(f"{kind}-src", default) for kind in ("script", "style", "object"))
    insecure = {name for name, sources in csp.items() if any(one.startswith(("http:", "ftp:")) for one in sources)}
    if script & (BROAD | {"'unsafe-inline'", "data:"}) or objects & BROAD:
        return -20
    if insecure - {"img-src", "media-src"}:
        return -20
    if "'unsafe-eval'" in script | style or insecure:
        return -10
    if style & (BROAD | {"'unsafe-inline'", "data:"}):
        return 0
    return 10 if default == {"'none'"} else 5


def score(headers: Mapping[str, Any]) -> int:
    """`headers`: `securityHeadersConfig` of a response headers policy. Nothing is loaded from other sites, and the one
    cookie is `Secure`, `HttpOnly` and `SameSite`, which cost and bring nothing."""
    csp = directives(headers["contentSecurityPolicy"]["contentSecurityPolicy"])
    by_csp = "frame-ancestors" in csp and not csp["frame-ancestors"] & BROAD
    framing = 5 if by_csp else 0 if "frameOptions" in headers else -20
    transport = headers.get("strictTransportSecurity", {}).get("accessControlMaxAgeSec")
    points = [
        of_content(csp),
        framing,
        5 if headers.get("referrerPolicy", {}).get("referrerPolicy") in PRIVATE else 0,
        0 if "contentTypeOptions" in headers else -5,
        -20 if transport is None else -10 if transport < SIX_MONTHS_SECONDS else 0,
    ]
    without_extra = 100 + sum(point for point in points if point < 0)
    return 100 + sum(points) if without_extra >= 90 else without_extra


@pytest.fixture
def headers(prod: Recorded) -> dict[str, Any]:
    found: dict[str, Any] = prod.one("cdn-headers").inputs["securityHeadersConfig"]
    return found


def test_the_site_gets_an_a_plus(headers: dict[str, Any]) -> None:
    assert score(headers) == 115  # from 100 on: A+
    assert {header["override"] for header in headers.values()} == {True}


@pytest.mark.parametrize(
    ("header", "changed", "points"),
    [
        ("contentSecurityPolicy", {"contentSecurityPolicy": "default-src 'self' 'unsafe-inline'"}, 80),
        ("contentSecurityPolicy", {"contentSecurityPolicy": "default-src 'none'; frame-ancestors 'none'"}, 120),
        ("strictTransportSecurity", {"accessControlMaxAgeSec": 3600}, 105),
        ("referrerPolicy", {"referrerPolicy": "unsafe-url"}, 110),
    ],
)
def test_a_weaker_header_costs_points(headers: dict[str, Any], header: str, changed: Any, points: int) -> None:
    assert score({**headers, header: changed}) == points
