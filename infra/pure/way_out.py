"""How tasks with network interfaces of their own reach AWS: on an instance these never get a public address.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
"""

from collections.abc import Iterable

from infra.pure.parts import QUEUES

# The services of AWS that a task itself calls, by the parts that it uses. Images are pulled, logs written and
# `${secrets.NAME}` read by the instance; a bucket is reached by the gateway endpoint that every stack has.
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


def endpoints(used: Iterable[str], *, smtp: bool, shell: bool) -> list[str]:
    """The services that need an endpoint, by the last part of its name."""
    found = {name for part in used for name in ENDPOINTS.get(part.partition(".")[0], ())}
    return sorted({*found, *([SHELL] if shell else ()), *([SMTP_ENDPOINT] if smtp else ())})


def without_endpoint(used: Iterable[str]) -> list[str]:
    """The parts that no endpoint leads to: CloudFront's API is reached over the internet alone."""
    return sorted(part for part in used if part.partition(".")[0] not in ENDPOINTS)
