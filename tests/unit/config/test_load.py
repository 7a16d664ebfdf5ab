"""Stack configuration: what is refused, and what the reader is told."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest
import yaml
from pydantic import BaseModel

from infra.config import docs, load
from infra.config.load import ConfigError
from infra.config.mail import MailConfig
from infra.config.section import is_named, section_of
from infra.config.stack import StackConfig
from infra.config.values import MAIL_ADDRESS, OTHER_PARTITIONS, REGIONS
from infra.pure.paths import ROOT
from tests.unit.stack_files import PROJECT, STACKS, raw_of, stack_config, stack_file

APP = load.app_settings(load.APP_FILE)
VALID: dict[str, Any] = {
    "region": "us-east-1",
    "recipe": "disposable",
    "network": {"zones": ["us-east-1a", "us-east-1b"]},
    "cluster": {"amiId": "ami-0123456789abcdef0"},
    "mail": {"address": "somebody@a-company.dev"},
}


def raw(settings: dict[str, Any]) -> dict[str, str]:
    return {
        f"{PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in settings.items()
    }


def parse(**changes: Any) -> StackConfig:
    """VALID with `section={key: value}` merged in; None removes a key."""
    settings: dict[str, Any] = {**VALID}
    for key, value in changes.items():
        settings[key] = {**settings.get(key, {}), **value} if isinstance(value, dict) else value
    return load.parse(
        raw({key: value for key, value in settings.items() if value is not None}), namespace=PROJECT, app=APP
    )


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
    ({"is_local": "true"}, "is_local: is not a known key; remove it; known are services, jobs, queues, region, "),
    ({"network": {"cdir": "10.0.0.0/16"}}, "network.cdir: is not a known key; did you mean cidr?"),
    (
        {"network": {"cidr": "10.0.0.1/16"}},
        "network.cidr: must be an IPv4 range without host bits, got '10.0.0.1/16'; write for example 10.0.0.0/16",
    ),
    (
        {"network": {"cidr": "10.0.0.0/8"}},
        "network.cidr: must be a range of /16 to /24: AWS takes no larger one, the subnets need that much, got"
        " '10.0.0.0/8'; write for example 10.0.0.0/16",
    ),
    (
        {"network": {"cidr": "8.8.0.0/16"}},
        "network.cidr: must be a private range, in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, got"
        " '8.8.0.0/16'; write for example 10.0.0.0/16",
    ),
    (
        {"network": {"cidr": "2001:db8::/32"}},
        "network.cidr: must be an IPv4 range without host bits, got '2001:db8::/32'; ",
    ),
    (
        {"network": {"cidr": "172.17.0.0/16"}},
        "network.cidr: must not overlap 172.17.0.0/16, which Docker uses on every instance, got '172.17.0.0/16'; ",
    ),
    *(
        ({"network": {"cidr": reserved}}, "network.cidr: must be a private range, in ")
        for reserved in ("0.0.0.0/16", "127.0.0.0/16", "169.254.0.0/16", "224.0.0.0/16", "240.0.0.0/16")
    ),
    (
        {"network": {"zones": ["us-east-1a"]}},
        "network.zones: must have 2 entries or more, got [us-east-1a]; write for example [us-east-1a, us-east-1b]",
    ),
    (
        {"network": {"zones": ["us-east-1a", "us-east-1a"]}},
        "network.zones: must differ from each other, got us-east-1a twice; name each zone once",
    ),
    (
        {"network": {"zones": ["us-east-1f", "us-east-1b"]}},
        "network.zones: must have addresses of their own, got us-east-1b and us-east-1f, whose letters ",
    ),
    (
        {"network": {"zones": ["us-east-1a", "eu-west-1b"]}},
        "network.zones: must lie in the region us-east-1, got eu-west-1b; write for example [us-east-1a, us-east-1b]",
    ),
    ({"network": {"zones": "us-east-1a, us-east-1b"}}, "network.zones: must be a list, got 'us-east-1a, us-east-1b'; "),
    (
        {"cluster": {"amiId": "latest"}},
        "cluster.amiId: must be the id of an image, got 'latest'; write for example ami-0123456789abcdef0",
    ),
    (
        {"cluster": {"instanceType": "t4g.nano"}},
        "cluster: must have room for all tasks, but 2 * t4g.nano with 2,048 CPU units and 471 MiB each have none for"
        " backend (256 CPU units and 384 MiB) while old and new tasks run side by side; take instanceType: t4g.small"
        " with maxInstances: 1 (18.31 USD a month), or instanceType: t4g",
    ),
    *(
        ({"cluster": {"instanceType": kind}}, f"cluster.instanceType: must be an EC2 instance type that {rest}")
        for kind, rest in {
            "small": "infra/pure/instance_types.json knows, got 'small'; did you mean t",
            "t3a.smal": "infra/pure/instance_types.json knows, got 't3a.smal'; did you mean t3a.small?",
            "mac1.metal": "infra/pure/instance_types.json knows, got 'mac1.metal'; write for example t3a.small",
            "g4dn.xlarge": "infra/pure/instance_types.json knows, got 'g4dn.xlarge'; ",
        }.items()
    ),
    (
        {"cluster": {"instanceType": "t3.nano"}},
        "cluster: must have room for all tasks, but 2 * t3.nano with 2,048 CPU units and 471 MiB each have none for"
        " backend (256 CPU units and 384 MiB) while old and new tasks run side by side; take instanceType: t3a.small"
        " with maxInstances: 1 (19.77 USD a month), or instanceType: t3.small with maxInstances: 1 (21.23 USD a month);"
        " or lower memoryMib, cpuUnits or desiredCount of the services",
    ),
    (
        {"cluster": {"maxInstances": 6}, "services": {"backend": {"memoryMib": 2000}}},
        "services.backend.memoryMib: must fit into one instance, got 2000, and a t3a.small offers 1884; write 1884 or"
        " less, or take a larger cluster.instanceType",
    ),
    (
        {"cluster": {"maxInstances": 8}, "services": {"frontend": {"cpuUnits": 4096}}},
        "services.frontend.cpuUnits: must fit into one instance, got 4096, and a t3a.small offers 2048; ",
    ),
    ({"cluster": {"cpuCredits": "none"}}, "cluster.cpuCredits: must be 'unlimited' or 'standard', got 'none'; "),
    ({"cluster": {"minInstances": 0}}, "cluster.minInstances: "),
    (
        {"cluster": {"minInstances": 3}},
        "cluster.maxInstances: must be at least minInstances (3), got 2; raise maxInstances or lower minInstances",
    ),
    ({"cluster": {"volumeGib": 8}}, "cluster.volumeGib: "),
    (
        {"cluster": {"sshPublicKey": "-----BEGIN PRIVATE KEY-----"}},
        "cluster.sshPublicKey: must be an OpenSSH public key, got ",
    ),
    (
        {"cluster": {"maxInstances": 1}, "services": {"backend": {"memoryMib": 1000}}},
        "cluster: must have room for all tasks, but 1 * t3a.small with 2,048 CPU units and 1,884 MiB each have none for"
        " backend (256 CPU units and 1,000 MiB) while old and new tasks run side by side; take instanceType: t",
    ),
    (
        {"cluster": {"network": "awsvpc"}, "network": {"egress": "nat"}},
        "cluster: must have room for all tasks, but 2 * t3a.small with 2,048 CPU units, 1,884 MiB and 1 network"
        " interface each have none for backend (256 CPU units, 384 MiB and 1 network interface) while old and new tasks"
        " run side by side; take instanceType: t3.small with maxInstances: 2 and network: awsvpc (42.47 USD a month),"
        " or instanceType: t2.small with maxInstances: 2 and network: awsvpc (45.68 USD a month), or network: bridge"
        " with instanceType: t3a.small and maxInstances: 1 (19.77 USD a month, and no egress to pay); or lower"
        " memoryMib, cpuUnits or desiredCount of the services",
    ),
    (
        {"cluster": {"network": "trunked"}, "network": {"egress": "nat"}},
        "cluster.instanceType: must be a type with ENI trunking where cluster.network is trunked, got t3a.small; take"
        " instanceType: ",
    ),
    (
        {"cluster": {"network": "trunked", "instanceType": "m5.large"}},
        "network.egress: is required where cluster.network is trunked: a task's own interface gets no public address on"
        " an instance, so the task would reach neither AWS nor the internet; write nat (36.50 USD a month)",
    ),
    (
        {"cluster": {"network": "trunked", "instanceType": "m5.large"}, "network": {"egress": "endpoints"}},
        "network.egress: must be nat where services use site, to which no endpoint leads, got endpoints; write nat, ",
    ),
    ({"network": {"egress": "nat"}}, "network.egress: must be none where cluster.network is bridge: tasks go the way "),
    (
        {"cluster": {"spot": {}, "maxInstances": 1}},
        "cluster.spot.onDemandBaseCapacity: must be below maxInstances (1), or none is ever Spot, got 1; raise",
    ),
    (
        {"cluster": {"spot": {}, "instanceType": "t4g.2xlarge"}},
        "cluster.spot: must be left out for a t4g.2xlarge: no other type has as much room for up to 2 times the price",
    ),
    (
        {"cluster": {"spot": {}}, "services": {"backend": {"desiredCount": 5}}},
        "cluster.spot.onDemandBaseCapacity: must be instances that hold all tasks when every Spot instance is taken"
        " back, but 1 * t3a.small have no room for ",
    ),
    ({"cluster": {"launchType": "fargate"}}, "cluster.launchType: must be 'EC2' or 'FARGATE', got 'fargate'"),
    ({"services": {"backend": {"desiredCount": 0}}}, "services.backend.desiredCount: "),
    ({"services": {"backend": {"memoryMib": "much"}}}, "services.backend.memoryMib: "),
    (
        {"services": {"backend": {"logRetentionDays": 8}}},
        "services.backend.logRetentionDays: must be a number of days that CloudWatch Logs knows, got 8; ",
    ),
    (
        {"services": {"frontend": {"logLevel": "info"}}},
        "services.frontend.logLevel: must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR', got 'info'; ",
    ),
    (
        {"database": {"instanceClass": "t4g.micro"}},
        "database.instanceClass: must be an RDS instance class, got 't4g.micro'; ",
    ),
    (
        {"database": {"storageGib": 100}},
        "database.maxStorageGib: must be at least 10% above storageGib (100), as RDS asks, got 50; write 110 or more",
    ),
    *(
        (
            {"database": {"restore": restore}},
            "database.restore.snapshot: must be there, or else source and at; remove `restore`, and let `make restore`",
        )
        for restore in ({}, {"at": "2026-11-26T14:30:00Z"}, {"snapshot": "s", "source": "db-A", "at": "t"})
    ),
    ({"database": {"password": "hunter2"}}, "database.password: is not a known key; "),
    (
        {"recipe": "protected", "database": {"backupDays": 7}},
        "alarms.to: is required with the recipe protected, so that somebody learns when the stack fails;"
        " write alarms: {to: [your address]}",
    ),
    (
        {"services": {"backend": {"scaling": {"maxCount": 4}}}},
        "services.backend.scaling.cpuPercent: is required where there is neither memoryPercent nor requestsPerMinute;"
        " write for example cpuPercent: 60",
    ),
    (
        {"services": {"backend": {"desiredCount": 3, "scaling": {"maxCount": 2, "cpuPercent": 60}}}},
        "services.backend.scaling.maxCount: must be at least desiredCount (3), got 2; raise it, or lower desiredCount",
    ),
    (
        {"services": {"backend": {"databaseConnections": 50}}},
        "database.instanceClass: must take the connections of all tasks while a deployment doubles them, 100 and 3 for"
        " a migration and people, and a db.t4g.micro takes about 87; take db.t4g.small or larger, or lower"
        " scaling.maxCount, desiredCount or databaseConnections of the services",
    ),
    (
        {"alarms": {"to": ["ops@example.com"]}},
        "alarms.to: must have addresses at which you can read mail, got 'ops@example.com';"
        " write your own: SNS sends each a link to confirm",
    ),
    (
        {"recipe": "protected", "alarms": {}},
        "database.backupDays: must be at least 7 with the recipe protected, got 1; write 7 or more",
    ),
    (
        {"storage": {"extraOrigins": ["http://127.0.0.1/path"]}},
        "storage.extraOrigins.0: must be an origin without a path, got ",
    ),
    ({"mail": {"address": "me"}}, "mail.address: must be one mail address, got 'me'; write for example me@example.com"),
    ({"mail": {"address": "a@b.c, d@e.f"}}, "mail.address: must be one mail address, got 'a@b.c, d@e.f'; "),
    *(
        ({"mail": {"address": address}}, f"mail.address: must be one mail address, got {address!r}; ")
        for address in ("mé@a-company.dev", "me,you@a-company.dev", "me@exämple.com", "me(x)@a-company.dev")
    ),
    *(
        (
            {"mail": {"address": address}},
            f"mail.address: must be an address at which you can read mail, got {address!r}; ",
        )
        for address in (
            "me@example.com",
            "me@Example.NET",
            "me@mail.example.org",
            "you@laptop.test",
            "you@an.invalid",
            "you@my.localhost",
            "you@some.example",
        )
    ),
    ({"mail": {"identity": "mine"}}, "mail.identity: must be 'create' or 'existing', got 'mine'; "),
    ({"mail": None}, "mail.address: is required where a service uses mail; "),
    (
        {"database": {"multiAz": "maybe"}},
        "database.multiAz: must be true or false, got 'maybe'; write for example false",
    ),
    (
        {"database": {"snapshotIdentifier": "final_1"}},
        "database.snapshotIdentifier: must be the name of a snapshot, got ",
    ),
    ({"storage": {"existingBucket": "My_Bucket"}}, "storage.existingBucket: must be the name of a bucket, got "),
    *(
        ({"region": other}, "region: must be a region of the partition `aws`: this stack needs CloudFront and its")
        for other in ("us-gov-west-1", "cn-north-1")
    ),
    ({"region": "zz-foo-9"}, "region: must be the name of an AWS region, got 'zz-foo-9'; "),
    ({"region": "us-east-3"}, "region: must be the name of an AWS region, got 'us-east-3'; "),
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


def test_all_broken_rules_between_keys_are_told_at_once() -> None:
    found = problems(
        recipe="protected",
        network={"zones": ["eu-west-1a", "eu-west-1b"]},
        services={"frontend": {"memoryMib": 3000, "cpuUnits": 3000}},
    )
    keys = ["alarms.to", "database.backupDays", "network.zones", "services.frontend.cpuUnits"]
    keys += ["services.frontend.memoryMib"]
    assert sorted(line.split(":")[0] for line in found) == keys


def leaves(section: type[BaseModel] = StackConfig, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for field in section.model_fields.values():
        here = (*path, field.alias or "")
        if held := section_of(field.annotation):
            yield here
            yield from leaves(held, (*here, "backend") if is_named(field.annotation) else here)
        else:
            yield here


@pytest.mark.parametrize("value", [None, [], {}, {"a": 1}, ["x"], "", "x", 0.5, -1, 10**30, True, "9" * 5000], ids=repr)
@pytest.mark.parametrize("path", leaves(), ids=".".join)
def test_no_wrong_value_is_answered_in_the_words_of_python_or_a_library(path: tuple[str, ...], value: Any) -> None:
    settings = json.loads(json.dumps(VALID))
    at = settings
    for key in path[:-1]:
        at = at.setdefault(key, {})
    at[path[-1]] = value
    try:
        load.parse(raw(settings), namespace=PROJECT, app=APP)
    except ConfigError as error:
        for word in ("Input should", "tuple", "Tuple", "validation", "None", "True", "False", "string", "integer"):
            assert word not in str(error)


def mail(**settings: str) -> MailConfig:
    found = parse(mail=settings).mail
    assert found
    return found


def test_what_the_rules_allow_is_taken() -> None:
    for cidr in ("100.64.0.0/16", "172.16.0.0/16", "172.18.0.0/20", "192.168.4.0/24"):
        assert parse(network={"cidr": cidr}).network.cidr == cidr
    for zones in (["us-east-1c", "us-east-1b"], ["us-east-1f", "us-east-1d", "us-east-1c"]):
        assert parse(network={"zones": zones}).network.zones == tuple(zones)
    assert parse(region="me-west-1", network={"zones": ["me-west-1a", "me-west-1b"]}).region == "me-west-1"
    for address in ("me@myexample.com", "me@example.com.br", "me@my-example.org", "me@test.example.io"):
        assert mail(address=address).address == address
    assert mail(address="me@example.com", mailboxPath="/mailbox").address == "me@example.com"
    assert mail(identity="existing").identity == "existing"


@pytest.mark.parametrize("kind", ["t3.small", "t3.micro", "c7i-flex.large", "m7i-flex.large"])
def test_each_type_that_a_free_plan_can_start_holds_the_default_stack(kind: str) -> None:
    assert parse(cluster={"instanceType": kind}).cluster.instance_type == kind


def test_regions_are_those_that_aws_s_own_library_knows() -> None:
    """It is raised by the update bot: a new region is then missing here."""
    document = json.loads((Path(botocore.__file__).parent / "data/partitions.json").read_text())
    (aws,) = [row for row in document["partitions"] if row["id"] == "aws"]
    assert set(aws["regions"]) - {"aws-global"} == REGIONS
    others = [name for row in document["partitions"] if row["id"] != "aws" for name in row["regions"]]
    assert [name for name in others if "global" not in name and not name.startswith(OTHER_PARTITIONS)] == []


def test_infra_and_the_back_end_have_one_rule_for_mail_addresses() -> None:
    """They are two projects, so neither can import the other's."""
    settings = (ROOT / "backend/app/settings.py").read_text()
    assert f'EMAIL = re.compile(r"{MAIL_ADDRESS}")' in settings


