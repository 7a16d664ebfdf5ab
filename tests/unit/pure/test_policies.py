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
EVENTS = "arn:aws:sqs:us-east-1:123456789012:mail-events"
TOPIC = "arn:aws:sns:us-east-1:123456789012:mail"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:work"
# Actions for which AWS defines no resource: policies.py says so beside each.
WITHOUT_RESOURCE = {
    "ecs:ListServices",
    "ecs:ListTasks",
    "ecs:TagResource",
    "ecr:GetAuthorizationToken",
    "ses:GetAccount",
    "ses:GetSuppressedDestination",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}

DOCUMENTS = {
    "task_trust": policies.task_trust("123456789012"),
    "pull_and_log": policies.pull_and_log("arn:aws:ecr:::repository/r", "arn:aws:logs:::log-group:g"),
    "everything": policies.service_task(
        [
            policies.use_secrets([SECRET]),
            policies.use_secrets([ACCESS]),
            *policies.use_bucket(BUCKET),
            *policies.use_mail(IDENTITY, CONFIGURATION_SET, EVENTS),
            policies.use_site(DISTRIBUTION),
            policies.use_queue(QUEUE),
            *policies.see_stack(cluster_arn="arn:cluster/c", region="r", account_id="1", job_log_group="g"),
        ],
        opens_shell=True,
    ),
    "smtp": policies.use_smtp([IDENTITY, CONFIGURATION_SET], "me@example.com"),
    "nothing": policies.service_task([], opens_shell=True),
    "with_secrets": policies.pull_and_log("arn:r", "arn:g", [SECRET]),
    "run_job": policies.run_job(
        definitions="arn:family:*", cluster_arn="arn:cluster", role_arns=["arn:role"], missed_arn=QUEUE
    ),
    "sleep": policies.sleep(
        cluster_arn="arn:aws:ecs:r:1:cluster/c", group_arns=["arn:group"], database_arns=["arn:database"]
    ),
    "tell_of_mails": policies.tell_of_mails(TOPIC, CONFIGURATION_SET, "123456789012"),
    "pass_on": policies.pass_on(EVENTS, TOPIC),
    "cache_reset": policies.cache_reset(distribution_arn=DISTRIBUTION, log_group_arn="arn:g"),
    "tls_only": policies.tls_only(BUCKET),
    "read_by_site": policies.read_by_site(BUCKET, DISTRIBUTION),
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


def test_a_service_reads_its_secrets_and_no_other() -> None:
    secrets = [pair for pair in allowed(DOCUMENTS["everything"]) if pair[0].startswith("secretsmanager:")]
    assert secrets == [("secretsmanager:GetSecretValue", SECRET), ("secretsmanager:GetSecretValue", ACCESS)]


def test_a_service_sends_mail_from_its_address_alone() -> None:
    senders = {resource for action, resource in allowed(DOCUMENTS["everything"]) if action == "ses:SendEmail"}
    assert senders == {IDENTITY, CONFIGURATION_SET}


def test_a_service_sees_cache_resets_and_makes_none() -> None:
    edge = [pair for pair in allowed(DOCUMENTS["everything"]) if pair[0].startswith("cloudfront:")]
    assert edge == [("cloudfront:ListInvalidations", DISTRIBUTION)]


def test_a_service_reaches_its_bucket_and_cannot_change_its_rules() -> None:
    bucket = {pair for pair in allowed(DOCUMENTS["everything"]) if pair[0].startswith("s3:")}
    assert bucket == {
        ("s3:ListBucket", BUCKET),
        ("s3:ListBucketVersions", BUCKET),
        ("s3:GetObject", f"{BUCKET}/*"),
        ("s3:GetObjectVersion", f"{BUCKET}/*"),
        ("s3:PutObject", f"{BUCKET}/*"),
        ("s3:DeleteObject", f"{BUCKET}/*"),
    }


def test_a_service_that_uses_nothing_may_do_nothing_but_open_a_shell_for_its_operator() -> None:
    assert {action.split(":")[0] for action, _ in allowed(DOCUMENTS["nothing"])} == {"ssmmessages"}


def test_a_service_reaches_its_queue_and_cannot_empty_or_delete_it() -> None:
    actions = {action for action, resource in allowed(DOCUMENTS["everything"]) if resource == QUEUE}
    assert actions >= {"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"}
    assert not actions & {"sqs:PurgeQueue", "sqs:DeleteQueue"}


def test_rights_to_one_action_are_one_statement() -> None:
    statements = DOCUMENTS["everything"]["Statement"]
    assert len({tuple(statement["Action"]) for statement in statements}) == len(statements)


def test_ecs_reads_a_secret_only_where_it_hands_one_over() -> None:
    assert ("secretsmanager:GetSecretValue", SECRET) in allowed(DOCUMENTS["with_secrets"])
    assert not [action for action, _ in allowed(DOCUMENTS["pull_and_log"]) if "secret" in action]


def test_a_schedule_starts_tasks_of_its_service_and_hands_over_its_roles_alone() -> None:
    run, hand_over, tag, miss = DOCUMENTS["run_job"]["Statement"]
    assert (run["Resource"], run["Condition"]) == (["arn:family:*"], {"ArnEquals": {"ecs:cluster": "arn:cluster"}})
    assert hand_over["Resource"] == ["arn:role"]
    assert hand_over["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    assert tag["Condition"] == {"StringEquals": {"ecs:CreateAction": ["RunTask"]}}
    assert (miss["Action"], miss["Resource"]) == (["sqs:SendMessage"], [QUEUE])


def test_what_puts_a_stack_to_sleep_reaches_its_own_parts_alone() -> None:
    tasks, targets, instances, data = DOCUMENTS["sleep"]["Statement"]
    assert tasks["Resource"] == ["arn:aws:ecs:r:1:service/c/*"]
    assert targets["Resource"] == ["arn:aws:application-autoscaling:r:1:scalable-target/*"]
    assert (instances["Resource"], data["Resource"]) == (["arn:group"], ["arn:database"])


def test_a_service_takes_what_became_of_mails_out_of_the_queue_and_puts_nothing_in() -> None:
    actions = {action for action, resource in allowed(DOCUMENTS["everything"]) if resource == EVENTS}
    assert actions == {"sqs:ReceiveMessage", "sqs:DeleteMessage"}


def test_ses_alone_tells_of_the_mails_of_one_configuration_set_and_the_topic_alone_passes_it_on() -> None:
    (tell,), (passed,) = DOCUMENTS["tell_of_mails"]["Statement"], DOCUMENTS["pass_on"]["Statement"]
    assert (tell["Principal"], tell["Action"], tell["Resource"]) == (
        {"Service": "ses.amazonaws.com"}, "sns:Publish", TOPIC,
    )  # fmt: skip
    source = {"aws:SourceAccount": "123456789012", "aws:SourceArn": CONFIGURATION_SET}
    assert tell["Condition"] == {"StringEquals": source}
    assert (passed["Principal"], passed["Action"], passed["Resource"]) == (
        {"Service": "sns.amazonaws.com"}, "sqs:SendMessage", EVENTS,
    )  # fmt: skip
    assert passed["Condition"] == {"ArnEquals": {"aws:SourceArn": TOPIC}}


def test_task_roles_are_for_tasks_of_this_account() -> None:
    (statement,) = DOCUMENTS["task_trust"]["Statement"]
    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_plain_http_to_the_bucket_is_denied_to_everyone() -> None:
    (statement,) = DOCUMENTS["tls_only"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [BUCKET, f"{BUCKET}/*"]


def test_an_image_in_use_is_kept_before_the_newest_are_counted() -> None:
    first, last = policies.keep_images(20, "0123abcd")["rules"]
    assert first["rulePriority"] < last["rulePriority"]
    assert first["selection"]["tagPrefixList"] == ["0123abcd"]
    assert (first["selection"]["countNumber"], last["selection"]["countNumber"]) == (1, 20)
    # ECR wants the rule for any image last.
    assert (first["selection"]["tagStatus"], last["selection"]["tagStatus"]) == ("tagged", "any")


def test_mail_by_smtp_may_use_the_default_configuration_set_of_another_stacks_address() -> None:
    other = CONFIGURATION_SET.replace("set/mail", "set/other")
    assert policies.smtp_resources(IDENTITY, CONFIGURATION_SET, "other") == [IDENTITY, CONFIGURATION_SET, other]
    for none in ("", None):
        assert policies.smtp_resources(IDENTITY, CONFIGURATION_SET, none) == [IDENTITY, CONFIGURATION_SET]


def test_who_sees_the_stack_sees_this_cluster_alone() -> None:
    lists, described, logs = policies.see_stack(cluster_arn="arn:c/k", region="r", account_id="1", job_log_group="/g")
    assert lists["Condition"] == {"ArnEquals": {"ecs:cluster": "arn:c/k"}}
    assert described["Resource"] == ["arn:aws:ecs:r:1:service/k/*", "arn:aws:ecs:r:1:task/k/*"]
    assert logs["Resource"] == ["arn:aws:logs:r:1:log-group:/g:*"]
    assert lists in policies.merged([lists, described])


def test_load_balancers_of_the_account_write_logs_and_nobody_reads_them_in_the_clear() -> None:
    write, refuse = policies.take_logs("arn:aws-cn:s3:::logs", prefix="lb", account_id="1", region="cn-north-1")[
        "Statement"
    ]
    assert write["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert (write["Action"], write["Resource"]) == ("s3:PutObject", "arn:aws-cn:s3:::logs/lb/AWSLogs/1/*")
    assert write["Condition"]["ArnLike"] == {
        "aws:SourceArn": "arn:aws-cn:elasticloadbalancing:cn-north-1:1:loadbalancer/*"
    }
    assert refuse["Effect"] == "Deny"
