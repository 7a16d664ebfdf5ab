"""A domain whose DNS is not as it must be, is another account's or elsewhere: what `up` says, and that it goes on."""

import json
import shutil
import signal
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud import stack
from tests.e2e.checkout import Checkout
from tests.e2e.development import Development
from tests.e2e.test_domain import at, domain, records
from tests.unit.stack_files import PROJECT

APP = Path(__file__).parent / "apps/greeter"
WEB = {"source": "greeter", "port": 8000, "routes": ["/"], "health": "/", "memoryMib": 128, "uses": ["mail"]}
# At a name of its own, and, where `domain.api` says so, at the API's.
ADMIN = {
    "source": "greeter",
    "port": 8000,
    "routes": ["/api"],
    "hosts": ["admin"],
    "health": "/",
    "memoryMib": 128,
    "environment": {"GREETING": "{path} of {host}"},
}
SERVERS = ["ns-1.awsdns-1.com", "ns-2.awsdns-2.net", "ns-3.awsdns-3.org", "ns-4.awsdns-4.co.uk"]
MAIL = "{address: no-reply@shop.localhost, domain: shop.localhost, zone: %s, mailboxPath: /_local/mailbox}"
FOREIGN = "d111111abcdef8.cloudfront.net"


class Dns:
    """Somebody else's hand in the zones."""

    def __init__(self, checkout: Checkout) -> None:
        self.client: Any = checkout.client("route53")

    def zone(self, name: str) -> str:
        made = self.client.create_hosted_zone(Name=name, CallerReference=uuid.uuid4().hex)
        return str(made["HostedZone"]["Id"])

    def change(self, action: str, zone_id: str, name: str, kind: str, values: Iterable[str]) -> None:
        row = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value} for value in values]}
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": row}]}
        self.client.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)


@pytest.fixture(scope="module")
def site(checkout: Checkout) -> Iterator[Checkout]:
    """The smallest app that sends mail, and again at a name of its own; nothing of it is deployed yet."""
    shutil.copytree(APP, checkout.root / "greeter")
    (checkout.root / "app.yaml").write_text(json.dumps({"services": {"web": WEB, "admin": ADMIN}}))
    checkout.edit("Pulumi.local.yaml", f"(?s)  {PROJECT}:services:.*?(?=  {PROJECT}:database)", "")
    checkout.start_cloud()
    yield checkout


@pytest.fixture(scope="module")
def dns(site: Checkout) -> Dns:
    return Dns(site)


@pytest.fixture(scope="module")
def above(dns: Dns) -> str:
    """The zone above all domains of these tests."""
    return dns.zone("localhost")


@pytest.fixture(scope="module")
def zone_id(dns: Dns, above: str) -> str:
    """The domain's, made by somebody else."""
    return dns.zone("shop.localhost")


def default_name(site: Checkout) -> str:
    found = site.client("cloudfront").get_distribution(Id=site.outputs["distribution"])["Distribution"]
    return f"{found['DomainName'].partition('.')[0]}.cloudfront.localhost"


def answers_by_its_host(site: Checkout, name: str) -> None:
    """With all paths, as they are; what else the site has is not there, nor it at the site's name."""
    with at(site, name) as visitor:
        for path in ("/", "/api/items?q=1", "/a%2Fb/"):
            assert visitor.get(path).text == f"{path} of {name}\n"
        assert "max-age" in visitor.get("/").headers["strict-transport-security"]
    with at(site, name.partition(".")[2]) as visitor:
        assert visitor.get("/admin").text == "hello\n"


def test_all_that_is_in_the_way_is_said_at_once_and_nothing_is_made(
    site: Checkout, dns: Dns, above: str, zone_id: str
) -> None:
    domain(site, "{name: shop.localhost}")
    wrong = [
        (above, "shop.localhost", "DS", ["1 13 2 " + "AB" * 32]),
        (above, "localhost", "CAA", ['0 issue "letsencrypt.org"']),
        (zone_id, "shop.localhost", "CNAME", [FOREIGN]),
    ]
    for row in wrong:
        dns.change("CREATE", *row)
    for run in (site.run("up"), site.pulumi("preview", "--stack", "local")):
        assert run.code != 0 and "Traceback" not in run.output
        told = " ".join(run.output.split())
        assert f"and no others: {' '.join(SERVERS)}" in told
        assert "Remove the DS record of shop.localhost" in told
        assert 'localhost CAA 0 issue "amazon.com"' in told
        assert f"shop.localhost CNAME {FOREIGN}" in told
    assert stack.resource_count(site.place) == 0
    for row in wrong:
        dns.change("DELETE", *row)


