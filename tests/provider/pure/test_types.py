"""What single types do beyond the table and only a fake shows: what fails, what is cleaned up, what is refused."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.provider.definition.rules import Case
from localcloud.provider.errors import ProviderError
from localcloud.provider.types import TYPES
from localcloud.provider.values import Props
from tests.provider.pure.scripted import ScriptedCloud, handler, refused


def raising(code: str) -> Any:
    def answer(**_: Any) -> Any:
        raise refused(code)

    return answer


def done(act: Callable[[], None]) -> dict[str, Any]:
    """The empty answer of an operation that does something."""
    act()
    return {}


# S3.

BUCKET = "aws:s3/bucket:Bucket"


class Objects:
    """A bucket's versions and delete markers, some of which cannot be deleted."""

    def __init__(self, versions: list[str], markers: list[str], kept: list[str] | None = None) -> None:
        self.rows = {"Versions": versions, "DeleteMarkers": markers}
        self.kept = kept or []
        self.there = True

    def list(self, **_: Any) -> Any:
        return {kind: [{"Key": key, "VersionId": f"{kind}-{key}"} for key in keys] for kind, keys in self.rows.items()}

    def delete(self, Bucket: str, Delete: Any) -> Any:  # noqa: N803 - AWS's names
        gone = {row["VersionId"] for row in Delete["Objects"]}
        for kind, keys in self.rows.items():
            self.rows[kind] = [key for key in keys if f"{kind}-{key}" not in gone or key in self.kept]
        return {"Errors": [{"Key": key, "Code": "AccessDenied"} for key in self.kept]}

    def head(self, **_: Any) -> Any:
        if not self.there:
            raise refused("404")
        return {"BucketRegion": "us-east-1"}

    def delete_bucket(self, **_: Any) -> Any:
        if any(self.rows.values()):
            raise refused("BucketNotEmpty")
        self.there = False
        return {}

    def cloud(self) -> ScriptedCloud:
        return ScriptedCloud(
            list_object_versions=self.list,
            delete_objects=self.delete,
            list_multipart_uploads=lambda **_: {"Uploads": [{"Key": "u", "UploadId": "1"}]},
            abort_multipart_upload=lambda **_: {},
            head_bucket=self.head,
            get_bucket_tagging=raising("NoSuchTagSet"),
            delete_bucket=self.delete_bucket,
        )


def test_a_bucket_is_emptied_of_versions_delete_markers_and_uploads_before_it_is_deleted() -> None:
    objects = Objects(["a", "b"], ["a", "gone"])
    cloud = objects.cloud()
    handler(BUCKET, cloud).delete("b", {"forceDestroy": True})
    assert not objects.there
    assert cloud.named("abort_multipart_upload") == [{"Bucket": "b", "Key": "u", "UploadId": "1"}]


def test_a_bucket_that_cannot_be_emptied_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(ProviderError, match=r"could not empty the bucket b: .*AccessDenied"):
        handler(BUCKET, Objects(["a"], [], kept=["a"]).cloud()).delete("b", {"forceDestroy": True})


def test_a_bucket_with_objects_is_not_deleted_without_force_destroy() -> None:
    objects = Objects(["a"], [])
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        handler(BUCKET, objects.cloud()).delete("b", {"forceDestroy": False})
    assert objects.rows["Versions"] == ["a"]


# IAM.

ROLE = "aws:iam/role:Role"
MANAGED = "arn:aws:iam::aws:policy/x"


def role_cloud(**more: Any) -> ScriptedCloud:
    gone: list[bool] = []
    return ScriptedCloud(
        **{
            "list_attached_role_policies": lambda **_: {"AttachedPolicies": [{"PolicyArn": MANAGED}]},
            "detach_role_policy": lambda **_: {},
            "list_role_policies": lambda **_: {"PolicyNames": ["inline"]},
            "delete_role_policy": lambda **_: {},
            "delete_role": lambda **_: done(lambda: gone.append(True)),
            "get_role": lambda **_: raising("NoSuchEntity")() if gone else {"Role": {"RoleName": "r"}},
            **more,
        }
    )