def test_the_placeholder_in_the_stack_files_is_answered() -> None:
    for stack in ("dev", "prod"):
        with pytest.raises(ConfigError, match=r"mail\.address: must be an address at which you can read mail"):
            load.parse(stack_file(stack), namespace=PROJECT, app=APP)


def test_a_key_of_the_aws_provider_is_answered() -> None:
    with pytest.raises(ConfigError) as caught:
        load.parse({**raw(VALID), "aws:region": "eu-west-1", "aws:profile": "x"}, namespace=PROJECT, app=APP)
    assert str(caught.value).splitlines() == [
        f"aws:region: is not read, the program sets up AWS by its own keys; write {PROJECT}:region",
        "aws:profile: is not read, the program sets up AWS by its own keys; remove it",
    ]


def test_after_a_change_of_the_projects_name_the_answer_renames_the_keys(tmp_path: Path) -> None:
    """With one problem, and with advice that was followed."""
    file = tmp_path / "Pulumi.local.yaml"
    file.write_text((ROOT / "Pulumi.local.yaml").read_text())
    with pytest.raises(ConfigError) as caught:
        load.parse(stack_file("local"), namespace="My_Shop.2", app=APP)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{PROJECT}: is no longer the project's name, which is My_Shop.2 in Pulumi.yaml; rename ")
    subprocess.run(line.split("rename the keys: ")[1], shell=True, cwd=tmp_path, check=True)  # noqa: S602
    found = load.parse(raw_of(yaml.safe_load(file.read_text())["config"]), namespace="My_Shop.2", app=APP)
    assert found == stack_config("local")


