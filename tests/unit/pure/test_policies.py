"""IAM documents as data: who may do what to which resource."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.pure import policies

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1"
BUCKET = "arn:aws:s3:::bucket"
ACCESS = "arn:aws:secretsmanager:us-east-1:123456789012:secret:access-1"
IDENTITY = "arn:aws:ses:us-east-1:123456789012:identity/me@example.com"
CONFIGURATION_SET = "arn:aws:ses:us-east-1:123456789012:configuration-set/mail"
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/D"
# Actions for which AWS defines no resource: policies.py says so beside each.
WITHOUT_RESOURCE = {
    "ecr:GetAuthorizationToken",
    "ses:GetAccount",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}

DOCUMENTS = {
    "task_trust": policies.task_trust("123456789012"),
    "pull_and_log": policies.pull_and_log("arn:aws:ecr:::repository/r", "arn:aws:logs:::log-group:g"),
    "backend_task": policies.backend_task(
        secret_arns=[SECRET, ACCESS],
        bucket_arn=BUCKET,
        identity_arn=IDENTITY,
        configuration_set_arn=CONFIGURATION_SET,
        distribution_arn=DISTRIBUTION,
    ),
    "frontend_task": policies.frontend_task(),
    "cache_reset": policies.cache_reset(distribution_arn=DISTRIBUTION, log_group_arn="arn:g"),
    "tls_only": policies.tls_only(BUCKET),
}


def allowed(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(action, resource) of each permission."""
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow" and "Resource" in statement:
            yield from ((action, resource) for action in statement["Action"] for resource in statement["Resource"])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_is_allowed_only_where_no_resource_can_be_named(name: str) -> None:
    assert {action for action, resource in allowed(DOCUMENTS[name]) if resource == "*"} <= WITHOUT_RESOURCE


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_action_is_a_pattern(name: str) -> None:
    assert not [action for action, _ in allowed(DOCUMENTS[name]) if "*" in action]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_json_of_the_current_version(name: str) -> None:
    assert json.loads(json.dumps(DOCUMENTS[name])) == DOCUMENTS[name]
    assert DOCUMENTS[name]["Version"] == "2012-10-17"


def test_the_back_end_reads_its_secrets_and_no_other() -> None:
    secrets = [pair for pair in allowed(DOCUMENTS["backend_task"]) if pair[0].startswith("secretsmanager:")]
    assert secrets == [("secretsmanager:GetSecretValue", SECRET), ("secretsmanager:GetSecretValue", ACCESS)]


def test_the_back_end_sends_mail_from_its_address_alone() -> None:
    senders = {resource for action, resource in allowed(DOCUMENTS["backend_task"]) if action == "ses:SendEmail"}
    assert senders == {IDENTITY, CONFIGURATION_SET}


def test_the_back_end_sees_cache_resets_and_makes_none() -> None:
    edge = [pair for pair in allowed(DOCUMENTS["backend_task"]) if pair[0].startswith("cloudfront:")]
    assert edge == [("cloudfront:ListInvalidations", DISTRIBUTION)]


def test_the_back_end_reaches_its_bucket_and_cannot_change_its_rules() -> None:
    bucket = {pair for pair in allowed(DOCUMENTS["backend_task"]) if pair[0].startswith("s3:")}
    assert bucket == {
        ("s3:ListBucket", BUCKET),
        ("s3:GetObject", f"{BUCKET}/*"),
        ("s3:PutObject", f"{BUCKET}/*"),
        ("s3:DeleteObject", f"{BUCKET}/*"),
    }


def test_the_front_end_may_do_nothing_but_open_a_shell_for_its_operator() -> None:
    assert {action.split(":")[0] for action, _ in allowed(DOCUMENTS["frontend_task"])} == {"ssmmessages"}


def test_task_roles_are_for_tasks_of_this_account() -> None:
    (statement,) = DOCUMENTS["task_trust"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_plain_http_to_the_bucket_is_denied_to_everyone() -> None:
    (statement,) = DOCUMENTS["tls_only"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [BUCKET, f"{BUCKET}/*"]
