"""IAM and resource policies as pure functions: plain data that tests read, no resource and no Pulumi.

Every `"*"` has its reason beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Document = dict[str, Any]

TASKS = "ecs-tasks.amazonaws.com"
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
ECS_INSTANCE_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-instance-permissions.html
SSM_INSTANCE_POLICY = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


def allow(actions: Sequence[str], resources: Sequence[str], **more: Any) -> Document:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources), **more}


def document(*statements: Mapping[str, Any]) -> Document:
    return {"Version": "2012-10-17", "Statement": [dict(statement) for statement in statements]}


def service_may(service: str, action: str, resource: str, condition: Document) -> Document:
    """A statement of a resource's own policy: one AWS service does one thing with it, for whom the condition says."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return {
        "Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, "Condition": condition,
    }  # fmt: skip


def trust(service: str) -> Document:
    """Who may take a role: one AWS service."""
    return document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def task_trust(account_id: str) -> Document:
    """Only ECS tasks of this account may assume the role (protection against the confused deputy).

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    statement = trust(TASKS)["Statement"][0]
    return document({**statement, "Condition": {"StringEquals": {"aws:SourceAccount": account_id}}})


def pull_and_log(repository_arn: str, log_group_arn: str, secret_arns: Sequence[str] = ()) -> Document:
    """What ECS itself does for a task: pull its image, write its log, and hand over secrets."""
    return document(
        # A login to ECR is for the whole registry, the action knows no resource.
        allow(["ecr:GetAuthorizationToken"], ["*"]),
        allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [repository_arn]),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:log-stream:*"]),
        *([use_secrets(secret_arns)] if secret_arns else []),
    )


def exec_channel(*, opens: bool) -> Document:
    """A shell in a running task (ECS Exec): allowed, or refused whatever else the role may do."""
    actions = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]
    # The message channels have no ARN: AWS defines no resource for these actions.
    channel = allow([f"ssmmessages:{action}" for action in actions], ["*"])
    return channel if opens else {**channel, "Effect": "Deny"}


def trunking() -> Document:
    """Set ENI trunking for the own role: AWS defines no resource for settings; the condition limits it to this one."""
    limit = {"Condition": {"StringEquals": {"ecs:account-setting": "awsvpcTrunking"}}}
    return document(allow(["ecs:PutAccountSetting"], ["*"], **limit))


def use_secrets(secret_arns: Sequence[str]) -> Document:
    return allow(["secretsmanager:GetSecretValue"], secret_arns)


def fill_secrets(secret_arns: Sequence[str]) -> Document:
    return allow(["secretsmanager:PutSecretValue"], secret_arns)


def use_bucket(bucket_arn: str) -> list[Document]:
    return [
        allow(["s3:ListBucket", "s3:ListBucketVersions"], [bucket_arn]),
        allow(["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"], [f"{bucket_arn}/*"]),
    ]


def use_mail(identity_arn: str, configuration_set_arn: str, events_arn: str) -> list[Document]:
    """Send from the one address, tell whether SES lets it, and what became of a mail."""
    return [
        allow(["ses:SendEmail"], [identity_arn, configuration_set_arn]),
        allow(["ses:GetEmailIdentity"], [identity_arn]),
        read_queue(events_arn),
        # Whether the account is in the sandbox, and an address on its suppression list: AWS defines no resource for it.
        allow(["ses:GetAccount", "ses:GetSuppressedDestination"], ["*"]),
    ]


def read_queue(queue_arn: str) -> Document:
    return allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], [queue_arn])


def tell_of_mails(topic_arn: str, configuration_set_arn: str, account_id: str) -> Document:
    """Of a topic: SES tells it of the mails of one configuration set.

    https://docs.aws.amazon.com/ses/latest/dg/configure-sns-notifications.html
    """
    own = {"StringEquals": {"aws:SourceAccount": account_id, "aws:SourceArn": configuration_set_arn}}
    return document(service_may("ses", "sns:Publish", topic_arn, own))


def pass_on(queue_arn: str, topic_arn: str) -> Document:
    """Of a queue: one topic writes to it."""
    return document(service_may("sns", "sqs:SendMessage", queue_arn, {"ArnEquals": {"aws:SourceArn": topic_arn}}))


def use_smtp(resource_arns: Sequence[str], address: str, domain: str | None = None) -> Document:
    """What a user of SES's SMTP endpoint may do: send mail from the one address, or from all of a domain.

    https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
    """
    one = {"StringEquals": {"ses:FromAddress": address}}
    every = {"StringLike": {"ses:FromAddress": [f"*@{domain}", f"*@*.{domain}"]}}
    return document(allow(["ses:SendRawEmail"], resource_arns, Condition=every if domain else one))


def smtp_resources(identity_arn: str, configuration_set_arn: str, others_set: str | None) -> list[str]:
    """What a mail by SMTP is sent with: SES asks for the right to the identity's default configuration set, too.

    `others_set` is the name of that, where another stack made the address known to SES.
    """
    others = [f"{configuration_set_arn.rpartition('/')[0]}/{others_set}"] if others_set else []
    return [identity_arn, configuration_set_arn, *others]


def use_site(distribution_arn: str) -> Document:
    """Tell when the cache was last reset."""
    return allow(["cloudfront:ListInvalidations"], [distribution_arn])


def see_stack(*, cluster_arn: str, region: str, account_id: str, job_log_group: str) -> list[Document]:
    """Tell what runs on this cluster, and what the runs of jobs came to."""
    cluster = cluster_arn.rpartition("/")[2]
    ours = {"Condition": {"ArnEquals": {"ecs:cluster": cluster_arn}}}
    return [
        # AWS defines no resource for lists; the condition limits them to the cluster.
        allow(["ecs:ListServices", "ecs:ListTasks"], ["*"], **ours),
        allow(
            ["ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListServiceDeployments"],
            [f"arn:aws:ecs:{region}:{account_id}:{kind}/{cluster}/*" for kind in ("service", "task")],
        ),
        allow(["logs:FilterLogEvents"], [f"arn:aws:logs:{region}:{account_id}:log-group:{job_log_group}:*"]),
    ]


def use_queue(queue_arn: str) -> Document:
    actions = ["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes"]
    return allow([f"sqs:{action}" for action in actions], [queue_arn])


def merged(statements: Iterable[Document]) -> list[Document]:
    """One statement for each list of actions: a policy of a role has room for 10,240 characters."""
    resources: dict[tuple[str, ...], list[str]] = {}
    conditional = []
    for statement in statements:
        if "Condition" in statement:
            conditional.append(statement)
        else:
            resources.setdefault(tuple(statement["Action"]), []).extend(statement["Resource"])
    return [allow(actions, list(dict.fromkeys(arns))) for actions, arns in resources.items()] + conditional


def service_task(rights: Iterable[Document], *, opens_shell: bool) -> Document:
    """What a service's own code may do: what the parts that it uses allow, and in which a shell may be opened."""
    return document(exec_channel(opens=opens_shell), *merged(rights))


