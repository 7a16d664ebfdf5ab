"""The owner's domain is added to a live stack, changed and removed again, and the address of before serves on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from localcloud import access
from tests.e2e.browser import chromium
from tests.e2e.checkout import Checkout
from tests.e2e.load import steady_load
from tests.e2e.site.steps import upload_text
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
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


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
    assert "domain:" not in running.ops("doctor").stdout
    running.client("route53").change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Changes": [caa("UPSERT")]}
    )
    told = running.ops("doctor").stdout
    assert "! domain: " in told and "CAA" in told
    running.client("route53").change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Changes": [caa("DELETE")]}
    )


def caa(action: str) -> Any:
    """A record that lets another authority than Amazon's alone make certificates."""
    value = [{"Value": '0 issue "letsencrypt.org"'}]
    return {
        "Action": action,
        "ResourceRecordSet": {"Name": "shop.localhost", "Type": "CAA", "TTL": 60, "ResourceRecords": value},
    }


def data_of(checkout: Checkout) -> tuple[str, str, str]:
    """What names the resources that hold data: another one of them has another name."""
    outputs = checkout.outputs
    return outputs["database"], outputs["database_secret"], outputs["bucket"]


def sign_in(page: Page, checkout: Checkout) -> None:
    page.goto(access.sign_in_link(checkout.place, checkout.url) or "")
    expect(page.get_by_role("article", name="Database", exact=True)).to_be_visible()


def create_item(page: Page, title: str) -> None:
    """By the page as it is open now: it is not loaded anew."""
    page.get_by_role("link", name="Items", exact=True).first.click()
    page.get_by_role("button", name="New item").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("list", name="Items").get_by_text(title)).to_be_visible()


def test_the_api_gets_a_name_of_its_own_without_a_lost_request(
    running: Checkout, default_name: str, browser: Browser
) -> None:
    """A page that is open from before asks at `/api` of its own address, and goes on to get answers."""
    kept = data_of(running)
    open_page = browser.new_page(base_url=running.url)
    sign_in(open_page, running)
    domain(running, "{name: shop.localhost, www: redirect, api: subdomain}")
    with nothing_lost(running, default_name), nothing_lost(running, "shop.localhost"):
        running.up()
    assert data_of(running) == kept
    create_item(open_page, "from a page of before")
    open_page.close()
    with at(running, "api.shop.localhost") as api:
        assert api.get("/health/live").json() == {"status": "ok"}
        answer = api.get("/items")
        assert (answer.status_code, answer.headers["strict-transport-security"]) == (401, "max-age=31536000")
        assert "<html" not in api.get("/").text
    checks = running.client("elbv2").describe_target_groups()["TargetGroups"]
    assert sorted(group["HealthCheckPath"] for group in checks) == ["/health/live", "/healthz"]
    running.up()
    assert running.last_changes() == {}


@pytest.fixture
def page(running: Checkout, browser: Browser) -> Iterator[Page]:
    with browser.new_context(base_url=running.url) as context:
        yield context.new_page()


def test_a_person_works_at_the_site_by_the_api_at_its_own_name(running: Checkout, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, running)
    create_item(page, "across two names")
    upload_text(page, "note.txt", b"stored by one name, shown by another")
    page.get_by_role("button", name="Preview note.txt").click()
    expect(page.get_by_role("dialog").get_by_text("shown by another")).to_be_visible()
    page.goto("/mail")
    page.get_by_label("Subject").fill("Across two names")
    page.get_by_label("Message").fill("x")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("listitem").filter(has_text="Across two names").first).to_be_visible()
    page.goto("/items")
    page.reload()
    expect(page.get_by_role("list", name="Items").get_by_text("across two names")).to_be_visible()

    (cookie,) = page.context.cookies()
    assert (cookie["domain"], cookie["httpOnly"], cookie["sameSite"]) == ("api.shop.localhost", True, "Strict")
    paths = {urlsplit(url).path for url in asked if urlsplit(url).hostname == "api.shop.localhost"}
    assert {"/session", "/overview", "/items", "/files", "/mail"} <= paths
    assert [url for url in asked if urlsplit(url).path.startswith("/api/")] == []


def test_a_page_beside_the_site_gets_no_answer_although_the_browser_sends_the_cookie(
    running: Checkout, page: Page
) -> None:
    sign_in(page, running)
    beside = f"http://evil.shop.localhost:{running.port}/"
    page.route(beside, lambda route: route.fulfill(content_type="text/html", body="<!doctype html><title>Kittens"))
    page.goto(beside)
    items = f"http://api.shop.localhost:{running.port}/items"
    script = "([url, options]) => fetch(url, options).then(answer => answer.type, error => 'refused')"
    with page.expect_request(items) as read:
        assert page.evaluate(script, [items, {"credentials": "include"}]) == "refused"
    assert "session=" in (read.value.all_headers().get("cookie") or "")
    form = {"method": "POST", "mode": "no-cors", "credentials": "include", "body": '{"title": "from beside"}'}
    page.evaluate(script, [items, form])
    page.goto("/items")
    expect(page.get_by_role("list", name="Items").get_by_text("across two names")).to_be_visible()
    assert page.get_by_text("from beside").count() == 0


def test_the_api_goes_back_to_its_path_without_a_lost_request(running: Checkout, default_name: str) -> None:
    kept = data_of(running)
    domain(running, "{name: shop.localhost, www: redirect}")
    with nothing_lost(running, default_name), nothing_lost(running, "shop.localhost"):
        running.up()
    assert data_of(running) == kept
    with at(running, "api.shop.localhost") as api:
        assert api.get("/health/live").status_code == 403
    with at(running, "shop.localhost") as site:
        assert 'name="api" content=""' in site.get("/").text
    assert len(running.client("cloudfront").list_distributions()["DistributionList"]["Items"]) == 1


def test_a_name_that_is_not_the_stacks_is_not_answered(running: Checkout) -> None:
    with at(running, "other.localhost") as stranger:
        assert stranger.get("/").status_code == 403


def test_another_name_takes_its_place(running: Checkout, default_name: str, zone_id: str) -> None:
    domain(running, "{name: new.shop.localhost, api: subdomain}")
    with nothing_lost(running, default_name):
        running.up()
    with at(running, "new.shop.localhost") as site:
        assert site.get("/").status_code == 200
    names = [name for name, kind in records(running, zone_id) if kind == "A"]
    assert names == ["api.new.shop.localhost.", "new.shop.localhost."]
    assert len(running.client("acm").list_certificates()["CertificateSummaryList"]) == 1


def test_it_is_removed_without_a_lost_request_and_nothing_of_it_stays(
    running: Checkout, default_name: str, zone_id: str
) -> None:
    domain(running, None)
    with nothing_lost(running, default_name):
        running.up()
    assert records(running, zone_id) == []
    assert running.client("acm").list_certificates()["CertificateSummaryList"] == []
    assert len(running.client("cloudfront").list_distributions()["DistributionList"]["Items"]) == 1
    running.up()
    assert running.last_changes() == {}


def test_a_domain_without_a_zone_is_refused_before_anything_changes(running: Checkout) -> None:
    domain(running, "{name: shop.elsewhere.dev}")
    run = running.run("up")
    assert run.code != 0
    assert "domain.name: no Route 53 zone holds shop.elsewhere.dev" in run.output and "Traceback" not in run.output
    domain(running, None)