def test_with_force_detach_policies_a_role_loses_its_policies_before_it_is_deleted() -> None:
    cloud = role_cloud()
    handler(ROLE, cloud).delete("r", {"forceDetachPolicies": True})
    names = [name for name, _ in cloud.calls]
    assert cloud.named("detach_role_policy") == [{"RoleName": "r", "PolicyArn": MANAGED}]
    assert cloud.named("delete_role_policy") == [{"RoleName": "r", "PolicyName": "inline"}]
    assert names.index("delete_role") > max(names.index("detach_role_policy"), names.index("delete_role_policy"))


def test_without_it_a_roles_policies_are_left_alone() -> None:
    cloud = role_cloud()
    handler(ROLE, cloud).delete("r", {})
    assert not cloud.named("list_attached_role_policies") and not cloud.named("delete_role_policy")


def test_a_role_that_is_gone_is_deleted_already_and_any_other_refusal_is_an_error() -> None:
    gone = role_cloud(list_attached_role_policies=raising("NoSuchEntity"))
    handler(ROLE, gone).delete("r", {"forceDetachPolicies": True})
    with pytest.raises(ClientError, match="AccessDenied"):
        handler(ROLE, role_cloud(list_attached_role_policies=raising("AccessDenied"))).delete(
            "r", {"forceDetachPolicies": True}
        )


# Load balancers.


@pytest.mark.parametrize("protected", ["true", "false"])
def test_a_protected_load_balancer_is_not_deleted(protected: str) -> None:
    there = [{"LoadBalancerArn": "arn:aws:elasticloadbalancing:x:1:loadbalancer/app/a/1"}]
    cloud = ScriptedCloud(
        describe_load_balancers=lambda **_: {"LoadBalancers": there},
        describe_load_balancer_attributes=lambda **_: {
            "Attributes": [{"Key": "deletion_protection.enabled", "Value": protected}]
        },
        describe_tags=lambda **_: {"TagDescriptions": [{"Tags": []}]},
        delete_load_balancer=lambda **_: done(there.clear),
    )
    balancer = handler("aws:lb/loadBalancer:LoadBalancer", cloud)
    if protected == "true":
        with pytest.raises(ProviderError, match="enableDeletionProtection: must be false"):
            balancer.delete("arn", {})
        assert there and not cloud.named("delete_load_balancer")
    else:
        balancer.delete("arn", {})
        assert not there


# RDS.

DATABASE = "aws:rds/instance:Instance"
ARN = "arn:aws:rds:us-east-1:123456789012:db:db"


class Keeper:
    """A database and its managed secret."""

    def __init__(self) -> None:
        self.databases = [{"DBInstanceIdentifier": "db", "DBInstanceArn": ARN, "DBInstanceStatus": "available"}]
        tags = [{"Key": "aws:rds:primaryDBInstanceArn", "Value": ARN}]
        self.secrets: list[Props] = [{"ARN": "secret-of-another", "Tags": []}, {"ARN": "secret-of-db", "Tags": tags}]

    def drop(self, SecretId: str, **_: Any) -> Any:  # noqa: N803 - AWS's names
        self.secrets = [row for row in self.secrets if row["ARN"] != SecretId]
        return {}

    def cloud(self) -> ScriptedCloud:
        return ScriptedCloud(
            describe_db_instances=lambda **_: {"DBInstances": self.databases},
            delete_db_instance=lambda **_: done(self.databases.clear),
            list_secrets=lambda **_: {"SecretList": self.secrets},
            delete_secret=self.drop,
            modify_db_instance=lambda **_: {},
            create_secret=lambda **_: {},
        )


def test_a_deleted_database_takes_its_managed_password_with_it() -> None:
    keeper = Keeper()
    cloud = keeper.cloud()
    handler(DATABASE, cloud).delete("db-1", {"identifier": "db", "arn": ARN, "skipFinalSnapshot": True})
    assert not keeper.databases and [row["ARN"] for row in keeper.secrets] == ["secret-of-another"]
    assert cloud.named("delete_db_instance") == [
        {"DBInstanceIdentifier": "db", "SkipFinalSnapshot": True, "DeleteAutomatedBackups": True}
    ]


def test_a_database_that_ends_its_managed_password_drops_the_secret() -> None:
    keeper = Keeper()
    instance: Any = handler(DATABASE, keeper.cloud())
    instance.move_password({"arn": ARN}, {"manageMasterUserPassword": True, "identifier": "db", "username": "app"})
    assert len(keeper.secrets) == 2
    instance.move_password({"arn": ARN}, {"password": "mine"})
    assert [row["ARN"] for row in keeper.secrets] == ["secret-of-another"]