def run_job(*, definitions: str, cluster_arn: str, role_arns: Sequence[str], missed_arn: str) -> Document:
    """What a schedule does: start one task of any revision of the service, with the service's own roles.

    Where it cannot, it says so in the queue `missed_arn`.
    """
    return document(
        allow(["ecs:RunTask"], [definitions], Condition={"ArnEquals": {"ecs:cluster": cluster_arn}}),
        allow(["iam:PassRole"], role_arns, Condition={"StringEquals": {"iam:PassedToService": TASKS}}),
        # Tags of a task that does not exist yet: only while it is made.
        allow(["ecs:TagResource"], ["*"], Condition={"StringEquals": {"ecs:CreateAction": ["RunTask"]}}),
        allow(["sqs:SendMessage"], [missed_arn]),
    )


def sleep(*, cluster_arn: str, group_arns: Sequence[str], database_arns: Sequence[str]) -> Document:
    """What the schedules do that put a stack to sleep and wake it up: to its services, instances and database."""
    partition, _, region, account = cluster_arn.split(":")[1:5]
    targets = f"arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*"
    return document(
        allow(["ecs:UpdateService", "ecs:DescribeServices"], [f"{cluster_arn.replace(':cluster/', ':service/')}/*"]),
        # The ARNs of targets name no service.
        allow(
            ["application-autoscaling:RegisterScalableTarget"],
            [targets],
            Condition={"StringEquals": {"application-autoscaling:service-namespace": "ecs"}},
        ),
        *([allow(["autoscaling:UpdateAutoScalingGroup"], group_arns)] if group_arns else []),
        *([allow(["rds:StopDBInstance", "rds:StartDBInstance"], database_arns)] if database_arns else []),
    )


