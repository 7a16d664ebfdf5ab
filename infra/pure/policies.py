"""IAM and resource policies as pure functions: plain data that tests read, no resource and no Pulumi.

Every `"*"` has its reason beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
ECS_INSTANCE_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
SSM_INSTANCE_POLICY = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


def allow(actions: Sequence[str], resources: Sequence[str], **more: Any) -> Document:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources), **more}


def document(*statements: Mapping[str, Any]) -> Document:
    return {"Version": "2012-10-17", "Statement": [dict(statement) for statement in statements]}


def trust(service: str) -> Document:
    """Who may take a role: one AWS service."""
    return document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def task_trust(account_id: str) -> Document:
    """Only ECS tasks of this account may assume the role (protection against the confused deputy).

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    statement = trust("ecs-tasks.amazonaws.com")["Statement"][0]
    return document({**statement, "Condition": {"StringEquals": {"aws:SourceAccount": account_id}}})


def pull_and_log(repository_arn: str, log_group_arn: str) -> Document:
    """What ECS itself does for a task: pull its image, write its log."""
    return document(
        # A login to ECR is for the whole registry, the action knows no resource.
        allow(["ecr:GetAuthorizationToken"], ["*"]),
        allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [repository_arn]),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:log-stream:*"]),
    )


def exec_channel() -> Document:
    """A shell in a running task (ECS Exec)."""
    actions = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]
    # The message channels have no ARN: AWS defines no resource for these actions.
    return allow([f"ssmmessages:{action}" for action in actions], ["*"])


def backend_task(
    *,
    secret_arns: Sequence[str],
    bucket_arn: str,
    identity_arn: str,
    configuration_set_arn: str,
    distribution_arn: str,
) -> Document:
    """What the back end's own code may do: read its passwords, use its bucket, send mail from its address, and check
    the state of all of these.
    """
    return document(
        exec_channel(),
        allow(["secretsmanager:GetSecretValue"], secret_arns),
        allow(["s3:ListBucket"], [bucket_arn]),
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{bucket_arn}/*"]),
        allow(["ses:SendEmail"], [identity_arn, configuration_set_arn]),
        allow(["ses:GetEmailIdentity"], [identity_arn]),
        # Whether the account is in the sandbox: AWS defines no resource for this action.
        allow(["ses:GetAccount"], ["*"]),
        allow(["cloudfront:ListInvalidations"], [distribution_arn]),
    )


def frontend_task() -> Document:
    """The front end serves files and calls no AWS API."""
    return document(exec_channel())


def cache_reset(*, distribution_arn: str, log_group_arn: str) -> Document:
    return document(
        allow(["cloudfront:CreateInvalidation"], [distribution_arn]),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:log-stream:*"]),
    )


def tls_only(bucket_arn: str) -> Document:
    """Refuses every request to the bucket that is not encrypted on its way."""
    return document(
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",  # the denial applies to everyone
            "Action": "s3:*",  # and apply to every action
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )


def keep_latest_images(count: int) -> Document:
    """ECR lifecycle: the newest `count` images stay, so that many versions can be returned to."""
    rule = {
        "rulePriority": 1,
        "description": f"keep the newest {count} images",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count},
        "action": {"type": "expire"},
    }
    return {"rules": [rule]}
