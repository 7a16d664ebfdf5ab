"""What Pulumi's engine is answered: differences, secrets, and deletes that fail."""

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi.provider.experimental import provider as sdk

from localcloud.provider.protocol.requests import OLD_INPUTS, AwsProvider
from localcloud.provider.values import DEFAULTS, Props, plain_map, property_map
from tests.provider.pure.scripted import ENDPOINT, ScriptedCloud, handler, refused


def answered(request: Any, cloud: ScriptedCloud, old_inputs: Props | None = None) -> Any:
    provider = AwsProvider(ENDPOINT)
    provider.context = cloud

    async def ask() -> Any:
        OLD_INPUTS.set(property_map(old_inputs or {}))
        name = type(request).__name__.removesuffix("Request").lower()
        return await getattr(provider, name)(request)

    return asyncio.run(ask())


def urn(token: str) -> str:
    return f"urn:pulumi:test::test::{token}::name"


def replacement(token: str, old: Props, new: Props) -> sdk.DiffResponse:
    request = sdk.DiffRequest(urn(token), "id", property_map(old), property_map(new), [])
    found = answered(request, ScriptedCloud(), old)
    assert isinstance(found, sdk.DiffResponse)
    return found


def test_a_resource_with_a_name_of_the_programs_own_is_deleted_before_it_is_replaced() -> None:
    token = "aws:cloudwatch/logGroup:LogGroup"
    named = replacement(token, {"name": "a", "logGroupClass": "A"}, {"name": "a", "logGroupClass": "B"})
    assert named.replaces == ["logGroupClass"] and named.delete_before_replace is True
    old = {"name": "a-1", "logGroupClass": "A", DEFAULTS: ["name"]}
    assert replacement(token, old, {**old, "logGroupClass": "B"}).delete_before_replace is False


def test_a_diff_tells_each_path_and_what_becomes_of_it() -> None:
    token = "aws:ec2/vpc:Vpc"
    old = {"cidrBlock": "10.0.0.0/16", "tagsAll": {"a": "1", "b": "2"}}
    found = replacement(token, old, {"cidrBlock": "10.1.0.0/16", "enableDnsHostnames": True, "tagsAll": {"a": "3"}})
    kinds = {path: row.kind.name for path, row in (found.detailed_diff or {}).items()}
    assert kinds == {
        "cidrBlock": "UPDATE_REPLACE", "enableDnsHostnames": "ADD", "tagsAll.a": "UPDATE", "tagsAll.b": "DELETE",
    }  # fmt: skip
    assert found.diffs == ["cidrBlock", "enableDnsHostnames", "tagsAll"] and found.changes
    assert not replacement(token, old, old).changes


INSTANCE = {
    "identifier": "db",
    "engine": "postgres",
    "instanceClass": "db.t4g.micro",
    "username": "app",
    "password": "correct horse",
}


def instance_cloud() -> ScriptedCloud:
    row = {
        "DBInstanceIdentifier": "db", "DBInstanceStatus": "available", "DbiResourceId": "db-1", "Engine": "postgres",
        "DBInstanceArn": "arn:aws:rds:us-east-1:123456789012:db:db", "MasterUsername": "app",
        "DBInstanceClass": "db.t4g.micro",
    }  # fmt: skip
    return ScriptedCloud(
        create_db_instance=lambda **_: {"DBInstance": row},
        describe_db_instances=lambda **_: {"DBInstances": [row]},
        list_secrets=lambda **_: {"SecretList": []},
    )


@pytest.mark.parametrize("preview", [True, False])
def test_a_created_resources_password_is_a_secret_in_the_state(preview: bool) -> None:
    request = sdk.CreateRequest(urn("aws:rds/instance:Instance"), property_map(INSTANCE), 0, preview)
    answer = answered(request, instance_cloud())
    assert plain_map(answer.properties)["password"] == "correct horse"
    assert {name for name, value in answer.properties.items() if value.contains_secret()} >= {"password"}
    assert not answer.properties["username"].contains_secret()


def test_what_the_program_calls_a_secret_is_one_in_the_state() -> None:
    request = sdk.CreateRequest(urn("aws:rds/instance:Instance"), property_map(INSTANCE, {"username"}), 0, False)
    assert answered(request, instance_cloud()).properties["username"].contains_secret()


# Failing deletes.


def test_a_delete_that_fails_is_an_error_while_the_resource_is_there() -> None:
    def refuse(**_: Any) -> Any:
        raise refused("DependencyViolation")

    cloud = ScriptedCloud(
        delete_subnet=refuse, describe_subnets=lambda **_: {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}]}
    )
    with pytest.raises(ClientError, match="DependencyViolation"):
        handler("aws:ec2/subnet:Subnet", cloud).delete("subnet-1", {})


def test_a_delete_that_fails_is_none_where_nothing_is_left() -> None:
    def refuse(**_: Any) -> Any:
        raise refused("SomeWordForNotThere")

    cloud = ScriptedCloud(delete_subnet=refuse, describe_subnets=lambda **_: {"Subnets": []})
    handler("aws:ec2/subnet:Subnet", cloud).delete("subnet-1", {})
    assert cloud.named("describe_subnets")


STACK = "urn:pulumi:test::test::pulumi:providers:aws::aws"
SET = "aws:sesv2/configurationSet:ConfigurationSet"
IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"
MAIL = {"emailIdentity": "someone@mail.example", "configurationSetName": "new"}


def absent(**_: Any) -> Any:
    raise refused("NotFoundException")


def refusals_in_one_run(*requests: Any) -> list[str]:
    """What the last of several requests to one provider, of an account that holds nothing, is told."""
    provider = AwsProvider(ENDPOINT)

    async def ask() -> Any:
        answer = None
        for request in requests:
            provider.context = ScriptedCloud(get_configuration_set=absent, get_email_identity=absent)
            OLD_INPUTS.set({})
            name = {"CheckRequest": "check", "CreateRequest": "create", "Config": "check_config"}[
                type(request).__name__
            ]
            answer = await getattr(provider, name)(request)
        return answer

    return [failure.reason for failure in asyncio.run(ask()).failures or ()]


class Config(sdk.CheckRequest):
    """The check of a provider's configuration, with which each run of a stack begins."""


def previewed_set(stack: str = "test") -> sdk.CreateRequest:
    made = urn(SET).replace(":test::", f":{stack}::", 1)
    return sdk.CreateRequest(made, property_map({"configurationSetName": "new"}), 0, preview=True)


def checked_mail() -> sdk.CheckRequest:
    return sdk.CheckRequest(urn(IDENTITY), {}, property_map(MAIL), b"")


def test_a_preview_may_name_what_it_has_announced() -> None:
    assert refusals_in_one_run(previewed_set(), checked_mail()) == []


def test_a_preview_refuses_what_is_neither_there_nor_announced() -> None:
    assert "must name a configuration set that exists, got 'new'" in refusals_in_one_run(checked_mail())[0]


def test_what_one_stack_announces_is_nothing_to_another() -> None:
    assert refusals_in_one_run(previewed_set("other"), checked_mail())


def test_the_deployment_after_a_preview_asks_for_what_really_exists() -> None:
    begins = Config(STACK, {}, {}, b"")
    assert refusals_in_one_run(previewed_set(), begins, checked_mail())
