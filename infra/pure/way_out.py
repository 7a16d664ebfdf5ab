"""How tasks with network interfaces of their own reach AWS: a public address is to be had on Fargate alone.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

from infra.pure.parts import QUEUES

# The services of AWS that a task itself calls, by the parts that it uses. A bucket is reached by the gateway endpoint
# that every stack has.
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
ENDPOINTS = {
    "access": ("secretsmanager",),
    "bucket": (),
    "cache": (),
    "database": ("secretsmanager",),
    "mail": ("email",),
    "stack": ("ecs", "logs"),
    QUEUES: ("sqs",),
}
SMTP_ENDPOINT = "email-smtp"
# A shell in a task (ECS Exec).
SHELL = "ssmmessages"
# Images are pulled, logs written and secrets handed over by the instance; on Fargate, through the task's interface.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
FARGATE = ("ecr.api", "ecr.dkr", "logs")
SECRETS = "secretsmanager"


@dataclass(frozen=True, kw_only=True)
class Calls:
    """What tasks call beside the parts that they use.

    `secrets`: whether variables are handed over from Secrets Manager. `shell`: whether one may be opened in a task.
    """

    smtp: bool
    shell: bool
    fargate: bool
    secrets: bool


def endpoints(used: Iterable[str], calls: Calls) -> list[str]:
    """The services that need an endpoint, by the last part of its name."""
    found = {name for part in used for name in ENDPOINTS.get(part.partition(".")[0], ())}
    if calls.shell:
        found.add(SHELL)
    if calls.smtp:
        found.add(SMTP_ENDPOINT)
    if calls.fargate:
        found |= {*FARGATE, *([SECRETS] if calls.secrets else ())}
    return sorted(found)


def without_endpoint(used: Iterable[str]) -> list[str]:
    """The parts that no endpoint leads to: CloudFront's API is reached over the internet alone."""
    return sorted(part for part in used if part.partition(".")[0] not in ENDPOINTS)
