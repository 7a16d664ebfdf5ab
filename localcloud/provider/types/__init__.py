"""The table of resource types.

docs/extending.md tells how to add one.
"""

from collections.abc import Iterator, Mapping

from localcloud.provider.definition.resource_type import ResourceType
from localcloud.provider.types import (
    acm,
    appautoscaling,
    autoscaling,
    budgets,
    cloudfront,
    cloudfront_origins,
    cloudwatch,
    dynamodb,
    ec2,
    ec2_addresses,
    ec2_instances,
    ec2_routes,
    ecr,
    ecs,
    elasticache,
    events,
    iam,
    kms,
    lambda_,
    lb,
    lb_listeners,
    lb_targets,
    logs,
    rds,
    route53,
    s3,
    s3_settings,
    scheduler,
    secretsmanager,
    security_groups,
    sesv2,
    sns,
    sqs,
    ssm,
)

_MODULES = (
    acm,
    appautoscaling,
    autoscaling,
    budgets,
    cloudfront,
    cloudfront_origins,
    cloudwatch,
    dynamodb,
    ec2,
    ec2_addresses,
    ec2_instances,
    ec2_routes,
    ecr,
    ecs,
    elasticache,
    events,
    iam,
    kms,
    lambda_,
    lb,
    lb_listeners,
    lb_targets,
    logs,
    rds,
    route53,
    s3,
    s3_settings,
    scheduler,
    secretsmanager,
    security_groups,
    sesv2,
    sns,
    sqs,
    ssm,
)

TYPES: Mapping[str, ResourceType] = {kind.token: kind for module in _MODULES for kind in module.TYPES}


def calls(kind: ResourceType) -> Iterator[str]:
    yield kind.create.operation
    yield from (read.operation for read in kind.reads)
    yield from (update.call.operation for update in kind.updates)
    if kind.delete:
        yield kind.delete.operation
    if kind.tags:
        yield from (kind.tags.add.operation, kind.tags.remove.operation)
        yield from (read.operation for read in [kind.tags.read] if read)
    yield from (kind.handler.operations if kind.handler else ())
    for rule in kind.rules:
        yield from getattr(rule, "operations", ())


def operations() -> set[str]:
    """Every operation that a type calls, in boto3's names."""
    return {name for kind in TYPES.values() for name in calls(kind)}
