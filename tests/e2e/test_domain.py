"""The owner's domain is added to a live stack, changed and removed again, and the address of before serves on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.checkout import Checkout
from tests.e2e.load import steady_load
from tests.unit.stack_files import PROJECT

NETWORK = f"  {PROJECT}:network:"


def at(checkout: Checkout, name: str) -> httpx.Client:
    """A client of the site under a name; resolvers need not know names below `localhost`."""
    host = {"Host": f"{name}:{checkout.port}"}
    return httpx.Client(base_url=checkout.place.endpoint, headers=host, timeout=10)


@contextmanager
def nothing_lost(checkout: Checkout, name: str) -> Iterator[None]:
    """A steady load on the page and the API at a name, of which no request fails."""

    def connect() -> httpx.Client:
        return at(checkout, name)

    with (
        steady_load(connect, "/", lambda response: "") as page,
        steady_load(connect, "/api/health/live", lambda response: "") as api,
    ):
        yield
    assert (page.failed, api.failed) == ({}, {})
    assert page.statuses["200"] > 20 and api.statuses["200"] > 20


def domain(checkout: Checkout, setting: str | None) -> None:
    """Write the section into the stack's file, or take it out."""
    text = (checkout.root / "Pulumi.local.yaml").read_text()
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(f"  {PROJECT}:domain:")]
    own = f"  {PROJECT}:domain: {setting}\n" if setting else ""
    (checkout.root / "Pulumi.local.yaml").write_text("".join(lines).replace(NETWORK, own + NETWORK))


def records(checkout: Checkout, zone_id: str) -> list[tuple[str, str]]:
    rows: list[dict[str, Any]] = checkout.client("route53").list_resource_record_sets(HostedZoneId=zone_id)[
        "ResourceRecordSets"
    ]
    return sorted((row["Name"], row["Type"]) for row in rows if row["Type"] not in ("NS", "SOA"))


@pytest.fixture(scope="module")
def default_name(running: Checkout) -> str:
    """The name that CloudFront gave the site."""
    return running.url.removeprefix("http://").partition(":")[0]


@pytest.fixture(scope="module")
def zone_id(running: Checkout) -> str:
    made = running.client("route53").create_hosted_zone(Name="shop.localhost", CallerReference="test")
    return str(made["HostedZone"]["Id"])


def test_it_is_added_without_a_lost_request_and_without_replacing_anything(
    running: Checkout, default_name: str, zone_id: str
) -> None:
    domain(running, "{name: shop.localhost, www: redirect}")
    with nothing_lost(running, default_name):
        running.up()
    assert running.url == f"http://shop.localhost:{running.port}"
    assert set(running.last_changes()) <= {"create", "update"}
    with at(running, "shop.localhost") as site:
        assert "<div id=" in site.get("/").text
        headers = site.get("/items").headers
        assert headers["strict-transport-security"] == "max-age=31536000"
    with at(running, "www.shop.localhost") as www:
        moved = www.get("/items?q=1")
        assert (moved.status_code, moved.headers["location"]) == (301, f"{running.url}/items?q=1")
    running.up()
    assert running.last_changes() == {}


def test_a_name_that_is_not_the_stacks_is_not_answered(running: Checkout) -> None:
    with at(running, "other.localhost") as stranger:
        assert stranger.get("/").status_code == 403


def test_another_name_takes_its_place(running: Checkout, default_name: str, zone_id: str) -> None:
    domain(running, "{name: new.shop.localhost}")
    with nothing_lost(running, default_name):
        running.up()
    with at(running, "new.shop.localhost") as site:
        assert site.get("/").status_code == 200
    assert [name for name, kind in records(running, zone_id) if kind == "A"] == ["new.shop.localhost."]
    assert len(running.client("acm").list_certificates()["CertificateSummaryList"]) == 1


def test_it_is_removed_without_a_lost_request_and_nothing_of_it_stays(
    running: Checkout, default_name: str, zone_id: str
) -> None:
    domain(running, None)
    with nothing_lost(running, default_name):
        running.up()
    assert records(running, zone_id) == []
    assert running.client("acm").list_certificates()["CertificateSummaryList"] == []
    running.up()
    assert running.last_changes() == {}


def test_a_domain_without_a_zone_is_refused_before_anything_changes(running: Checkout) -> None:
    domain(running, "{name: shop.elsewhere.dev}")
    run = running.run("up")
    assert run.code != 0
    assert "domain.name: no Route 53 zone holds shop.elsewhere.dev" in run.output and "Traceback" not in run.output
    domain(running, None)
