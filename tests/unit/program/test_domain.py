"""The owner's domain: what it adds to a stack, in which order, and what it leaves as it is."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from infra.components.cdn import page_code
from infra.components.distribution import ALL_VIEWER, CACHING_DISABLED
from infra.steps.preflight import Seen
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


def dns_says(monkeypatch: pytest.MonkeyPatch, *, missing: Sequence[str] = (), issued: bool = False) -> None:
    """What is looked up before the program declares anything."""
    seen = Seen(problems=(), unknown=(), is_served=False, missing=missing)
    monkeypatch.setattr("infra.stack.lookups.look", lambda site: seen)
    monkeypatch.setattr("infra.stack.lookups.is_issued", lambda *asked: issued)


def test_a_zone_that_is_there_is_used_and_none_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    dns_says(monkeypatch)
    monkeypatch.setattr("infra.stack.lookups.holding", lambda region, name, **_: Zone(id="Z1", name="example.com"))
    stack = built({"domain": NAMES})
    assert stack.of("aws:route53/zone:Zone") == []
    assert {record.inputs["zoneId"] for record in stack.of(ALIASES)} == {"Z1"}
    assert not stack.of("pulumi-python:dynamic/infra:DomainCheck"), "it was looked at before"


def test_the_certificate_in_a_zone_that_the_stack_makes_waits_until_the_world_asks_it(made: Recorded) -> None:
    check = made.one("domain-check")
    assert (check.inputs["zoneId"], check.inputs["names"][0]) == ("domain-zone-id", "shop.example.com")
    assert made.depends("certificate-of-names", "domain-check")
    assert not made.depends("domain-check", "cdn-distribution")


@pytest.mark.parametrize(
    ("missing", "issued", "aliases", "url"),
    [
        (["shop.example.com"], False, [], "https://d123.cloudfront.net"),
        ([], False, [], "https://d123.cloudfront.net"),
        (["shop.example.com"], True, ["shop.example.com", "www.shop.example.com"], "https://d123.cloudfront.net"),
        ([], True, ["shop.example.com", "www.shop.example.com"], "https://shop.example.com"),
    ],
)
def test_with_the_dns_elsewhere_names_come_with_the_issued_certificate_and_the_address_with_the_records(
    monkeypatch: pytest.MonkeyPatch, missing: list[str], issued: bool, aliases: list[str], url: str
) -> None:
    dns_says(monkeypatch, missing=missing, issued=issued)
    warned: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", warned.append)
    stack = built({"domain": {**NAMES, "zone": "none"}})
    assert not stack.of(ALIASES) and not stack.of("aws:acm/certificateValidation:CertificateValidation")
    assert stack.one("cdn-distribution").inputs.get("aliases", []) == aliases
    assert stack.outputs["url"] == url
    for_acm = [f"_a.{name} CNAME _b.acm-validations.aws" for name in (NAMES["name"], f"www.{NAMES['name']}")]
    leading = [f"{name} CNAME d123.cloudfront.net" for name in (NAMES["name"], f"www.{NAMES['name']}")]
    assert stack.outputs["dns_records"] == [*for_acm, *leading]
    told = "\n".join(warned)
    assert all((line in told) == (not issued) for line in for_acm)
    assert (leading[0] in told, leading[1] in told) == (bool(missing), False)


def test_what_holds_data_does_not_know_of_the_domain(made: Recorded, dev: Recorded) -> None:
    for kind in ("aws:rds/instance:Instance", "aws:s3/bucket:Bucket", "aws:secretsmanager/secret:Secret"):
        assert {r.urn: r.inputs for r in made.of(kind)} == {r.urn: r.inputs for r in dev.of(kind)}


@pytest.fixture(scope="module")
def named() -> Recorded:
    """With a name of its own for the API."""
    return built({"domain": {**NAMES, "zone": "made", "api": "subdomain"}})


def variables(stack: Recorded, service: str) -> dict[str, str]:
    (container,) = json.loads(stack.one(f"{service}-definition").inputs["containerDefinitions"])
    return {one["name"]: one["value"] for one in container["environment"]}


def test_the_api_has_a_distribution_of_its_own_that_passes_its_name_on_and_keeps_nothing(named: Recorded) -> None:
    distribution = named.one("api-cdn-distribution").inputs
    assert distribution["aliases"] == ["api.shop.example.com"]
    behavior = distribution["defaultCacheBehavior"]
    assert (behavior["originRequestPolicyId"], behavior["cachePolicyId"]) == (ALL_VIEWER, CACHING_DISABLED)
    assert behavior["responseHeadersPolicyId"] == "cdn-headers-id"
    assert "api.shop.example.com" in named.one("certificate-of-names").inputs["subjectAlternativeNames"]


def test_requests_for_the_name_reach_the_back_end_which_has_no_prefix_there(named: Recorded) -> None:
    rule = named.one("backend-host").inputs
    assert rule["conditions"] == [{"hostHeader": {"values": ["api.shop.example.com"]}}]
    assert rule["actions"] == named.one("load-balancer-route-api").inputs["actions"]
    priorities = [one.inputs["priority"] for one in named.of("aws:lb/listenerRule:ListenerRule")]
    assert min(priorities) == rule["priority"] and len(set(priorities)) == len(priorities)
    told = variables(named, "backend")
    assert (told["API_PREFIX"], told["HEALTH_PATH"], told["FORMER_PREFIX"]) == ("", "/health", "/api")
    assert told["PAGE_ORIGIN"] == "https://shop.example.com"


def test_its_health_check_moves_by_a_new_group_so_that_tasks_of_before_stay_healthy(named: Recorded) -> None:
    group = named.one("backend-group")
    assert group.inputs["healthCheck"]["path"] == "/health/live"
    assert "healthCheck.path" in group.options["replaceOnChanges"]
    assert named.depends("backend-host", "backend-deployment")


def test_a_back_end_that_takes_no_prefix_from_the_stack_has_its_own_paths_there_too() -> None:
    own = {"HEALTH_PATH": "/api/health", "API_PREFIX": "/api"}
    domain = {**NAMES, "zone": "made", "api": "subdomain"}
    stack = built({"domain": domain, "services": {"backend": {"environment": own}}})
    assert stack.one("backend-group").inputs["healthCheck"]["path"] == "/api/health/live"
    assert stack.one("backend-host").inputs["conditions"] == [{"hostHeader": {"values": ["api.shop.example.com"]}}]


def test_pages_that_ask_there_are_served_only_when_it_answers(named: Recorded) -> None:
    assert variables(named, "frontend")["API_URL"] == "https://api.shop.example.com"
    for needed in ("backend-host", "api-cdn-distribution", "api-records-api.shop.example.com-a"):
        assert named.depends("frontend-service", needed)


@pytest.mark.parametrize("missing", [["api.shop.example.com"], []])
def test_with_the_dns_elsewhere_pages_ask_there_from_when_the_name_leads_to_it(
    monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    dns_says(monkeypatch, missing=missing, issued=True)
    stack = built({"domain": {**NAMES, "zone": "none", "api": "subdomain"}})
    assert stack.outputs["url"] == "https://shop.example.com"
    assert "api.shop.example.com CNAME d123.cloudfront.net" in stack.outputs["dns_records"]
    assert stack.one("api-cdn-distribution").inputs["aliases"] == ["api.shop.example.com"]
    assert ("API_URL" in variables(stack, "frontend")) == (not missing)


def test_pages_may_ask_there_and_take_files_that_it_leads_to(named: Recorded) -> None:
    policy = named.one("cdn-headers").inputs["securityHeadersConfig"]["contentSecurityPolicy"]["contentSecurityPolicy"]
    assert "connect-src 'self' https://api.shop.example.com" in policy
    (rule,) = named.one("browser-access-cors").inputs["corsRules"]
    assert rule["allowedOrigins"][-1] == "null"


ADMIN = {
    "source": "backend",
    "port": 9000,
    "health": "/api/health/live",
    "hosts": ["admin", "staff"],
    "uses": ["site"],
    "environment": {"PREFIX_OF_THE_API": "${site.apiPrefix}"},
}


@pytest.fixture(scope="module")
def hosted() -> Recorded:
    """With a service at names of its own, beside the API's."""
    return built({"domain": {**NAMES, "zone": "made", "api": "subdomain"}, "services": {"admin": ADMIN}})


