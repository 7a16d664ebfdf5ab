"""What is told of a domain whose DNS or distribution is not as it must be."""

from dataclasses import replace

import pytest

from infra.pure.preflight import Authorities, Delegation, Facts, Holder, Lead, problems

SERVERS = ["ns-1.awsdns-1.com.", "ns-2.awsdns-2.net."]
RIGHT = Delegation(zone="example.com", servers=SERVERS, parent="com", led_to=SERVERS, is_vouched=False, is_signed=False)


def told(**facts: object) -> list[str]:
    return problems(Facts(key="domain", **facts))  # type: ignore[arg-type]


def of(texts: list[str], name: str = "example.com", owner: str = "example.com") -> Authorities:
    return Authorities(name=name, owner=owner, texts=texts)


def lead(target: str, *, is_own: bool = False) -> Lead:
    return Lead(name="shop.example.com", kind="CNAME", target=target, is_own=is_own)


def test_a_zone_that_the_world_asks_is_no_problem() -> None:
    assert told(delegations=[RIGHT]) == []
    assert told(delegations=[replace(RIGHT, led_to=["NS-1.awsdns-1.com", "ns-2.awsdns-2.net"])]) == []
    assert told(delegations=[replace(RIGHT, led_to=SERVERS[:1])]) == [], "fewer, and all of the zone"
    assert told(delegations=[replace(RIGHT, is_vouched=True, is_signed=True)]) == []


@pytest.mark.parametrize(
    ("led_to", "why"),
    [
        ([], "because the zone com names no name servers"),
        (["ns1.registrar.net."], "but ns1.registrar.net. Set"),
        ([*SERVERS, "ns1.registrar.net."], "but ns1.registrar.net. Set"),
        (["ns-9.awsdns-9.org."], "but ns-9.awsdns-9.org: another Route 53 zone's, perhaps of another account"),
    ],
)
def test_the_name_servers_to_set_are_told_where_the_world_asks_others(led_to: list[str], why: str) -> None:
    (problem,) = told(delegations=[replace(RIGHT, led_to=led_to)])
    assert why in problem
    assert problem.endswith("\n      ns-1.awsdns-1.com\n      ns-2.awsdns-2.net")


def test_a_ds_record_of_a_zone_without_a_key_is_to_be_removed() -> None:
    (problem,) = told(delegations=[replace(RIGHT, is_vouched=True)])
    assert problem.startswith("domain: a DS record says that example.com is signed")


@pytest.mark.parametrize(
    ("texts", "is_allowed"),
    [
        (['0 issue "amazon.com"'], True),
        (['0 issue "letsencrypt.org"', '0 issue "amazontrust.com; policy=ev"'], True),
        (['0 iodef "mailto:me@example.com"', '0 issuewild ";"'], True),
        (['0 issue "letsencrypt.org"'], False),
        (['0 issue ";"'], False),
        (['128 issue "notamazon.com"'], False),
    ],
)
def test_caa_records_must_let_amazon_issue_where_they_say_who_may(texts: list[str], is_allowed: bool) -> None:
    assert (told(authorities=[of(texts)]) == []) == is_allowed


def test_a_caa_record_is_told_once_with_the_value_to_add() -> None:
    names = ("example.com", "www.example.com")
    (problem,) = told(authorities=[of(['0 issue ";"'], name) for name in names])
    assert "lets nobody issue certificates" in problem and "for example.com, www.example.com" in problem
    assert problem.endswith('\n      example.com  CAA  0 issue "amazon.com"')


def test_a_name_of_another_distribution_is_told() -> None:
    (problem,) = told(holders=[Holder(name="shop.example.com", distribution="E123")])
    assert "shop.example.com belongs to the distribution E123" in problem


def test_a_record_that_leads_elsewhere_is_told_where_the_stack_makes_it_and_else_if_cloudfront_minds() -> None:
    old, foreign = lead("192.0.2.1"), lead("d1.cloudfront.net")
    own = lead("d2.cloudfront.net", is_own=True)
    assert told(leads=[own]) == told(leads=[own, old], makes_records=False) == []
    (problem,) = told(leads=[old])
    assert problem.endswith("\n      shop.example.com  CNAME  192.0.2.1") and "CloudFront" not in problem
    for makes_records in (True, False):
        (problem,) = told(leads=[foreign], makes_records=makes_records)
        assert "a distribution that is not this stack's" in problem


def test_all_problems_are_told_at_once() -> None:
    found = told(
        delegations=[replace(RIGHT, led_to=[], is_vouched=True)],
        authorities=[of(['0 issue ";"'])],
        holders=[Holder(name="shop.example.com", distribution="E123")],
        leads=[lead("192.0.2.1")],
    )
    assert len(found) == 5
