"""The DNS of the local cloud: what resolvers and name servers say of Route 53's zones, and what ACM sees."""

import socket
import uuid
from typing import Any

import dns.flags
import dns.message
import dns.query
import pytest

from tests.emulator.conftest import Client
from tests.engine.support import Emulator

SERVERS = ["ns-1.awsdns-1.com.", "ns-2.awsdns-2.net.", "ns-3.awsdns-3.org.", "ns-4.awsdns-4.co.uk."]


@pytest.fixture
def name() -> str:
    """A domain that no other test has."""
    return f"d{uuid.uuid4().hex[:8]}.localhost"


def zone(aws: Client, name: str, *rows: dict[str, Any]) -> str:
    route53 = aws("route53")
    made = str(route53.create_hosted_zone(Name=name, CallerReference=uuid.uuid4().hex)["HostedZone"]["Id"])
    changes = [{"Action": "UPSERT", "ResourceRecordSet": row} for row in rows]
    if changes:
        route53.change_resource_record_sets(HostedZoneId=made, ChangeBatch={"Changes": changes})
    return made


def row(name: str, kind: str, *texts: str) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": text} for text in texts]}


def asked(emulator: Emulator, name: str, kind: str, *, recursive: bool = True) -> dict[str, list[str]]:
    """The records of an answer, those of authority too, by their kind."""
    question = dns.message.make_query(name, kind)
    if not recursive:
        question.flags &= ~dns.flags.RD
    found = dns.query.udp(question, "127.0.0.1", port=emulator.port, timeout=10)
    return {str(rrset.rdtype.name): sorted(map(str, rrset)) for rrset in [*found.answer, *found.authority]}


def test_a_zone_is_found_by_everybody_and_leads_to_this_machine(emulator: Emulator, aws: Client, name: str) -> None:
    alias = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": "d1.cloudfront.net.", "EvaluateTargetHealth": False}
    zone(
        aws, name, {"Name": name, "Type": "A", "AliasTarget": alias}, row(f"www.{name}", "CNAME", name)
    )  # without a dot at the end
    assert asked(emulator, name, "NS", recursive=False) == {"NS": SERVERS}
    assert asked(emulator, f"www.{name}", "A") == {"CNAME": [f"{name}."], "A": ["127.0.0.1"]}
    assert asked(emulator, SERVERS[0], "A") == {"A": ["127.0.0.1"]}
    assert asked(emulator, f"other.{name}", "A") == {}


def test_a_zone_that_the_one_above_does_not_lead_to_is_seen_by_its_own_servers_alone(
    emulator: Emulator, aws: Client, name: str
) -> None:
    below = f"shop.{name}"
    zone(aws, below, row(below, "TXT", '"here"'))
    above = zone(aws, name, row(below, "DS", "1 13 2 " + "AB" * 32), row(name, "CAA", '0 issue "letsencrypt.org"'))
    assert asked(emulator, below, "TXT") == {}
    assert asked(emulator, below, "TXT", recursive=False) == {"TXT": ['"here"']}
    assert asked(emulator, below, "NS", recursive=False) == {}
    assert list(asked(emulator, below, "DS", recursive=False)) == ["DS"]
    assert asked(emulator, name, "CAA") == {"CAA": ['0 issue "letsencrypt.org"']}
    led = {"Action": "CREATE", "ResourceRecordSet": row(below, "NS", *(one.rstrip(".") for one in SERVERS))}
    aws("route53").change_resource_record_sets(HostedZoneId=above, ChangeBatch={"Changes": [led]})
    assert asked(emulator, below, "TXT") == {"TXT": ['"here"']}


def test_what_is_no_question_is_not_answered_and_hurts_nobody(emulator: Emulator, aws: Client, name: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"no question", ("127.0.0.1", emulator.port))
    zone(aws, name)
    assert asked(emulator, name, "NS") == {"NS": SERVERS}


def test_a_certificate_is_issued_when_the_dns_has_a_record_for_each_name(
    emulator: Emulator, aws: Client, name: str
) -> None:
    acm, zone_id = aws("acm"), zone(aws, name)
    arn = acm.request_certificate(DomainName=name, SubjectAlternativeNames=[f"www.{name}"])["CertificateArn"]

    def found() -> Any:
        return acm.describe_certificate(CertificateArn=arn)["Certificate"]

    def states() -> list[str]:
        return [option["ValidationStatus"] for option in found()["DomainValidationOptions"]]

    assert (found()["Status"], states()) == ("PENDING_VALIDATION", ["PENDING_VALIDATION"] * 2)
    for option, expected in zip(found()["DomainValidationOptions"], ("PENDING_VALIDATION", "ISSUED"), strict=True):
        record = option["ResourceRecord"]
        change = {"Action": "CREATE", "ResourceRecordSet": row(record["Name"], record["Type"], record["Value"])}
        aws("route53").change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": [change]})
        assert found()["Status"] == expected
    elsewhere = acm.request_certificate(DomainName="shop.elsewhere.example")["CertificateArn"]
    assert acm.describe_certificate(CertificateArn=elsewhere)["Certificate"]["Status"] == "ISSUED"
