"""What the steps share: clients that outlive a minute without network, and errors in words."""

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.retries import standard

from infra.steps import common


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def test_a_client_is_of_its_region_and_tries_again_in_standard_mode() -> None:
    client = common.aws_client("sqs", "eu-west-1")
    assert client.meta.region_name == "eu-west-1"
    assert client.meta.config.retries == {"mode": "standard", "total_max_attempts": common.ATTEMPTS}


def test_the_waits_between_attempts_outlive_a_minute_without_network() -> None:
    """Of botocore itself, with the mean of its random waits."""
    backoff = standard.ExponentialBackoff(max_backoff=20, random=lambda: 0.5)
    waits = [backoff.delay_amount(standard.RetryContext(attempt)) for attempt in range(1, common.ATTEMPTS)]
    assert 75 < sum(waits) < 300


def test_an_error_of_aws_is_told_without_a_stack() -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized to do this"}}, "DescribeImages")
    assert common.in_words(refused) == "AWS refused DescribeImages: not authorized to do this"
    assert "log in" in (common.in_words(NoCredentialsError()) or "")