def write_events(log_group_arn: str, rule_arn: str) -> Document:
    """Of a log group: one rule of EventBridge writes to it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    return document(
        {
            "Effect": "Allow",
            # The second delivers for the first.
            "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group_arn}:*",
            "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
        }
    )


def alarm_key(account_id: str) -> Document:
    """Of the key of a topic: CloudWatch's alarms may use it, which they may not with AWS's own key for topics.

    Whose alarms these are is for the topic to say: CloudWatch alone gets no further with the key.
    """
    account = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"}}
    alarms = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}}
    # In the policy of a key, `*` is the key itself, and without the account's right nobody could change it any more.
    return document(
        {**account, "Action": "kms:*", "Resource": "*"},
        {**alarms, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*"},
    )


def tell_topic(topic_arn: str, account_id: str) -> Document:
    """Alarms of this account alone tell the topic."""
    own = {"StringEquals": {"aws:SourceAccount": account_id}}
    return document(service_may("cloudwatch", "sns:Publish", topic_arn, own))


def put_host_metrics(namespace: str) -> Document:
    """An instance tells how full its disk is, and learns from its tags of which group it is."""
    # AWS defines no resource for either; the condition limits metrics to the namespace.
    condition = {"StringEquals": {"cloudwatch:namespace": namespace}}
    return document(allow(["cloudwatch:PutMetricData"], ["*"], Condition=condition), allow(["ec2:DescribeTags"], ["*"]))


def cache_reset(*, distribution_arn: str, log_group_arn: str) -> Document:
    return document(
        allow(["cloudfront:CreateInvalidation"], [distribution_arn]),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:log-stream:*"]),
    )


def take_logs(bucket_arn: str, *, prefix: str, account_id: str, region: str) -> Document:
    """Lets the load balancers of the account write their access logs, and refuses what is not encrypted on its way.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    partition = bucket_arn.split(":")[1]
    balancers = f"arn:{partition}:elasticloadbalancing:{region}:{account_id}:loadbalancer/*"
    return document(
        service_may(
            "logdelivery.elasticloadbalancing",
            "s3:PutObject",
            f"{bucket_arn}/{prefix}/AWSLogs/{account_id}/*",
            {"ArnLike": {"aws:SourceArn": balancers}},
        ),
        *tls_only(bucket_arn)["Statement"],
    )


def tls_only(bucket_arn: str) -> Document:
    """Refuses every request to the bucket that is not encrypted on its way."""
    return document(refuse_plain_http(bucket_arn))


def refuse_plain_http(bucket_arn: str, **more: str) -> Document:
    """`more`: what else must be true of a request that is refused."""
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",  # the denial applies to everyone
        "Action": "s3:*",  # and apply to every action
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false", **more}},
    }


def read_by_site(bucket_arn: str, distribution_arn: str) -> Document:
    """One distribution reads the files of a bucket. It may not list them: what is not there is a 403.

    CloudFront asks a bucket as it was asked itself, and whether plain HTTP is served is the distribution's to say.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    read = {
        "Sid": "ReadBySite",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": ["s3:GetObject"],
        "Resource": [f"{bucket_arn}/*"],
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution_arn}},
    }
    return document(read, refuse_plain_http(bucket_arn, **{"aws:PrincipalIsAWSService": "false"}))


def keep_images(newest: int, in_use: str) -> Document:
    """ECR lifecycle: the newest images stay, so that many versions can be returned to, and so does the tag in use.

    What an earlier rule is about, a later one does not expire. So a version that was returned to stays, though many
    were pushed after it. https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """
    selections: tuple[tuple[str, Document, int], ...] = (
        ("keep the image in use", {"tagStatus": "tagged", "tagPrefixList": [in_use]}, 1),
        (f"keep the newest {newest} images", {"tagStatus": "any"}, newest),
    )
    rules = [
        {
            "rulePriority": priority,
            "description": description,
            "selection": {**selection, "countType": "imageCountMoreThan", "countNumber": count},
            "action": {"type": "expire"},
        }
        for priority, (description, selection, count) in enumerate(selections, 1)
    ]
    return {"rules": rules}