def test_without_skip_final_snapshot_a_database_is_deleted_only_with_a_snapshot() -> None:
    keeper = Keeper()
    cloud = keeper.cloud()
    state: Props = {"identifier": "db", "arn": ARN, "skipFinalSnapshot": False}
    with pytest.raises(ProviderError, match="finalSnapshotIdentifier: is required"):
        handler(DATABASE, cloud).delete("db-1", state)
    assert keeper.databases and len(keeper.secrets) == 2
    handler(DATABASE, cloud).delete("db-1", {**state, "finalSnapshotIdentifier": "last"})
    assert cloud.named("delete_db_instance")[0]["FinalDBSnapshotIdentifier"] == "last"


# ECS and CloudFront.


def test_a_services_capacity_provider_strategy_is_never_changed_in_place() -> None:
    service = handler("aws:ecs/service:Service", ScriptedCloud())
    old, new = ({"capacityProviderStrategies": [{"capacityProvider": name, "weight": 1}]} for name in ("a", "b"))
    assert service.difference(old, new).replaces == ("capacityProviderStrategies",)
    assert service.difference({"desiredCount": 1}, {"desiredCount": 2}).replaces == ()


BEHAVIOR = {"targetOriginId": "o", "cachePolicyId": "p", "allowedMethods": ["GET", "HEAD"], "cachedMethods": ["GET"]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, ""),
        ({"forwardedValues": {}}, "forwardedValues is not supported"),
        ({"cachePolicyId": None}, "needs cachePolicyId"),
        ({"cachedMethods": ["GET", "OPTIONS"]}, "cachedMethods must be among allowedMethods, got GET, OPTIONS"),
    ],
)
def test_a_behaviour_is_judged_wherever_it_stands(change: Props, reason: str) -> None:
    part = {key: value for key, value in {**BEHAVIOR, **change}.items() if value is not None}
    for name, value in (("defaultCacheBehavior", part), ("orderedCacheBehaviors", [BEHAVIOR, part])):
        case = Case(ScriptedCloud(), {name: value}, frozenset({name}))
        rules = TYPES["aws:cloudfront/distribution:Distribution"].rules
        found = [problem for rule in rules if getattr(rule, "path", "") == name for problem in rule.problems(case)]
        assert [path for path, _ in found] == ([name] if reason else [])
        assert all(reason in text for _, text in found)


# Certificates.

VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/x"
RECORD = {"Name": "_x.shop.example.", "Type": "CNAME", "Value": "_y.acm-validations.aws."}


def certificates(*zones: str, records: tuple[Any, ...] = ()) -> ScriptedCloud:
    options = [{"DomainName": "shop.example", "ResourceRecord": RECORD}]
    issued = {
        "CertificateArn": "arn",
        "Status": "ISSUED",
        "IssuedAt": datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC),
    }
    return ScriptedCloud(
        describe_certificate=lambda **_: {"Certificate": {**issued, "DomainValidationOptions": options}},
        list_hosted_zones=lambda: {"HostedZones": [{"Id": name, "Name": name} for name in zones]},
        list_resource_record_sets=lambda **_: {"ResourceRecordSets": list(records)},
    )


def record(value: str) -> dict[str, Any]:
    return {"Name": RECORD["Name"], "Type": "CNAME", "ResourceRecords": [{"Value": value}]}


@pytest.mark.parametrize(
    "cloud",
    [certificates("shop.example.", records=(record("_y.acm-validations.aws"),)), certificates("other.example.")],
    ids=["record in the zone", "zone elsewhere"],
)
def test_a_certificate_is_valid_once_its_record_is_in_the_zone_of_its_domain(cloud: ScriptedCloud) -> None:
    made, _ = handler(VALIDATION, cloud).create({"certificateArn": CERTIFICATE})
    assert made == "2031-01-01T00:00:00+00:00"


@pytest.mark.parametrize("records", [(), (record("_z.acm-validations.aws."),)], ids=["no record", "another value"])
def test_a_certificate_without_its_record_is_never_valid(records: tuple[Any, ...]) -> None:
    with pytest.raises(ProviderError, match=r"AWS would wait for the record _x\.shop\.example\. CNAME"):
        handler(VALIDATION, certificates("shop.example.", records=records)).create({"certificateArn": CERTIFICATE})


