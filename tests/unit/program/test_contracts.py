"""What must hold for every resource of every stack."""

import importlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from bootstrap.actions import BY_NAME
from infra.pure.paths import ROOT
from tests.unit.program.recorder import Recorded, Registration, record_stack
from tests.unit.stack_files import PROJECT, STACKS

# Physical names are the logical name and eight characters; the official provider cuts none of these.
NAME_LIMITS = {
    "aws:lb/targetGroup:TargetGroup": 32,
    "aws:lb/loadBalancer:LoadBalancer": 32,
    "aws:iam/role:Role": 64,
    "aws:lambda/function:Function": 64,
    "aws:s3/bucket:Bucket": 63,
    "aws:rds/instance:Instance": 63,
}
AUTONAMING = 8


def resource_class(type_: str) -> type[pulumi.CustomResource]:
    """The class of pulumi_aws for a type token as `aws:ec2/vpc:Vpc`."""
    module, name = type_.removeprefix("aws:").split(":")
    package = module.split("/")[0]
    found: Any = getattr(importlib.import_module(f"pulumi_aws.{'lambda_' if package == 'lambda' else package}"), name)
    assert isinstance(found, type) and issubclass(found, pulumi.CustomResource)
    return found


def takes_tags(registration: Registration) -> bool:
    return isinstance(getattr(resource_class(registration.type), "tags_all", None), property)


def aws_resources(stack: Recorded) -> list[Registration]:
    return [r for r in stack.resources if r.type.startswith("aws:")]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_every_resource_that_takes_tags_names_its_component(stack: Recorded) -> None:
    # An Auto Scaling group has tags of another shape, which a test of its own reads.
    tagged = [r for r in aws_resources(stack) if takes_tags(r)]
    assert len(tagged) > 30
    assert {r.name: r.inputs.get("tags") for r in tagged} == {r.name: {"component": r.component} for r in tagged}


@pytest.mark.parametrize("name", STACKS)
def test_project_and_stack_are_the_providers_default_tags(stacks: dict[str, Recorded], name: str) -> None:
    (provider,) = stacks[name].of("pulumi:providers:aws")
    assert json.loads(provider.inputs["defaultTags"])["tags"] == {"project": PROJECT, "stack": name}


def test_instances_and_volumes_get_all_tags(prod: Recorded) -> None:
    wanted = {"project": PROJECT, "stack": "prod", "component": "cluster"}
    group = prod.one("cluster-instances").inputs["tags"]
    assert wanted.items() <= {tag["key"]: tag["value"] for tag in group}.items()
    assert all(tag["propagateAtLaunch"] for tag in group)
    specifications = prod.one("cluster-instance").inputs["tagSpecifications"]
    assert {s["resourceType"]: s["tags"] for s in specifications} == {"instance": wanted, "volume": wanted}


def test_tasks_get_all_tags(prod: Recorded) -> None:
    for service in prod.of("aws:ecs/service:Service"):
        assert service.inputs["propagateTags"] == "SERVICE"
    migration = prod.one("backend-migration-run").inputs["tags"]
    assert migration == {"project": PROJECT, "stack": "prod", "component": "backend-migration"}


def test_every_resource_belongs_to_a_component(stack: Recorded) -> None:
    assert {r.name: "app:infra:" in r.parent for r in stack.resources if "app:infra:" not in r.parent} == {}


