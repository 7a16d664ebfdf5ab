"""Routes and CloudFront's rules, as `make dev` applies them."""

from typing import Any

import pytest

from localcloud.dev.description import hosts
from localcloud.dev.site import UNCHANGED, Behavior, Site, behavior_of, behaviors, header_rules, owner, site_of

ALL = ["GET", "HEAD", "POST"]


class FakeCloudFront:
    """A distribution with two behaviors and two policies, in the form that boto3 gives."""

    def __init__(self) -> None:
        self.policies: dict[str, Any] = {
            "all": {
                "SecurityHeadersConfig": {
                    "ContentSecurityPolicy": {"Override": True, "ContentSecurityPolicy": "default-src 'self'"},
                    "FrameOptions": {"Override": True, "FrameOption": "DENY"},
                    "ReferrerPolicy": {"Override": False, "ReferrerPolicy": "no-referrer"},
                    "StrictTransportSecurity": {
                        "Override": True, "AccessControlMaxAgeSec": 60, "IncludeSubdomains": True, "Preload": False
                    },
                },
                "CustomHeadersConfig": {"Items": [{"Header": "X-Own", "Value": "1", "Override": True}]},
            },
            "few": {"SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}}},
        }  # fmt: skip

    def get_distribution_config(self, *, Id: str) -> Any:  # noqa: N803
        assert Id == "D1"
        first = {"PathPattern": "/assets/*", "AllowedMethods": {"Items": ["GET"]}, "ResponseHeadersPolicyId": "few"}
        default = {"AllowedMethods": {"Items": ALL}, "ResponseHeadersPolicyId": "all"}
        return {"DistributionConfig": {"CacheBehaviors": {"Items": [first]}, "DefaultCacheBehavior": default}}

    def get_response_headers_policy(self, *, Id: str) -> Any:  # noqa: N803
        return {"ResponseHeadersPolicy": {"ResponseHeadersPolicyConfig": self.policies[Id]}}


def test_every_path_has_the_methods_and_headers_of_its_behavior() -> None:
    known = behaviors(FakeCloudFront(), "D1")
    assets, page = behavior_of("/assets/a/b.js", known), behavior_of("/any/page", known)
    assert assets.set == {"X-Content-Type-Options": "nosniff"} and assets.methods == {"GET"}
    assert page.set == {
        "Content-Security-Policy": "default-src 'self'",
        "X-Frame-Options": "DENY",
        "Strict-Transport-Security": "max-age=60; includeSubDomains",
        "X-Own": "1",
    }
    assert page.add == {"Referrer-Policy": "no-referrer"} and page.methods == set(ALL)


def test_without_a_policy_no_header_is_set() -> None:
    assert list(header_rules({})) == []


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "/", True),
        ("/api", "/api", True),
        ("/api", "/api/x", False),
        ("/api/*", "/api/x/y", True),
        ("api/*", "/api/x", True),
        ("/a?c", "/abc", True),
        ("/a.c", "/abc", False),
        ("/assets/*", "/my/assets/x", False),
    ],
)
def test_patterns_are_those_of_cloudfront(pattern: str, path: str, matches: bool) -> None:
    assert Behavior(pattern=pattern, methods=frozenset()).matches(path) is matches


@pytest.mark.parametrize(
    ("path", "name"),
    [("/api", "api"), ("/api/items", "api"), ("/apiary", "page"), ("/", "page"), ("/api/v2/x", "new"), ("/x", "page")],
)
def test_the_longest_route_wins_and_no_look_alike_does(path: str, name: str) -> None:
    assert owner(path, {"/": "page", "/api": "api", "/api/v2": "new"}) == name


def test_a_path_without_a_route_has_no_service() -> None:
    assert owner("/", {"/api": "api"}) is None


@pytest.mark.parametrize(
    ("host", "is_admin"),
    [
        ("admin.localhost:4575", True),
        ("Admin.shop.localhost", True),
        ("localhost:4575", False),
        ("shop.localhost", False),
        ("admin:4575", False),
        ("127.0.0.1:4575", False),
        ("", False),
    ],
)
def test_a_name_is_known_by_what_it_begins_with(host: str, is_admin: bool) -> None:
    site, admin = (Site(routes={"/": name}, behaviors=[UNCHANGED]) for name in ("web", "admin"))
    assert site_of(host, site, {"admin": admin}) is (admin if is_admin else site)


def test_names_of_services_are_what_the_stack_tells_with_the_rules_of_their_distributions() -> None:
    facts = {"admin": {"service": "back-office", "url": "http://admin.shop.localhost:4566", "distribution": "D1"}}
    (host,) = hosts({"hosts": facts}, FakeCloudFront()).values()
    assert host.url == "http://admin.shop.localhost:4566"
    assert (host.site.routes, host.site.tells_name) == ({"/": "back-office"}, True)
    assert behavior_of("/x", host.site.behaviors).set["X-Own"] == "1"
    assert hosts({}, FakeCloudFront()) == {}