def test_a_host_has_a_distribution_and_records_of_its_own_and_is_in_the_certificate(hosted: Recorded) -> None:
    for host in ("admin", "staff"):
        name = f"{host}.shop.example.com"
        distribution = hosted.one(f"{host}-cdn-distribution").inputs
        assert distribution["aliases"] == [name]
        behavior = distribution["defaultCacheBehavior"]
        assert (behavior["originRequestPolicyId"], behavior["cachePolicyId"]) == (ALL_VIEWER, CACHING_DISABLED)
        assert name in hosted.one("certificate-of-names").inputs["subjectAlternativeNames"]
        assert name in hosted.one("domain-check").inputs["names"]
        for kind in ("a", "aaaa"):
            record = hosted.one(f"{host}-records-{name}-{kind}")
            assert hosted.depends(record.name, f"{host}-cdn-distribution")
    told = hosted.outputs["hosts"]
    assert {host: (one["service"], one["url"]) for host, one in told.items()} == {
        "api": ("backend", "https://api.shop.example.com"),
        "admin": ("admin", "https://admin.shop.example.com"),
        "staff": ("admin", "https://staff.shop.example.com"),
    }


def test_requests_for_a_host_are_asked_for_before_those_for_paths_and_nothing_is_cut_off_them(hosted: Recorded) -> None:
    rule = hosted.one("admin-host").inputs
    assert rule["conditions"] == [{"hostHeader": {"values": ["admin.shop.example.com", "staff.shop.example.com"]}}]
    assert rule["actions"][0]["targetGroupArn"].endswith(":admin-group") and "transforms" not in rule
    rules = {one.name: one.inputs["priority"] for one in hosted.of("aws:lb/listenerRule:ListenerRule")}
    of_hosts = {rules.pop("admin-host"), rules.pop("backend-host")}
    assert len(of_hosts) == 2 and max(of_hosts) < min(rules.values())
    assert hosted.one("admin-group").inputs["healthCheck"]["path"] == "/api/health/live"
    assert hosted.one("backend-group").inputs["healthCheck"]["path"] == "/health/live"
    assert hosted.depends("admin-host", "admin-deployment")


