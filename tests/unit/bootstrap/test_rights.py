"""What the roles of workflows may do, and what not."""

import ast
import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from bootstrap import calls, rights
from bootstrap.actions import iam
from bootstrap.names import Names

NAMES = Names(project="shop", stack="prod", account="123456789012", region="eu-central-1")
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234"
BUCKET = "arn:aws:s3:::shop-state-123456789012-eu-central-1"
DEPLOY = [*rights.state(NAMES, KEY, changes=True), *rights.deploy(NAMES, KEY)]
PREVIEW = [*rights.state(NAMES, KEY, changes=False), *rights.preview(NAMES)]


def holds(condition: dict[str, Any], context: dict[str, str]) -> bool:
    """Of IAM's condition operators those that the policies use."""
    for operator, keys in condition.items():
        for key, wanted in keys.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            like = any(fnmatchcase(context.get(key, ""), one) for one in values)
            ok = {
                "StringEquals": context.get(key) in values,
                "StringLike": like,
                "StringNotLike": not like,
                "Null": (key not in context) == (wanted == "true"),
            }[operator]
            if not ok:
                return False
    return True


def is_about(statement: dict[str, Any], action: str, resource: str) -> bool:
    def named(patterns: Any, value: str) -> bool:
        return any(fnmatchcase(value, one) for one in ([patterns] if isinstance(patterns, str) else patterns))

    acts = named(statement["Action"], action) if "Action" in statement else not named(statement["NotAction"], action)
    if "Resource" in statement:
        return acts and named(statement["Resource"], resource)
    return acts and not named(statement["NotResource"], resource)


def may(statements: list[dict[str, Any]], action: str, resource: str = "*", **tags: str) -> bool:
    context = {f"aws:ResourceTag/{key}": value for key, value in tags.items() if key in ("project", "stack")}
    context |= {key.replace("_", ":"): value for key, value in tags.items() if key not in ("project", "stack")}
    about = [
        one["Effect"]
        for one in statements
        if is_about(one, action, resource) and holds(one.get("Condition", {}), context)
    ]
    return "Allow" in about and "Deny" not in about


def test_a_deployment_may_change_its_own_state_and_no_other() -> None:
    own = f"{BUCKET}/.pulumi/stacks/shop/prod.json"
    assert may(DEPLOY, "s3:PutObject", own)
    assert may(DEPLOY, "s3:PutObject", f"{BUCKET}/.pulumi/locks/organization/shop/prod/one.json")
    for other in ("stacks/shop/prod2.json", "stacks/shop/dev.json", "stacks/bootstrap/prod.json", "meta.yaml"):
        assert not may(DEPLOY, "s3:PutObject", f"{BUCKET}/.pulumi/{other}")
    for action in ("DeleteBucket", "PutBucketPolicy", "PutBucketVersioning", "PutLifecycleConfiguration"):
        assert not may(DEPLOY, f"s3:{action}", BUCKET)
        assert may(DEPLOY, f"s3:{action}", "arn:aws:s3:::storage-bucket-1a2b3c4")
    assert not may(DEPLOY, "s3:DeleteObjectVersion", own)
    assert not may(DEPLOY, "kms:ScheduleKeyDeletion", KEY)


def test_a_deployment_may_hand_on_roles_of_its_stack_alone_and_change_no_role_of_workflows() -> None:
    own = "arn:aws:iam::123456789012:role/shop/prod/backend-task-role-1a2b3c4"
    assert may(DEPLOY, "iam:PassRole", own, iam_PassedToService="ecs-tasks.amazonaws.com")
    assert not may(DEPLOY, "iam:PassRole", own, iam_PassedToService="cloudformation.amazonaws.com")
    for other in ("role/admin", "role/shop/dev/backend-task-role-1a2b3c4", "role/shop-prod-deploy"):
        arn = f"arn:aws:iam::123456789012:{other}"
        assert not may(DEPLOY, "iam:PassRole", arn, iam_PassedToService="ecs-tasks.amazonaws.com")
        for action in ("PutRolePolicy", "AttachRolePolicy", "UpdateAssumeRolePolicy", "DeleteRole"):
            assert not may(DEPLOY, f"iam:{action}", arn)
            assert may(DEPLOY, f"iam:{action}", own)


def test_what_is_tagged_as_another_stacks_is_left_alone() -> None:
    database = "arn:aws:rds:eu-central-1:123456789012:db:database-1a2b3c4"
    assert may(DEPLOY, "rds:DeleteDBInstance", database, project="shop", stack="prod")
    assert may(DEPLOY, "rds:CreateDBInstance", database)
    assert not may(DEPLOY, "rds:DeleteDBInstance", database, project="shop", stack="dev")
    assert not may(DEPLOY, "rds:DeleteDBInstance", database, project="blog", stack="prod")
    assert may(DEPLOY, "route53:ChangeResourceRecordSets", "zone", project="shop", stack="base")


