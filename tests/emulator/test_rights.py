"""Policies are enforced: who is not the account's root does what they allow, and nothing else."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Client
from tests.engine.support import Emulator, role

ACCOUNT = "000000000000"
CLUSTERS = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster"


class User:
    """Makes clients with the access key of a user who has one policy."""

    def __init__(self, aws: Client, statement: Mapping[str, Any]) -> None:
        self.aws, iam = aws, aws("iam")
        iam.create_user(UserName="one")
        policy = json.dumps({"Statement": {"Effect": "Allow", **statement}})
        iam.put_user_policy(UserName="one", PolicyName="all", PolicyDocument=policy)
        self.key = iam.create_access_key(UserName="one")["AccessKey"]

    def __call__(self, service: str) -> Any:
        keys = {"aws_access_key_id": self.key["AccessKeyId"], "aws_secret_access_key": self.key["SecretAccessKey"]}
        return self.aws(service, **keys)

    def remove(self) -> None:
        iam = self.aws("iam")
        iam.delete_access_key(UserName="one", AccessKeyId=self.key["AccessKeyId"])
        iam.delete_user_policy(UserName="one", PolicyName="all")
        iam.delete_user(UserName="one")


@pytest.fixture
def user(aws: Client, request: pytest.FixtureRequest) -> Iterator[User]:
    made = User(aws, request.param)
    yield made
    made.remove()


@pytest.mark.parametrize("user", [{"Action": "s3:GetObject", "Resource": "arn:aws:s3:::rights/*"}], indirect=True)
def test_what_no_policy_allows_is_denied_and_stands_in_the_log(emulator: Emulator, aws: Client, user: User) -> None:
    aws("s3").create_bucket(Bucket="rights")
    aws("s3").put_object(Bucket="rights", Key="a", Body=b"text")
    assert user("s3").get_object(Bucket="rights", Key="a")["Body"].read() == b"text"
    with pytest.raises(ClientError, match="AccessDenied"):
        user("s3").put_object(Bucket="rights", Key="b", Body=b"text")
    with pytest.raises(ClientError, match="not authorized to perform: sqs:ListQueues"):
        user("sqs").list_queues()
    assert (
        f"arn:aws:iam::{ACCOUNT}:user/one may not do s3:PutObject on arn:aws:s3:::rights/b" in emulator.log.read_text()
    )


@pytest.mark.parametrize(
    "user",
    [{"Action": "ecs:ListServices", "Resource": "*", "Condition": {"ArnEquals": {"ecs:cluster": f"{CLUSTERS}/ours"}}}],
    indirect=True,
)
def test_a_condition_names_the_cluster(aws: Client, user: User) -> None:
    for name in ("ours", "theirs"):
        aws("ecs").create_cluster(clusterName=name)
    for named in ("ours", f"{CLUSTERS}/ours"):
        assert user("ecs").list_services(cluster=named)["serviceArns"] == []
    for named in ("theirs", f"{CLUSTERS}/theirs"):
        with pytest.raises(ClientError, match="not authorized to perform: ecs:ListServices"):
            user("ecs").list_services(cluster=named)


@pytest.mark.parametrize(
    "user",
    [
        {
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": "Ours"}},
        }
    ],
    indirect=True,
)
def test_a_condition_names_the_metrics(user: User) -> None:
    data = [{"MetricName": "a", "Value": 1.0}]
    user("cloudwatch").put_metric_data(Namespace="Ours", MetricData=data)
    with pytest.raises(ClientError, match="not authorized to perform: cloudwatch:PutMetricData"):
        user("cloudwatch").put_metric_data(Namespace="Theirs", MetricData=data)


PASS = {"Action": "iam:PassRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/given"}
FUNCTION = {
    "FunctionName": "f", "Runtime": "python3.13", "Handler": "h.h",
    "Code": {"ZipFile": b"PK\x05\x06" + 18 * b"\0"},
}  # fmt: skip


def pass_by(user: User, way: str, name: str) -> None:
    """Hand the role `name` on to a service, by a request of the user's."""
    arn, container = f"arn:aws:iam::{ACCOUNT}:role/{name}", {"name": "app", "image": "app:1", "memory": 64}
    if way == "function":
        user("lambda").create_function(Role=arn, **FUNCTION)
    elif way == "rule":
        user("events").put_rule(Name="r", ScheduleExpression="rate(1 day)")
        user("events").put_targets(Rule="r", Targets=[{"Id": "1", "Arn": f"{CLUSTERS}/c", "RoleArn": arn}])
    elif way == "template":
        profile = {"Name": name}
        user("ec2").create_launch_template(LaunchTemplateName=name, LaunchTemplateData={"IamInstanceProfile": profile})
    else:
        kind = "executionRoleArn" if way == "execution" else "taskRoleArn"
        user("ecs").register_task_definition(family="app", containerDefinitions=[container], **{kind: arn})


@pytest.mark.parametrize("way", ["execution", "task", "function", "rule", "template"])
@pytest.mark.parametrize(
    "user", [{"Action": ["ecs:*", "lambda:*", "events:*", "ec2:*"], "Resource": "*"}], indirect=True
)  # fmt: skip
def test_who_hands_a_role_on_needs_the_right_to_pass_it_to_that_service(aws: Client, user: User, way: str) -> None:
    iam, service = aws("iam"), {"function": "lambda", "rule": "events", "template": "ec2"}.get(way, "ecs-tasks")
    for name in ("given", "kept"):
        role(iam, name)
        if name not in {one["InstanceProfileName"] for one in iam.list_instance_profiles()["InstanceProfiles"]}:
            iam.create_instance_profile(InstanceProfileName=name)
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    for to in ("other.amazonaws.com", f"{service}.amazonaws.com"):
        only = {"Condition": {"StringEquals": {"iam:PassedToService": to}}}
        policy = json.dumps({"Statement": {"Effect": "Allow", **PASS, **only}})
        iam.put_user_policy(UserName="one", PolicyName="pass", PolicyDocument=policy)
        for name in ("given", "kept"):
            if (to, name) == (f"{service}.amazonaws.com", "given"):
                pass_by(user, way, name)
            else:
                with pytest.raises(ClientError, match="not authorized to perform: iam:PassRole"):
                    pass_by(user, way, name)
    iam.delete_user_policy(UserName="one", PolicyName="pass")