def test_a_section_that_is_no_section_is_one_readable_line() -> None:
    with pytest.raises(
        ConfigError, match=r"^network: must be a section with keys of its own, got '\[broken'; see docs/"
    ):
        load.parse({**raw(VALID), f"{PROJECT}:network": "[broken"}, namespace=PROJECT, app=APP)


def test_other_namespaces_are_not_the_projects_business() -> None:
    assert (
        load.parse({**raw(VALID), "pulumi:disable-default-providers": '["aws"]'}, namespace=PROJECT, app=APP) == parse()
    )


def test_configuration_cannot_be_changed_by_the_program() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse().region = "eu-west-1"  # type: ignore[misc]


def test_a_stack_changes_one_setting_of_a_service_and_keeps_the_others() -> None:
    frontend = parse(services={"frontend": {"desiredCount": 2}}).services["frontend"]
    assert (frontend.desired_count, frontend.memory_mib) == (2, APP["services"]["frontend"]["memoryMib"])


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


def test_a_wrong_configuration_ends_the_program_with_its_list_and_the_code_that_pulumi_knows_as_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr("pulumi.log.error", told.append)
    monkeypatch.setattr("pulumi.runtime.get_config_env", lambda: {f"{PROJECT}:colour": "blue"})
    monkeypatch.setattr("pulumi.get_project", lambda: PROJECT)
    monkeypatch.setattr("pulumi.get_stack", lambda: "dev")
    with pytest.raises(SystemExit) as caught:
        load.load()
    assert caught.value.code == 32
    (text,) = told
    assert text.startswith("Pulumi.dev.yaml is not valid, nothing was changed:\n  ")
    assert "\n  colour: is not a known key" in text
    with pytest.raises(SystemExit):
        load.end_invalid("app.yaml: a\napp.yaml: b")
    assert told[1] == "app.yaml is not valid, nothing was changed:\n  app.yaml: a\n  app.yaml: b"
