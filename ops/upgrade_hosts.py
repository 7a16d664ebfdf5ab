"""Replaces the cluster's instances by new ones with AWS's newest AMI.

`cluster.amiId` in the stack's file names the AMI, so the command writes the newest one there and runs the stack's own
`up`, which starts an instance refresh: a new instance comes up beside an old one, ECS moves the tasks as in any
deployment, and then the old instance goes.
"""

import re
import time
from collections.abc import Collection, Mapping
from typing import Any

from infra.config.stack_file import file_of
from infra.pure.capacity import REFRESH_HEALTHY_PERCENT
from ops.amis import Ami, newest_ami
from ops.errors import OperationError
from ops.lookup import machines
from ops.target import Target
from ops.up import up

ENDED = ("Successful", "Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful")
POLL_SECONDS = 15
WHAT_HAPPENS = (
    "A new instance comes up beside each old one, which goes when ECS has moved its tasks: no request is lost, it takes"
    " about ten minutes for each, and meanwhile both are paid for"
)


def upgrade_hosts(target: Target) -> int:
    """Replace the instances by ones of the newest AMI; Pulumi's exit code, or 0 once all of them are."""
    if target.on_fargate:
        raise OperationError(
            "the stack runs on Fargate (cluster.launchType): it has no instances, and AWS renews Fargate's by itself"
        )
    group, newest = group_of(target), newest_ami(target)
    present = target.config["cluster"].get("amiId")
    before = {one["InstanceRefreshId"] for one in refreshes(target, group) if one["Status"] in ENDED}
    if present != newest.id:
        print(f"{present} → {newest.id} ({newest.name}), in Pulumi.{target.name}.yaml. {WHAT_HAPPENS}", flush=True)
        write(target, newest)
        if code := up(target):
            return code
    elif old := outdated(target, group, newest):
        print(f"Pulumi.{target.name}.yaml has the newest AMI, {', '.join(old)} not yet. {WHAT_HAPPENS}", flush=True)
    else:
        print(f"All instances have the newest AMI, {newest.id} ({newest.name})")
        return 0
    if not under_way(target, group, before) and outdated(target, group, newest):
        start(target, group)  # `up` had nothing to do: an earlier refresh has left them
    follow(target, group, before)
    if old := outdated(target, group, newest):
        raise OperationError(f"{', '.join(old)}: not replaced yet; run the command again")
    print(f"All instances have {newest.id}; commit Pulumi.{target.name}.yaml")
    return 0


def write(target: Target, ami: Ami) -> None:
    """Into the stack's file, and the AMI's name beside it where a comment told the name of the one before."""
    target.configure("set", "--path", f"{target.project}:cluster.amiId", ami.id)
    file = file_of(target.name)
    text = re.sub(rf"({ami.id}['\"]?) *#[^\n]*", rf"\1 # {ami.name} in {target.config['region']}", file.read_text())
    file.write_text(text)


def group_of(target: Target) -> str:
    """The name of the Auto Scaling group that ECS starts the cluster's instances with."""
    ecs = target.client("ecs")
    (cluster,) = ecs.describe_clusters(clusters=[target.outputs["cluster"]])["clusters"]
    providers = ecs.describe_capacity_providers(capacityProviders=cluster["capacityProviders"])["capacityProviders"]
    arn: str = providers[0]["autoScalingGroupProvider"]["autoScalingGroupArn"]
    return arn.rpartition("/")[2]


def outdated(target: Target, group: str, ami: Ami) -> list[str]:
    """The group's instances that have another AMI; the laptop has no instances."""
    (found,) = target.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])[
        "AutoScalingGroups"
    ]
    ids = [one["InstanceId"] for one in found["Instances"] if one["LifecycleState"] == "InService"]
    if target.place or not ids:
        return []
    return [one["InstanceId"] for one in machines(target, ids) if one["ImageId"] != ami.id]


def refreshes(target: Target, group: str) -> list[Mapping[str, Any]]:
    """The newest first."""
    told: list[Mapping[str, Any]] = target.client("autoscaling").describe_instance_refreshes(
        AutoScalingGroupName=group
    )["InstanceRefreshes"]
    return told


def under_way(target: Target, group: str, before: Collection[str]) -> Mapping[str, Any] | None:
    """The newest refresh, where it is not one of those that had ended before."""
    newest = refreshes(target, group)[:1]
    return newest[0] if newest and newest[0]["InstanceRefreshId"] not in before else None


def start(target: Target, group: str) -> None:
    low, high = REFRESH_HEALTHY_PERCENT
    target.client("autoscaling").start_instance_refresh(
        AutoScalingGroupName=group,
        Strategy="Rolling",
        Preferences={"MinHealthyPercentage": low, "MaxHealthyPercentage": high},
    )


def follow(target: Target, group: str, before: Collection[str]) -> None:
    """Until the refresh has ended; a problem where it failed. Nothing where none was needed."""
    told = None
    while (one := under_way(target, group, before)) and one["Status"] not in ENDED:
        if (now := f"  {one['Status']}, {one.get('PercentageComplete', 0)} % done") != told:
            print(now, flush=True)
            told = now
        time.sleep(POLL_SECONDS)
    if one and one["Status"] != "Successful":
        reason = one.get("StatusReason", "Auto Scaling gives no reason")
        raise OperationError(
            f"the instance refresh ended as {one['Status']}: {reason}; the tasks run on; mend it, and run the command"
            " again"
        )
