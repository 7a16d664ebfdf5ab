"""Functions that look something up: it is there, or a preview ends with words."""

import pytest

from localcloud.provider.aws.functions import FUNCTIONS
from localcloud.provider.definition.rules import Case
from localcloud.provider.errors import ProviderError
from localcloud.provider.types.sesv2 import unknown_to_ses
from tests.provider.pure.scripted import ScriptedCloud, refused

BUCKET, IDENTITY = FUNCTIONS["aws:s3/getBucket:getBucket"], FUNCTIONS["aws:sesv2/getEmailIdentity:getEmailIdentity"]


def absent(**_: str) -> None:
    raise refused("404")


def test_a_bucket_that_is_there_is_described() -> None:
    found = BUCKET(ScriptedCloud(head_bucket=lambda **_: {}), {"bucket": "kept"})
    assert found["arn"] == "arn:aws:s3:::kept"
    assert found["bucketRegionalDomainName"] == "kept.s3.us-east-1.amazonaws.com"


def test_a_bucket_that_is_not_there_is_told() -> None:
    with pytest.raises(ProviderError, match="bucket: must name a bucket that exists, got 'gone'"):
        BUCKET(ScriptedCloud(head_bucket=absent), {"bucket": "gone"})


def test_an_identity_that_ses_knows_is_described() -> None:
    cloud = ScriptedCloud(get_email_identity=lambda **_: {"IdentityType": "EMAIL_ADDRESS"})
    found = IDENTITY(cloud, {"emailIdentity": "me@mail.example"})
    assert found["arn"] == "arn:aws:ses:us-east-1:123456789012:identity/me@mail.example"


def test_an_identity_that_ses_does_not_know_is_told() -> None:
    with pytest.raises(ProviderError, match=r"emailIdentity: must name an identity that SES knows, got 'me@mail\.ex"):
        IDENTITY(ScriptedCloud(get_email_identity=absent), {"emailIdentity": "me@mail.example"})


def test_a_second_owner_of_an_identity_is_refused_before_anything_is_made() -> None:
    cloud = ScriptedCloud(get_email_identity=lambda **_: {})
    mine = {"emailIdentity": "me@mail.example"}
    assert "which SES knows already" in unknown_to_ses(Case(cloud, mine, frozenset(mine)), "me@mail.example")
    assert unknown_to_ses(Case(cloud, mine, frozenset(mine), mine), "me@mail.example") == ""
    gone = ScriptedCloud(get_email_identity=absent)
    assert unknown_to_ses(Case(gone, mine, frozenset(mine)), "me@mail.example") == ""


BALANCERS = {
    "arn:ours": ({"project": "shop", "stack": "dev", "component": "load-balancer"}, "internal"),
    "arn:other": ({"project": "shop", "stack": "prod", "component": "load-balancer"}, "internet-facing"),
}


def balancers() -> ScriptedCloud:
    def described(**_: str) -> dict[str, object]:
        rows = [
            {
                "LoadBalancerArn": arn,
                "LoadBalancerName": "lb",
                "DNSName": "lb.example",
                "Scheme": scheme,
                "Type": "application",
            }
            for arn, (_, scheme) in BALANCERS.items()
        ]
        return {"LoadBalancers": rows}

    def tagged(*, ResourceArns: list[str]) -> dict[str, object]:  # noqa: N803 (boto3's name)
        rows = [
            (arn, [{"Key": key, "Value": value} for key, value in BALANCERS[arn][0].items()]) for arn in ResourceArns
        ]
        return {"TagDescriptions": [{"ResourceArn": arn, "Tags": tags} for arn, tags in rows]}

    return ScriptedCloud(describe_load_balancers=described, describe_tags=tagged)


def test_load_balancers_are_found_by_all_of_their_tags() -> None:
    find = FUNCTIONS["aws:lb/getLbs:getLbs"]
    assert find(balancers(), {"tags": {"project": "shop", "stack": "dev"}})["arns"] == ["arn:ours"]
    assert find(balancers(), {"tags": {"project": "shop"}})["arns"] == ["arn:ours", "arn:other"]
    assert find(balancers(), {"tags": {"project": "none"}})["arns"] == []


def test_a_load_balancer_tells_whether_it_is_internal() -> None:
    read = FUNCTIONS["aws:lb/getLoadBalancer:getLoadBalancer"]
    assert read(balancers(), {"arn": "arn:ours"})["internal"] is True
    assert read(balancers(), {"arn": "arn:other"})["internal"] is False
    with pytest.raises(ProviderError, match="arn: must name a load balancer, got 'arn:none'"):
        read(balancers(), {"arn": "arn:none"})


def test_a_zone_tells_its_id_and_one_that_is_not_there_is_told() -> None:
    zone = FUNCTIONS["aws:index/getAvailabilityZone:getAvailabilityZone"]
    rows = [{"ZoneName": "us-east-1a", "ZoneId": "use1-az4", "State": "available"}]
    cloud = ScriptedCloud(describe_availability_zones=lambda **_: {"AvailabilityZones": rows})
    assert zone(cloud, {"name": "us-east-1a"})["zoneId"] == "use1-az4"
    with pytest.raises(ProviderError, match="name: must name a zone of us-east-1, got 'us-east-1z'"):
        zone(cloud, {"name": "us-east-1z"})