def test_a_validation_names_the_record_of_every_domain() -> None:
    inputs = {"certificateArn": CERTIFICATE, "validationRecordFqdns": ["_other.shop.example"]}
    with pytest.raises(ProviderError, match=r"must have the record of each domain, got none for _x\.shop\.example"):
        handler(VALIDATION, certificates("other.example.")).create(inputs)


# Zones.


def zone_cloud(deleted: list[str]) -> ScriptedCloud:
    rows = [{"Name": "a.", "Type": kind, "TTL": 1, "ResourceRecords": [{"Value": "x"}]} for kind in ("SOA", "NS", "A")]

    def get(**_: Any) -> Any:
        return raising("NoSuchHostedZone")() if deleted else {"HostedZone": {"Id": "Z", "Name": "a."}}

    return ScriptedCloud(
        get_hosted_zone=get,
        list_tags_for_resource=lambda **_: {"ResourceTagSet": {"Tags": []}},
        list_resource_record_sets=lambda **_: {"ResourceRecordSets": rows},
        change_resource_record_sets=lambda **_: {},
        delete_hosted_zone=lambda Id: done(lambda: deleted.append(Id)),  # noqa: N803 - AWS's names
    )


@pytest.mark.parametrize("force", [True, False])
def test_a_zones_records_are_deleted_with_it_only_by_force(force: bool) -> None:
    deleted: list[str] = []
    cloud = zone_cloud(deleted)
    handler("aws:route53/zone:Zone", cloud).delete("Z", {"forceDestroy": force})
    batches = cloud.named("change_resource_record_sets")
    changes = [change["ResourceRecordSet"]["Type"] for batch in batches for change in batch["ChangeBatch"]["Changes"]]
    assert (deleted, changes) == (["Z"], ["A"] if force else [])


# Auto Scaling.

GROUP = "aws:autoscaling/group:Group"


def group(version: str, maximum: int = 2) -> Props:
    preferences = {"minHealthyPercentage": 100, "maxHealthyPercentage": 200}
    refresh = {"strategy": "Rolling", "preferences": preferences}
    template = {"id": "lt-1", "version": version}
    return {"name": "g", "minSize": 1, "maxSize": maximum, "launchTemplate": template, "instanceRefresh": refresh}


@pytest.mark.parametrize(
    ("old", "new", "refreshed"), [(group("1"), group("2"), True), (group("1"), group("1", maximum=3), False)]
)
def test_another_launch_template_replaces_the_running_instances(old: Props, new: Props, refreshed: bool) -> None:
    kept: dict[str, Any] = {"AutoScalingGroupName": "g"}
    cloud = ScriptedCloud(
        update_auto_scaling_group=lambda **sent: kept.update(sent) or {},
        start_instance_refresh=lambda **_: {"InstanceRefreshId": "1"},
        describe_auto_scaling_groups=lambda **_: {"AutoScalingGroups": [kept]},
    )
    handler(GROUP, cloud).update("g", old, old, new)
    preferences = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200}
    started = {"AutoScalingGroupName": "g", "Strategy": "Rolling", "Preferences": preferences}
    assert cloud.named("start_instance_refresh") == ([started] if refreshed else [])


@pytest.mark.parametrize(
    ("low", "high", "reason"),
    [
        (100, 200, ""),
        (90, None, ""),
        (90, 200, "more than 100 apart"),
        (100, 201, "100 to 200"),
        (101, 110, "0 to 100"),
    ],
)
def test_the_percentages_of_a_refresh_are_those_that_aws_takes(low: int, high: int | None, reason: str) -> None:
    preferences = {"minHealthyPercentage": low, **({"maxHealthyPercentage": high} if high else {})}
    (rule,) = [one for one in TYPES[GROUP].rules if getattr(one, "path", "") == "instanceRefresh.preferences"]
    inputs = {"instanceRefresh": {"preferences": preferences}}
    problems = [text for _, text in rule.problems(Case(ScriptedCloud(), inputs, frozenset(inputs)))]
    assert len(problems) == (1 if reason else 0)
    assert all(reason in text for text in problems)