def test_every_name_begins_with_its_components(stack: Recorded) -> None:
    assert [r.name for r in stack.resources if not r.name.startswith(f"{r.component}-")] == []
    assert [r.name for r in stack.all if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", r.name)] == []


def test_names_leave_room_for_what_pulumi_adds(stack: Recorded) -> None:
    assert [r.name for r in stack.resources if len(r.name) + AUTONAMING > NAME_LIMITS.get(r.type, 64)] == []


def test_every_resource_and_lookup_uses_the_programs_own_provider(stack: Recorded) -> None:
    (provider,) = stack.of("pulumi:providers:aws")
    assert {r.name for r in aws_resources(stack) if not r.provider.startswith(provider.urn)} == set()
    asked = [call for call in stack.calls if not call.token.startswith("pulumi:pulumi:")]  # that is Pulumi's own engine
    assert len(asked) == 5
    assert all(call.provider.startswith(provider.urn) for call in asked)


def test_nothing_is_open_to_the_world_but_the_way_out(stack: Recorded) -> None:
    opened = {r.name for r in aws_resources(stack) if {"0.0.0.0/0", "::/0"} & set(strings(dict(r.inputs)))}
    assert opened == {"network-internet-route", "firewall-instances-to-https"}


def test_everything_is_allowed_only_with_a_reason(stack: Recorded) -> None:
    """The documents themselves are read in test_policies.py; here, that no other way to say `*` exists."""
    documents = [
        json.loads(r.inputs[key])
        for r in aws_resources(stack)
        for key in ("policy", "assumeRolePolicy")
        if r.type.startswith("aws:iam/") and key in r.inputs
    ]
    assert len(documents) >= 10
    for document in documents:
        for statement in document["Statement"]:
            if statement.get("Resource") == ["*"] and "ecs:cluster" not in str(statement.get("Condition")):
                assert {a.split(":")[0] for a in statement["Action"]} <= {
                    "ssmmessages",
                    "ecr",
                    "ses",
                    "cloudwatch",
                    "ec2",
                }


def test_secrets_are_in_no_input_and_no_output(stack: Recorded) -> None:
    everything = [*strings(dict(stack.outputs)), *(text for r in stack.resources for text in strings(dict(r.inputs)))]
    assert not [text for text in everything if re.search(r"PRIVATE KEY|AKIA[0-9A-Z]{16}", text)]
    assert stack.one("database-instance").inputs["manageMasterUserPassword"] is True
    assert "password" not in stack.one("database-instance").inputs


def test_no_path_of_a_machine_is_in_the_state(stack: Recorded) -> None:
    """So that another checkout sees no change."""
    everything = [text for r in stack.resources for text in strings(dict(r.inputs))]
    assert not [text for text in everything if str(ROOT) in text or "/tmp/" in text]  # noqa: S108


def test_nothing_waits_where_the_laptop_differs(stacks: dict[str, Recorded]) -> None:
    """Local and dev are the same graph but for the key pair, which a stack's file asks for."""
    urns = {
        name: {r.urn.replace(f":{name}::", ":stack::") for r in stacks[name].resources} for name in ("local", "dev")
    }
    assert {urn.rsplit("::", 1)[1] for urn in urns["local"] ^ urns["dev"]} == {"cluster-key"}


# The service whose rights a module of the AWS provider needs, where it is not of the module's name.
SERVICES = {"lb": "elasticloadbalancing", "vpc": "ec2", "cloudwatch": "logs", "sesv2": "ses", "index": "sts"}


def test_the_readme_names_every_service_that_a_deployment_needs_rights_for(prod: Recorded) -> None:
    rights = (ROOT / "README.md").read_text().split("**Rights.**")[1].split("\n- ")[0]
    tokens = [r.type for r in aws_resources(prod)] + [call.token for call in prod.calls]
    modules = {token.split(":")[1].split("/")[0] for token in tokens if token.startswith("aws:")}
    assert {SERVICES.get(module, module) for module in modules} == {*re.findall(r"`([a-z0-9]+)`", rights)}


def test_what_the_deploy_role_may_read_by_name_has_the_programs_names() -> None:
    """Of the stack with the most parts; Pulumi puts seven random digits behind a name."""
    names = {one.name for one in record_stack("prod").resources} | {"smtp-secret"}
    for patterns in BY_NAME.values():
        assert {pattern.partition(":")[2].removesuffix("-*") for pattern in patterns} <= names