def test_a_deployment_may_make_and_remove_the_preview_environments_of_its_stack_and_no_others() -> None:
    for stack, allowed in (("prod-pr-12", True), ("prod-eu", False), ("dev-pr-12", False)):
        account = "arn:aws:iam::123456789012"
        group = f"arn:aws:logs:eu-central-1:123456789012:log-group:/shop/{stack}/backend"
        role = f"{account}:role/shop/{stack}/backend-task-role-1a2b3c4"
        assert may(DEPLOY, "s3:PutObject", f"{BUCKET}/.pulumi/stacks/shop/{stack}.json") is allowed
        assert may(DEPLOY, "s3:PutObject", f"{BUCKET}/.pulumi/locks/organization/shop/{stack}/one.json") is allowed
        assert may(DEPLOY, "iam:PassRole", role, iam_PassedToService="ecs-tasks.amazonaws.com") is allowed
        assert may(DEPLOY, "iam:DeleteRole", role) is allowed
        assert may(DEPLOY, "logs:DeleteLogGroup", group) is allowed
        assert may(DEPLOY, "ecs:DeleteService", "service", project="shop", stack=stack) is allowed
        assert may(DEPLOY, "secretsmanager:DeleteSecret", "secret", project="shop", stack=stack) is allowed


def test_secrets_and_code_are_read_with_the_stacks_tags_alone() -> None:
    assert may(DEPLOY, "secretsmanager:GetSecretValue", project="shop", stack="prod")
    assert not may(DEPLOY, "secretsmanager:GetSecretValue")
    assert not may(PREVIEW, "secretsmanager:GetSecretValue", project="shop", stack="prod")


def test_a_deployment_sees_that_somebody_deleted_a_secret_or_the_function_which_have_no_tags_then() -> None:
    gone = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:access-secret-1a2b3c4-AbCdEf"
    function = "arn:aws:lambda:eu-central-1:123456789012:function:cache-reset-function-1a2b3c4"
    role = "arn:aws:iam::123456789012:role/backend-task-role-1a2b3c4"
    for action, arn in (("secretsmanager:GetSecretValue", gone), ("lambda:GetFunction", function)):
        assert may(DEPLOY, action, arn)
        assert not may(DEPLOY, action, arn, project="shop", stack="dev")
    assert may(DEPLOY, "iam:GetRole", role) and not may(DEPLOY, "iam:DeleteRole", role)
    assert not may(PREVIEW, "secretsmanager:GetSecretValue", gone)


def test_a_preview_changes_nothing_and_reads_no_file_and_no_log() -> None:
    actions = [one for statement in PREVIEW for one in statement["Action"]]
    verbs = {one.partition(":")[2] for one in actions}
    assert not [verb for verb in verbs if not verb.startswith(("Describe", "Get", "List", "View", "Batch", "Decrypt"))]
    assert not may(PREVIEW, "s3:GetObject", "arn:aws:s3:::storage-bucket-1a2b3c4/photo.jpg")
    assert not may(PREVIEW, "logs:GetLogEvents", "arn:aws:logs:eu-central-1:123456789012:log-group:/shop/prod/backend")
    assert may(PREVIEW, "s3:GetObject", f"{BUCKET}/.pulumi/stacks/shop/prod.json")
    assert may(PREVIEW, "ecs:DescribeServices")
    assert may(PREVIEW, "ssm:GetParameter", "arn:aws:ssm:eu-central-1::parameter/aws/service/ecs/optimized-ami")
    assert not may(PREVIEW, "ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/password")


def test_every_action_of_a_statement_names_its_service_and_is_one_that_a_call_needs() -> None:
    wild = [one for statement in [*DEPLOY, *PREVIEW] for one in statement.get("Action", ()) if "*" in one]
    assert wild == []
    given = {one for statement in DEPLOY for one in statement.get("Action", ())}
    known = {f"{service}:{one}" for service, all_ in rights.ACTIONS.items() for one in all_}
    assert given == known | {"kms:Decrypt", "kms:Encrypt"}


def test_the_policies_keep_within_the_limits_of_iam_for_the_longest_names() -> None:
    longest = Names(project="p" * 60, stack="s" * 40, account="123456789012", region="ap-southeast-1")
    for statements in (rights.deploy(longest, KEY), rights.preview(longest)):
        packed = rights.packed([*rights.state(longest, KEY, changes=True), *statements])
        assert len(packed) <= 10
        assert all(rights.length(one) <= rights.LIMIT for one in packed)
        assert [one for policy in packed for one in policy["Statement"]][-len(statements) :] == statements


def test_what_the_program_calls_is_what_the_file_has() -> None:
    assert calls.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("aws.dynamodb.Table('t')", "dynamodb:CreateTable"),
        ("aws_client('ecs', region).execute_command(cluster='c')", "ecs:ExecuteCommand"),
        ("aws_client('iam', r).get_paginator('list_users')", "iam:ListUsers"),
    ],
)
def test_a_new_resource_or_call_of_the_program_is_a_new_action(code: str, needed: str) -> None:
    program: list[ast.AST] = [ast.parse(code)]
    found = calls.of_provider(calls.used_types(program)) | calls.of_code(program)
    assert needed in {action for call in found for action in iam(*call)}
    service, _, action = needed.partition(":")
    assert action not in rights.ACTIONS.get(service, ())


def test_the_file_names_services_in_order_and_no_action_twice() -> None:
    text = (calls.FILE).read_text()
    assert json.loads(text) == {name: sorted(set(all_)) for name, all_ in sorted(json.loads(text).items())}
