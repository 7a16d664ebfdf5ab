"""The laptop's provider never speaks to AWS: no way of configuring it leads to another machine."""

import asyncio
import json
from typing import Any

import pytest
from pulumi.provider.experimental import provider as sdk

from localcloud.provider.aws.settings import Settings, is_loopback
from localcloud.provider.errors import ProviderError
from localcloud.provider.protocol.configuration import settings_of
from localcloud.provider.protocol.requests import AwsProvider
from localcloud.provider.values import UNKNOWN, property_map
from tests.provider.pure.scripted import ENDPOINT

REMOTE = [
    "https://sts.amazonaws.com",
    "http://10.0.0.1:4566",
    "http://localhost.example.com",
    "http://[2001:db8::1]",
    "x",
]


@pytest.mark.parametrize("url", [ENDPOINT, "http://localhost:4566", "http://s3.localhost:4566", "http://[::1]:1"])
def test_addresses_of_this_machine_are_taken(url: str) -> None:
    assert is_loopback(url)
    assert settings_of(url, {"endpoints": [{"s3": url}]}, {"AWS_ENDPOINT_URL": url}).endpoints == {"s3": url}


@pytest.mark.parametrize("url", REMOTE)
def test_an_endpoint_on_another_machine_is_refused(url: str) -> None:
    with pytest.raises(ProviderError, match="endpoint: must be an address of this machine"):
        Settings(endpoint=url)
    with pytest.raises(ProviderError, match="--endpoint: must be an address of this machine"):
        AwsProvider(url)


@pytest.mark.parametrize("url", REMOTE)
def test_a_services_endpoint_on_another_machine_is_refused(url: str) -> None:
    for given in ([{"s3": ENDPOINT}, {"sts": url}], json.dumps([{"s3": ENDPOINT, "sts": url}])):
        with pytest.raises(ProviderError, match=r"endpoints\.sts: must be an address of this machine"):
            settings_of(ENDPOINT, {"endpoints": given}, {})


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_SECRETS_MANAGER"])
def test_the_environment_must_not_lead_to_another_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(ENDPOINT, {}, {name: "", "AWS_PROFILE": "https://aws.amazon.com"}) == Settings(endpoint=ENDPOINT)
    monkeypatch.setenv(name, "https://s3.amazonaws.com")
    provider = AwsProvider(ENDPOINT)
    with pytest.raises(ProviderError, match=f"{name}: must be an address of this machine"):
        asyncio.run(provider.configure(sdk.ConfigureRequest({}, {}, True, True)))
    answer = asyncio.run(provider.check_config(sdk.CheckRequest("urn:pulumi:s::p::t::n", {}, {}, b"")))
    (failure,) = answer.failures or []
    assert failure.property == name and failure.reason.startswith("must be an address of this machine")


def test_the_configuration_comes_as_values_or_as_json() -> None:
    args = {
        "region": "eu-west-1", "accessKey": "key", "secretKey": "hidden", "allowedAccountIds": '["1", "2"]',
        "defaultTags": {"tags": {"a": "b"}}, "profile": UNKNOWN, "endpoints": [{"s3": ENDPOINT, "sts": ""}],
    }  # fmt: skip
    assert settings_of(ENDPOINT, args, {"AWS_REGION": "other"}) == Settings(
        endpoint=ENDPOINT,
        region="eu-west-1",
        access_key="key",
        secret_key="hidden",
        allowed_accounts=("1", "2"),
        default_tags={"a": "b"},
        endpoints={"s3": ENDPOINT},
    )


def test_what_the_configuration_leaves_out_has_a_default() -> None:
    assert settings_of(ENDPOINT, {}, {}) == Settings(endpoint=ENDPOINT, region="us-east-1")
    assert settings_of(ENDPOINT, {"region": "{not json"}, {}).region == "{not json"
    assert settings_of(ENDPOINT, {"defaultTags": {"tags": UNKNOWN}}, {"AWS_REGION": "eu-north-1"}).default_tags == {}
    assert settings_of(ENDPOINT, {}, {"AWS_REGION": "eu-north-1"}).region == "eu-north-1"


@pytest.mark.parametrize(
    ("args", "got"),
    [
        ({"allowedAccountIds": ["999999999999"]}, "got 999999999999"),
        ({}, "and it is not set"),
        ({"region": "x"}, "and it"),
    ],
)
def test_a_stack_that_does_not_name_this_clouds_account_is_refused(args: dict[str, Any], got: str) -> None:
    provider = AwsProvider(ENDPOINT)
    told = f'a stack on the local cloud has accountId: "000000000000" in its Pulumi.<stack>.yaml, {got}'
    with pytest.raises(ProviderError, match=told):
        asyncio.run(provider.configure(sdk.ConfigureRequest({}, property_map(args), True, True)))
    request = sdk.CheckRequest("urn:pulumi:s::p::t::n", {}, property_map(args), b"")
    (failure,) = asyncio.run(provider.check_config(request)).failures or []
    assert failure.property == "allowedAccountIds" and failure.reason.startswith(told)
