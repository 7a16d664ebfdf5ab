"""What is asked about a domain, and of whom; `tests/e2e/test_dns.py` asks a real DNS server."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pulumi.dynamic import CreateResult

from infra.steps import names, preflight
from infra.steps.common import StepError
from infra.steps.distributions import Distributions
from infra.steps.preflight import DomainCheck, Seen, Site, look

SERVERS = ["ns-1.awsdns-1.com", "ns-2.awsdns-2.net"]
TAGS = {"project": "shop", "stack": "prod"}
IN_ZONE = Site(key="domain", names=["example.com"], region="us-east-1", tags=TAGS, zone="example.com", zone_id="Z1")
ELSEWHERE = Site(key="domain", names=["shop.example.com"], region="us-east-1", tags=TAGS, zone=None, zone_id=None)
OWN, FOREIGN = "d1.cloudfront.net", "d2.cloudfront.net"
DNS = {("com", "NS"): ["a.gtld"], ("example.com", "NS"): SERVERS}


class FakeNames(names.Names):
    """`says`: what the DNS has, whoever is asked; notes what resolvers were asked."""

    def __init__(self, says: Mapping[tuple[str, str], Sequence[str]]) -> None:
        self.says, self.asked = says, list[str]()
        self.resolved = self._of_resolver  # type: ignore[assignment]

    def _of_resolver(self, name: str, kind: str) -> tuple[str, ...]:
        self.asked.append(name)
        return tuple(self.says.get((name, kind), ()))

    def told(self, servers: Sequence[str], name: str, kind: str) -> list[str]:
        assert servers
        return list(self.says.get((name, kind), ()))

    referral = told


class FakeCloud:
    """The account's zone, and its distributions with their names; `OWN` is the stack's."""

    def __init__(self, aliases: Mapping[str, list[str]], rows: Sequence[dict[str, Any]]) -> None:
        self.aliases, self.rows = aliases, rows

    def __call__(self, service: str, region: str) -> "FakeCloud":
        return self

    def get_hosted_zone(self, **_: Any) -> Any:
        return {"DelegationSet": {"NameServers": SERVERS}}

    def list_resource_record_sets(self, **_: Any) -> Any:
        return {"ResourceRecordSets": self.rows}

    def get_paginator(self, _operation: str) -> "FakeCloud":
        return self

    def paginate(self) -> Any:
        items = [
            {"Id": f"E{domain[1]}", "ARN": domain, "DomainName": domain, "Aliases": {"Items": held}}
            for domain, held in self.aliases.items()
        ]
        return [{"DistributionList": {"Items": items}}]

    def list_tags_for_resource(self, *, Resource: str) -> Any:  # noqa: N803 (boto3's name)
        tags = {**TAGS, "component": "cdn"} if Resource == OWN else {"project": "other"}
        return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]}}


def seen(
    monkeypatch: pytest.MonkeyPatch, site: Site, says: Mapping[tuple[str, str], Sequence[str]], *,
    aliases: Mapping[str, list[str]] | None = None, rows: Sequence[dict[str, Any]] = (),
) -> tuple[Seen, FakeNames]:  # fmt: skip
    dns, cloud = FakeNames(says), FakeCloud(aliases or {}, rows)
    monkeypatch.setattr(preflight, "Names", lambda: dns)
    for module in ("infra.steps.preflight", "infra.steps.distributions"):
        monkeypatch.setattr(f"{module}.aws_client", cloud)
    return look(site), dns


def alias(target: str) -> dict[str, Any]:
    return {"Name": "example.com.", "Type": "A", "AliasTarget": {"DNSName": f"{target}."}}


def test_all_is_well_with_a_delegated_zone_and_no_resolver_is_asked_for_a_name_of_the_site(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, dns = seen(monkeypatch, IN_ZONE, DNS)
    assert (found.problems, found.unknown, found.is_served) == ([], [], False)
    assert "example.com" not in dns.asked
    found, dns = seen(monkeypatch, ELSEWHERE, DNS)
    assert (found.problems, found.missing) == ([], ["shop.example.com"])
    assert "shop.example.com" not in dns.asked


def test_the_closest_caa_record_up_the_tree_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = {("com", "CAA"): ['0 issue ";"']}
    found, _ = seen(monkeypatch, IN_ZONE, {**DNS, **strict})
    assert "the CAA record of com" in found.problems[0]
    found, _ = seen(monkeypatch, IN_ZONE, {**DNS, **strict, ("example.com", "CAA"): ['0 issue "amazon.com"']})
    assert found.problems == []


def test_the_stacks_own_distribution_and_records_are_known_by_its_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {OWN: ["example.com"], FOREIGN: []}
    found, _ = seen(monkeypatch, IN_ZONE, DNS, aliases=held, rows=[alias(OWN)])
    assert (found.problems, found.is_served) == ([], True)
    found, _ = seen(monkeypatch, IN_ZONE, DNS, aliases=held, rows=[alias(FOREIGN)])
    assert "a distribution that is not this stack's" in found.problems[0]
    found, _ = seen(monkeypatch, IN_ZONE, DNS, aliases={OWN: [], FOREIGN: ["example.com"]})
    assert "belongs to the distribution E2" in found.problems[0] and not found.is_served


def test_where_nobody_answers_nothing_is_known_and_nobody_waits_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DNS_SERVER", "127.0.0.1:9")
    monkeypatch.setattr(names, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(names, "SECONDS", 0.2)
    monkeypatch.setattr(preflight, "aws_client", FakeCloud({}, []))
    monkeypatch.setattr(Distributions, "of", lambda region, tags: Distributions(region=region, tags=tags, rows={}))
    found = look(IN_ZONE)
    assert found.problems == [] and len(found.unknown) == 2
    assert all("answered for" in text for text in found.unknown)


def test_the_step_for_a_zone_of_the_stack_fails_with_the_lines_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    props = {"names": ["example.com"], "zone": "example.com", "zoneId": "Z1", "region": "us-east-1", "tags": TAGS}
    seen(monkeypatch, IN_ZONE, {("com", "NS"): ["a.gtld"]})
    with pytest.raises(
        StepError, match=r"Set these name servers(.|\n)*ns-1\.awsdns-1\.com(.|\n)*run `pulumi up` again"
    ):
        DomainCheck().create(props)
    seen(monkeypatch, IN_ZONE, DNS)
    made: CreateResult = DomainCheck().create(props)
    assert made.outs == props
