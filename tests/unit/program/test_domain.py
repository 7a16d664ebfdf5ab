"""The owner's domain: what it adds to a stack, in which order, and what it leaves as it is."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from infra.components.cdn import page_code
from infra.steps.zones import Zone
from tests.unit.program.recorder import Recorded
from tests.unit.program.test_way_in import built

NAMES = {"name": "shop.example.com", "www": "redirect"}
ALIASES = "aws:route53/record:Record"


@pytest.fixture(scope="module")
def made() -> Recorded:
    return built({"domain": {**NAMES, "zone": "made"}})


def test_the_distribution_gets_the_names_only_with_the_issued_certificate_for_them(made: Recorded) -> None:
    distribution = made.one("cdn-distribution").inputs
    assert distribution["aliases"] == ["shop.example.com", "www.shop.example.com"]
    certificate = made.one("certificate-of-names").inputs
    assert certificate["domainName"] == "shop.example.com"
    assert certificate["subjectAlternativeNames"] == ["www.shop.example.com"]
    assert certificate["region"] == made.one("certificate-issued").inputs["region"] == "us-east-1"
    assert made.depends("cdn-distribution", "certificate-issued")
    assert distribution["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2021"


def test_names_lead_to_the_distribution_over_ipv4_and_ipv6_once_it_has_them(made: Recorded) -> None:
    records = {(r.inputs["name"], r.inputs["type"]): r for r in made.of(ALIASES) if r.inputs.get("aliases")}
    assert set(records) == {
        (name, kind) for name in ("shop.example.com", "www.shop.example.com") for kind in ("A", "AAAA")
    }
    assert {r.inputs["aliases"][0]["name"] for r in records.values()} == {"d123.cloudfront.net"}
    assert all(made.depends(r.name, "cdn-distribution") for r in records.values())


def test_other_sites_below_the_domain_are_left_their_own_choice_of_transport(made: Recorded, dev: Recorded) -> None:
    def includes(stack: Recorded) -> Any:
        return stack.one("cdn-headers").inputs["securityHeadersConfig"]["strictTransportSecurity"]["includeSubdomains"]

    assert (includes(made), includes(dev)) == (False, True)


def test_pages_at_both_addresses_may_send_files(made: Recorded) -> None:
    (rule,) = made.one("browser-access-cors").inputs["corsRules"]
    assert rule["allowedOrigins"] == ["https://shop.example.com", "https://d123.cloudfront.net"]
    assert made.outputs["url"] == "https://shop.example.com"


def test_a_zone_that_is_there_is_used_and_none_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.stack.setting.holding", lambda region, name: Zone(id="Z1", name="example.com"))
    stack = built({"domain": NAMES})
    assert stack.of("aws:route53/zone:Zone") == []
    assert {record.inputs["zoneId"] for record in stack.of(ALIASES)} == {"Z1"}


def test_what_holds_data_does_not_know_of_the_domain(made: Recorded, dev: Recorded) -> None:
    for kind in ("aws:rds/instance:Instance", "aws:s3/bucket:Bucket", "aws:secretsmanager/secret:Secret"):
        assert {r.urn: r.inputs for r in made.of(kind)} == {r.urn: r.inputs for r in dev.of(kind)}


@pytest.mark.skipif(not shutil.which("node"), reason="node runs CloudFront's function")
@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.shop.example.com", "https://shop.example.com/items?a=1&a=2&empty"),
        ("shop.example.com", "/index.html"),
        ("d123.cloudfront.net", "/index.html"),
    ],
)
def test_www_leads_to_the_domain_with_path_and_query_and_other_names_are_the_page(host: str, expected: str) -> None:
    query = {"a": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]}, "empty": {"value": ""}}
    event = {"request": {"uri": "/items", "querystring": query, "headers": {"host": {"value": host}}}}
    script = f"{page_code('https')}console.log(JSON.stringify(handler({json.dumps(event)})))"
    answer = json.loads(subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True).stdout)
    assert answer.get("uri", answer.get("headers", {}).get("location", {}).get("value")) == expected
