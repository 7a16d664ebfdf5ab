"""Stack configuration: what is refused, and what the reader is told."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.config import docs, load
from infra.config.load import ConfigError
from infra.config.sections import StackConfig
from infra.pure.paths import ROOT
from tests.unit.stack_files import PROJECT, STACKS, stack_config, stack_file

VALID: dict[str, Any] = {
    "region": "us-east-1",
    "recipe": "disposable",
    "network": {"zones": ["us-east-1a", "us-east-1b"]},
    "cluster": {"amiId": "ami-0123456789abcdef0"},
    "mail": {"address": "me@example.com"},
}


def raw(settings: dict[str, Any]) -> dict[str, str]:
    return {
        f"{PROJECT}:{key}": json.dumps(value) if isinstance(value, dict | list) else str(value)
        for key, value in settings.items()
    }


def parse(**changes: Any) -> StackConfig:
    """VALID with `section={key: value}` merged in; None removes a key."""
    settings: dict[str, Any] = {**VALID}
    for key, value in changes.items():
        settings[key] = {**settings.get(key, {}), **value} if isinstance(value, dict) else value
    return load.parse(raw({key: value for key, value in settings.items() if value is not None}), namespace=PROJECT)


def problems(**changes: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(**changes)
    return str(caught.value).splitlines()


def test_objects_and_lists_are_decoded_and_everything_else_is_text() -> None:
    given = {
        "p:object": '{"a": 1}', "p:list": "[1]", "p:number": "012", "p:word": "true", "p:broken": "[eu", "other:x": "y",
        "aws:p:nested": "z",
    }  # fmt: skip
    assert dict(load.decoded(given, "p")) == {
        "object": {"a": 1}, "list": [1], "number": "012", "word": "true", "broken": "[eu",
    }  # fmt: skip


# What is written, and the whole line that answers it: field, rule, value, way out.
WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"region": "Frankfurt"},
        "region: must be the name of an AWS region, got 'Frankfurt'; write for example us-east-1",
    ),
    ({"region": None}, "region: is required; write for example us-east-1"),
    (
        {"recipe": "safe"},
        "recipe: must be 'disposable', 'protected' or 'released', got 'safe'; write for example disposable",
    ),
    ({"recipe": None}, "recipe: is required; write for example disposable"),
    ({"accountId": "12"}, "accountId: must have 12 digits, got '12'; write for example \"123456789012\""),
    ({"netwrok": {"cidr": "10.0.0.0/16"}}, "netwrok: is not a known key; did you mean network?"),
    ({"is_local": "true"}, "is_local: is not a known key; remove it; known are region, accountId, recipe, "),
    ({"network": {"cdir": "10.0.0.0/16"}}, "network.cdir: is not a known key; did you mean cidr?"),
    (
        {"network": {"cidr": "10.0.0.1/16"}},
        "network.cidr: must be an IPv4 range without host bits, got '10.0.0.1/16'; write for example 10.0.0.0/16",
    ),
    (
        {"network": {"cidr": "10.0.0.0/8"}},
        "network.cidr: must be a private range of /16 to /24, got '10.0.0.0/8'; write for example 10.0.0.0/16",
    ),
    (
        {"network": {"cidr": "8.8.0.0/16"}},
        "network.cidr: must be a private range of /16 to /24, got '8.8.0.0/16'; write for example 10.0.0.0/16",
    ),
    (
        {"network": {"cidr": "2001:db8::/32"}},
        "network.cidr: must be an IPv4 range without host bits, got '2001:db8::/32'; ",
    ),
    ({"network": {"zones": ["us-east-1a"]}}, "network.zones: "),
    (
        {"network": {"zones": ["us-east-1a", "us-east-1a"]}},
        "network: zones must differ from each other; name each zone once",
    ),
    (
        {"network": {"zones": ["us-east-1a", "eu-west-1b"]}},
        "stack: network.zones must lie in the region us-east-1, eu-west-1b does not; write for"
        " example [us-east-1a, us-east-1b]",
    ),
    ({"network": {"zones": "us-east-1a"}}, "network.zones: "),
    (
        {"cluster": {"amiId": "latest"}},
        "cluster.amiId: must be the id of an image, got 'latest'; write for example ami-0123456789abcdef0",
    ),
    (
        {"cluster": {"instanceType": "t4g.small"}},
        "cluster.instanceType: must be an x86 type, because images are built for linux/amd64, got 't4g.small'; write"
        " for example t3a.small",
    ),
    ({"cluster": {"instanceType": "small"}}, "cluster.instanceType: must be an EC2 instance type, got 'small'; "),
    ({"cluster": {"minInstances": 0}}, "cluster.minInstances: "),
    (
        {"cluster": {"minInstances": 3}},
        "cluster: maxInstances must be at least minInstances (3); raise maxInstances or lower minInstances",
    ),
    ({"cluster": {"volumeGib": 8}}, "cluster.volumeGib: "),
    (
        {"cluster": {"sshPublicKey": "-----BEGIN PRIVATE KEY-----"}},
        "cluster.sshPublicKey: must be an OpenSSH public key, got ",
    ),
    (
        {"cluster": {"maxInstances": 1}, "backend": {"memoryMib": 700}},
        "stack: cluster must hold old and new tasks and the migration: 1024 CPU units and 2484 MiB, but 1 * t3a.small"
        " offer 2048 and 1884; raise cluster.maxInstances, take a larger cluster.instanceType, or lower memoryMib or"
        " cpuUnits",
    ),
    ({"backend": {"desiredCount": 0}}, "backend.desiredCount: "),
    ({"backend": {"memoryMib": "much"}}, "backend.memoryMib: "),
    (
        {"backend": {"logRetentionDays": 8}},
        "backend.logRetentionDays: must be a number of days that CloudWatch Logs knows, got 8; ",
    ),
    (
        {"frontend": {"logLevel": "info"}},
        "frontend.logLevel: must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR', got 'info'; ",
    ),
    (
        {"database": {"instanceClass": "t4g.micro"}},
        "database.instanceClass: must be an RDS instance class, got 't4g.micro'; ",
    ),
    (
        {"database": {"storageGib": 100}},
        "database: maxStorageGib must be at least 10% above storageGib (100), as RDS asks; write 110 or more",
    ),
    ({"database": {"password": "hunter2"}}, "database.password: is not a known key; "),
    (
        {"recipe": "protected"},
        "stack: database.backupDays must be at least 7 with the recipe protected, got 1; write 7 or more",
    ),
    (
        {"storage": {"extraOrigins": ["http://127.0.0.1/path"]}},
        "storage.extraOrigins.0: must be an origin without a path, got ",
    ),
    ({"mail": {"address": "me"}}, "mail.address: must be one mail address, got 'me'; write for example me@example.com"),
    ({"mail": {"address": "a@b.c, d@e.f"}}, "mail.address: must be one mail address, got 'a@b.c, d@e.f'; "),
    ({"mail": None}, "mail: is required; "),
    ({"cdn": {"viewerProtocolPolicy": "http"}}, "cdn.viewerProtocolPolicy: "),
    ({"deployTimeoutMinutes": "soon"}, "deployTimeoutMinutes: "),
    ({"network": "10.0.0.0/16"}, "network: "),
]


@pytest.mark.parametrize(("changes", "line"), WRONG, ids=[line[:60] for _, line in WRONG])
def test_a_wrong_value_is_answered_with_field_rule_value_and_way_out(changes: dict[str, Any], line: str) -> None:
    found = problems(**changes)
    assert [problem for problem in found if problem.startswith(line)], found
    assert all(": " in problem and "; " in problem for problem in found)


def test_all_problems_are_told_at_once() -> None:
    found = problems(region="Frankfurt", mail={"address": "me"}, cluster={"amiId": "latest"}, extra="1")
    assert [line.split(":")[0] for line in found] == ["cluster.amiId", "extra", "mail.address", "region"]


def test_a_section_that_is_no_section_is_one_readable_line() -> None:
    with pytest.raises(
        ConfigError, match=r"^network: must be a section with keys of its own, got '\[broken'; see docs/"
    ):
        load.parse({**raw(VALID), f"{PROJECT}:network": "[broken"}, namespace=PROJECT)


def test_other_namespaces_are_not_the_projects_business() -> None:
    assert load.parse({**raw(VALID), "pulumi:disable-default-providers": '["aws"]'}, namespace=PROJECT) == parse()


def test_configuration_cannot_be_changed_by_the_program() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse().region = "eu-west-1"  # type: ignore[misc]


def test_a_front_end_with_one_setting_keeps_its_other_defaults() -> None:
    assert parse(frontend={"desiredCount": 2}).frontend.memory_mib == parse().frontend.memory_mib


@pytest.mark.parametrize("stack", STACKS)
def test_the_stacks_of_the_project_are_valid(stack: str) -> None:
    stack_config(stack)


@pytest.mark.parametrize("stack", STACKS)
def test_default_providers_are_off_so_that_a_slip_never_reaches_another_cloud(stack: str) -> None:
    assert json.loads(stack_file(stack)["pulumi:disable-default-providers"]) == ["aws"]


def test_the_table_of_the_configuration_is_fresh() -> None:
    assert docs.main(["--check"]) == 0


def test_a_stale_table_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "TARGET", tmp_path / "configuration.md")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": PROJECT}))
    assert docs.main(["--check"]) == 1


def test_every_setting_says_what_it_does() -> None:
    rows = list(docs.rows(StackConfig))
    assert len(rows) > 30
    assert all(text.endswith(".") for *_, text in rows)
    assert (ROOT / "docs/configuration.md").read_text().count("\n| `") == len(rows)
