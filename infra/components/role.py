"""Roles of IAM: what every role of the stack has in common."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.pure.naming import identity_path
from infra.pure.policies import Document


def removable_role(
    name: str,
    *,
    description: str,
    trust: pulumi.Input[Document],
    tags: Mapping[str, str],
    opts: ResourceOptions,
) -> aws.iam.Role:
    """A role that `destroy` can remove even if it has other policies; `trust` says who may assume it."""
    return aws.iam.Role(
        name,
        path=identity_path(pulumi.get_project(), pulumi.get_stack()),
        description=description,
        assume_role_policy=pulumi.Output.json_dumps(trust),
        force_detach_policies=True,  # also policies that a killed `up` attached and the state does not list
        tags=tags,
        opts=opts,
    )