def test_with_that_mended_up_goes_on_and_mail_finds_its_zone(
    site: Checkout, dns: Dns, above: str, zone_id: str
) -> None:
    dns.change("CREATE", above, "shop.localhost", "NS", SERVERS)
    site.edit(
        "Pulumi.local.yaml", rf"(?s)  {PROJECT}:mail:\n.*?(?=  {PROJECT}:)", f"  {PROJECT}:mail: {MAIL % 'existing'}\n"
    )
    site.up()
    assert site.url == f"http://shop.localhost:{site.port}"
    with at(site, "shop.localhost") as visitor:
        assert visitor.get("/").text == "hello\n"
    answers_by_its_host(site, "admin.shop.localhost")
    assert site.client("sesv2").get_email_identity(EmailIdentity="shop.localhost")["VerifiedForSendingStatus"]
    assert "dns_records" not in site.outputs
    site.up()
    assert site.last_changes() == {}


def test_a_domain_that_is_served_does_not_keep_a_deployment_from_its_way(
    site: Checkout, dns: Dns, above: str, zone_id: str
) -> None:
    dns.change("DELETE", above, "shop.localhost", "NS", SERVERS)
    run = site.up()
    assert "the world does not ask this Route 53 zone" in run.output
    dns.change("CREATE", above, "shop.localhost", "NS", SERVERS)


def test_with_its_dns_elsewhere_the_records_are_told_and_up_goes_on_when_they_are_there(
    site: Checkout, dns: Dns, above: str, zone_id: str
) -> None:
    domain(site, "{name: elsewhere.localhost, zone: none}")
    site.edit("Pulumi.local.yaml", "zone: existing, mailboxPath", "zone: none, mailboxPath")
    elsewhere = dns.zone("elsewhere.localhost")
    dns.change("CREATE", above, "elsewhere.localhost", "NS", SERVERS)
    run = site.up()
    assert records(site, zone_id) == [], "those of the former domain"
    default = default_name(site)
    assert site.url == f"http://{default}:{site.port}"
    told = [line.split(" ", 2) for line in site.outputs["dns_records"]]
    ours = [record for record in told if "elsewhere.localhost" in record[0]]
    assert all(" ".join(record) in run.output for record in ours)
    leading = {record[0]: record[2] for record in ours if not record[0].startswith("_")}
    assert leading.keys() == {"elsewhere.localhost", "admin.elsewhere.localhost"}
    assert leading["elsewhere.localhost"] == default != leading["admin.elsewhere.localhost"]
    assert {"bounce.shop.localhost", "_dmarc.shop.localhost"} < {name for name, *_ in told}
    for name, kind, value in ours:
        dns.change("CREATE", elsewhere, name, kind, [value])
    run = site.up()
    assert site.url == f"http://elsewhere.localhost:{site.port}"
    answers_by_its_host(site, "admin.elsewhere.localhost")
    assert not any(" ".join(record) in run.output.partition("Outputs:")[0] for record in ours)
    with at(site, "elsewhere.localhost") as visitor:
        assert visitor.get("/").text == "hello\n"
    site.up()
    assert site.last_changes() == {}


def test_a_zone_that_the_stack_makes_is_asked_for_before_its_certificate(
    site: Checkout, dns: Dns, above: str, zone_id: str
) -> None:
    domain(site, "{name: made.localhost, zone: made, api: subdomain}")
    run = site.run("up")
    assert run.code != 0 and "Traceback" not in run.output
    assert f"and no others: {' '.join(SERVERS)}" in " ".join(run.output.split())
    arns = site.client("acm").list_certificates()["CertificateSummaryList"]
    assert "made.localhost" not in {one["DomainName"] for one in arns}
    dns.change("CREATE", above, "made.localhost", "NS", SERVERS)
    site.up()
    assert site.url == f"http://made.localhost:{site.port}"
    for name in ("admin.made.localhost", "api.made.localhost"):
        answers_by_its_host(site, name)
    with at(site, "made.localhost") as visitor:
        assert visitor.get("/api/items").text.startswith("/api/items of ")
    site.up()
    assert site.last_changes() == {}


def test_make_dev_has_the_service_at_its_host_too(site: Checkout, tmp_path: Path) -> None:
    with Development.of(site, tmp_path / "output") as dev:
        port = site.place.dev_port
        assert f"http://admin.localhost:{port}\n" in dev.lines
        for name in (f"admin.localhost:{port}", f"admin.made.localhost:{port}"):
            answer = dev.site.get("/items?q=1", headers={"Host": name})
            assert answer.text == f"/items?q=1 of {name}\n"
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert dev.site.get("/items").text == "hello\n"
        dev.process.send_signal(signal.SIGINT)
        assert dev.process.wait(60) == 0


def test_in_the_end_the_zones_of_others_are_as_they_were(site: Checkout, dns: Dns, above: str, zone_id: str) -> None:
    site.edit("Pulumi.local.yaml", "zone: none, mailboxPath", "zone: existing, mailboxPath")
    domain(site, "{name: shop.localhost}")
    site.up()
    assert len(records(site, zone_id)) > 2
    site.down()
    site.start_cloud()
    assert records(site, zone_id) == []
    names = {zone["Name"] for zone in dns.client.list_hosted_zones()["HostedZones"]}
    assert names == {"localhost.", "shop.localhost.", "elsewhere.localhost."}