def test_a_role_that_is_not_there_is_given_to_nobody(aws: Client) -> None:
    container = {"name": "app", "image": "app:1", "memory": 64}
    absent = f"arn:aws:iam::{ACCOUNT}:role/absent"
    with pytest.raises(ClientError, match="absent cannot be found"):
        aws("ecs").register_task_definition(family="app", containerDefinitions=[container], taskRoleArn=absent)
    there = role(aws("iam"), "there")
    aws("ecs").register_task_definition(family="app", containerDefinitions=[container], taskRoleArn=there)


@pytest.mark.parametrize(
    "user", [{"Action": "iam:*", "Resource": [f"arn:aws:iam::{ACCOUNT}:{kind}/ours/*" for kind in
                                              ("instance-profile", "role")]}], indirect=True,
)  # fmt: skip
def test_a_policy_names_roles_and_profiles_with_their_path(aws: Client, user: User) -> None:
    trust = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}})
    role(aws("iam"), "theirs")
    iam = user("iam")
    iam.create_role(RoleName="ours", Path="/ours/", AssumeRolePolicyDocument=trust)
    iam.create_instance_profile(InstanceProfileName="ours", Path="/ours/")
    iam.get_role(RoleName="ours")
    iam.add_role_to_instance_profile(InstanceProfileName="ours", RoleName="ours")
    with pytest.raises(ClientError, match="not authorized to perform: iam:CreateRole"):
        iam.create_role(RoleName="new", AssumeRolePolicyDocument=trust)
    with pytest.raises(ClientError, match="not authorized to perform: iam:CreateInstanceProfile"):
        iam.create_instance_profile(InstanceProfileName="new")
    with pytest.raises(ClientError, match="not authorized to perform: iam:DeleteRole"):
        iam.delete_role(RoleName="theirs")


@pytest.mark.parametrize(
    "user", [{"Action": "kms:Encrypt", "Resource": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*"}], indirect=True
)
def test_an_alias_stands_for_its_key(aws: Client, user: User) -> None:
    key = aws("kms").create_key()["KeyMetadata"]["KeyId"]
    aws("kms").create_alias(AliasName="alias/state", TargetKeyId=key)
    assert user("kms").encrypt(KeyId="alias/state", Plaintext=b"text")["CiphertextBlob"]
    with pytest.raises(ClientError, match="not authorized to perform: kms:Decrypt"):
        user("kms").decrypt(KeyId="alias/state", CiphertextBlob=b"text")


@pytest.mark.parametrize(
    "user", [{"Action": "ecs:DescribeServices", "Resource": f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/web/shop*"}],
    indirect=True,
)  # fmt: skip
def test_each_service_of_a_request_must_be_allowed(aws: Client, user: User) -> None:
    aws("ecs").create_cluster(clusterName="web")
    user("ecs").describe_services(cluster="web", services=["shop", "shop-admin"])
    for named in (["shop", "other"], [f"arn:aws:ecs:us-east-1:{ACCOUNT}:service/web/other"]):
        with pytest.raises(ClientError, match="not authorized to perform: ecs:DescribeServices"):
            user("ecs").describe_services(cluster="web", services=named)


@pytest.mark.parametrize(
    "user", [{"Action": "logs:FilterLogEvents", "Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ours:*"}],
    indirect=True,
)  # fmt: skip
def test_a_log_group_is_named_with_its_streams(aws: Client, user: User) -> None:
    for name in ("/ours", "/ours-too"):
        aws("logs").create_log_group(logGroupName=name)
    assert user("logs").filter_log_events(logGroupName="/ours")["events"] == []
    with pytest.raises(ClientError, match="not authorized to perform: logs:FilterLogEvents"):
        user("logs").filter_log_events(logGroupName="/ours-too")


@pytest.mark.parametrize(
    "user", [{"Action": "ses:SendEmail", "Resource": [f"arn:aws:ses:us-east-1:{ACCOUNT}:{one}" for one in
                                                      ("identity/me@example.com", "configuration-set/ours")]}],
    indirect=True,
)  # fmt: skip
def test_a_mail_is_of_an_identity_and_a_configuration_set(aws: Client, user: User) -> None:
    for name in ("me@example.com", "you@example.com"):
        aws("sesv2").create_email_identity(EmailIdentity=name)
    for name in ("ours", "theirs"):
        aws("sesv2").create_configuration_set(ConfigurationSetName=name)
    content = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "x"}}}}

    def send(sender: str, configuration_set: str) -> None:
        user("sesv2").send_email(
            FromEmailAddress=sender, Destination={"ToAddresses": ["to@example.org"]}, Content=content,
            ConfigurationSetName=configuration_set,
        )  # fmt: skip

    send("Me <me@example.com>", "ours")
    for sender, configuration_set in (("you@example.com", "ours"), ("me@example.com", "theirs")):
        with pytest.raises(ClientError, match="not authorized to perform: ses:SendEmail"):
            send(sender, configuration_set)
