"""Mail of a whole domain: what SES and DNS are told."""

import json

import pytest

from infra.steps.preflight import Seen
from infra.steps.zones import Zone
from tests.unit.program.recorder import Recorded
from tests.unit.program.test_way_in import built as built_with

RECORD = "aws:route53/record:Record"
MAIL = {"address": "no-reply@shop.org", "domain": "shop.org", "to": "me@shop.org"}


def built(monkeypatch: pytest.MonkeyPatch, *, verified: bool = False, **mail: str) -> Recorded:
    monkeypatch.setattr("infra.stack.lookups.holding", lambda region, name, **_: Zone(id="Z1", name="shop.org"))
    seen = Seen(problems=(), unknown=(), is_served=False, missing=())
    monkeypatch.setattr("infra.stack.lookups.look", lambda site: seen)
    monkeypatch.setattr("infra.stack.lookups.is_verified", lambda *asked: verified)
    return built_with({"mail": {**MAIL, **mail}})


def test_its_records_are_made_in_the_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = built(monkeypatch)
    made = {(one.inputs["name"], one.inputs["type"], one.inputs["records"][0]) for one in stack.of(RECORD)}
    assert made == {
        *((f"{token}._domainkey.shop.org", "CNAME", f"{token}.dkim.amazonses.com") for token in "abc"),
        ("bounce.shop.org", "MX", "10 feedback-smtp.us-east-1.amazonses.com"),
        ("bounce.shop.org", "TXT", "v=spf1 include:amazonses.com ~all"),
        ("_dmarc.shop.org", "TXT", "v=DMARC1; p=none; rua=mailto:me@shop.org"),
    }
    assert {one.inputs["zoneId"] for one in stack.of(RECORD)} == {"Z1"}
    (identity,) = stack.of("aws:sesv2/emailIdentity:EmailIdentity")
    assert identity.inputs["emailIdentity"] == "shop.org"
    assert "dns_records" not in stack.outputs


def test_without_a_zone_here_they_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = built(monkeypatch, zone="none", dmarc="reject", to="me@elsewhere.org")
    assert not stack.of(RECORD)
    assert "_dmarc.shop.org TXT v=DMARC1; p=reject" in stack.outputs["dns_records"]
    assert len(stack.outputs["dns_records"]) == 6


@pytest.mark.parametrize("verified", [False, True])
def test_an_up_names_them_until_ses_has_seen_them(monkeypatch: pytest.MonkeyPatch, verified: bool) -> None:
    warned: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", warned.append)
    lines = built(monkeypatch, verified=verified, zone="none").outputs["dns_records"]
    assert all((line in "\n".join(warned)) == (not verified) for line in lines)


def test_a_dmarc_record_of_the_owner_and_a_domain_that_ses_knows_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "_dmarc.shop.org" not in {one.inputs["name"] for one in built(monkeypatch, dmarc="existing").of(RECORD)}
    stack = built(monkeypatch, identity="existing")
    assert not stack.of(RECORD) and not stack.of("aws:sesv2/emailIdentity:EmailIdentity")
    policy = json.loads(stack.one("backend-task-policy").inputs["policy"])
    assert any("identity/shop.org" in arn for statement in policy["Statement"] for arn in statement["Resource"])
