"""The AMIs of the cluster's instances, as AWS tells of them."""

import json
from dataclasses import dataclass
from datetime import datetime

from infra.pure.amis import newest
from infra.pure.capacity import USUAL_TYPE, instance_types
from ops.target import Target


@dataclass(frozen=True, kw_only=True)
class Ami:
    id: str
    name: str


def newest_ami(target: Target) -> Ami:
    """The one that AWS recommends for the stack's instance type."""
    kind = instance_types().get(target.config["cluster"].get("instanceType", USUAL_TYPE))
    name = newest(kind.architecture if kind else "")
    found = json.loads(target.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    return Ami(id=found["image_id"], name=found["image_name"])


def made(target: Target, ids: list[str]) -> dict[str, datetime]:
    """When each was made; those that AWS has withdrawn are left out."""
    wanted = [{"Name": "image-id", "Values": ids}]
    told = target.client("ec2").describe_images(Filters=wanted, IncludeDeprecated=True)["Images"]
    return {one["ImageId"]: datetime.fromisoformat(one["CreationDate"]) for one in told}
