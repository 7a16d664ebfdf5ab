"""The table of resource types.

To add one: an entry in the module of its service, `python -m localcloud.provider.tools.generate --write`, and a
life-cycle case in `tests/provider/case_tables`.
"""

from collections.abc import Iterator, Mapping

from localcloud.provider.definition.resource_type import ResourceType
from localcloud.provider.types import (
    autoscaling,
    cloudfront,
    ec2,
    ec2_instances,
    ecr,
    ecs,
    iam,
    lambda_,
    lb,
    logs,
    rds,
    s3,
    s3_settings,
    secretsmanager,
    security_groups,
    sesv2,
)

_MODULES = (
    autoscaling,
    cloudfront,
    ec2,
    ec2_instances,
    ecr,
    ecs,
    iam,
    lambda_,
    lb,
    logs,
    rds,
    s3,
    s3_settings,
    secretsmanager,
    security_groups,
    sesv2,
)

TYPES: Mapping[str, ResourceType] = {kind.token: kind for module in _MODULES for kind in module.TYPES}


def _calls(kind: ResourceType) -> Iterator[str]:
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
    return {name for kind in TYPES.values() for name in _calls(kind)}