def test_what_else_the_stack_has_does_not_know_of_a_host(hosted: Recorded, named: Recorded) -> None:
    for name in ("cdn-distribution", "cdn-headers", "api-cdn-distribution", "backend-host", "frontend-definition"):
        assert hosted.one(name).inputs == named.one(name).inputs
    assert not hosted.depends("frontend-service", "admin-host")


@pytest.mark.parametrize("missing", [["admin.shop.example.com"], []])
def test_with_the_dns_elsewhere_the_records_of_hosts_are_told(
    monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    dns_says(monkeypatch, missing=missing, issued=True)
    warned: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", warned.append)
    stack = built({"domain": {"name": "shop.example.com", "zone": "none"}, "services": {"admin": ADMIN}})
    lines = [f"{host}.shop.example.com CNAME d123.cloudfront.net" for host in ("admin", "staff")]
    assert set(lines) < set(stack.outputs["dns_records"])
    assert [line in "\n".join(warned) for line in lines] == [bool(missing), False]
    assert stack.outputs["url"] == "https://shop.example.com"


def test_until_the_certificate_is_issued_distributions_of_hosts_have_no_name_and_it_is_told_where_to_lead_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dns_says(monkeypatch, missing=["api.shop.example.com", "admin.shop.example.com"], issued=False)
    alarms = {"to": ["one@a-company.dev"]}
    domain = {"name": "shop.example.com", "zone": "none", "api": "subdomain"}
    stack = built({"domain": domain, "services": {"admin": ADMIN}, "alarms": alarms})
    for host in ("api", "admin"):
        assert not stack.one(f"{host}-cdn-distribution").inputs.get("aliases")
        lines = [f"_a.{host}.shop.example.com CNAME _b.acm-validations.aws"]
        lines += [f"{host}.shop.example.com CNAME d123.cloudfront.net"]
        assert set(lines) < set(stack.outputs["dns_records"])
    told = variables(stack, "backend")
    assert (told["API_PREFIX"], "FORMER_PREFIX" in told) == ("/api", False)
    assert stack.one("backend-group").inputs["healthCheck"]["path"] == "/api/health/live"
    assert "API_URL" not in variables(stack, "frontend")


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
