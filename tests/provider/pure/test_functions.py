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
