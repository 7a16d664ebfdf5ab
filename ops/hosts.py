"""How the instances of the cluster are."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ops import amis
from ops.lookup import container_instances, machines
from ops.part import Part
from ops.target import Target

# AWS brings out a new AMI about every two weeks; a quarter without one is what reviewers ask about.
AMI_AGE = timedelta(days=90)


def hosts(target: Target) -> Iterator[Part]:
    """The laptop has none: its containers run on the machine itself. Nor has a stack on Fargate."""
    if target.place or target.on_fargate:
        return
    joined = container_instances(target)
    if not joined and "sleep" in target.outputs:
        yield Part(name="hosts", state="none, which is as it should be while the stack sleeps")
        return
    if not joined:
        why = "no instance has joined the cluster, so no task can run; the Auto Scaling group's activity tells why"
        yield Part(name="hosts", state="none", problems=[why])
        return
    found = {one["InstanceId"]: one for one in machines(target, [one["ec2InstanceId"] for one in joined])}
    made = amis.made(target, sorted({machine["ImageId"] for machine in found.values()}))
    yield from (host(one, found[one["ec2InstanceId"]], made, target.option) for one in joined)


def host(joined: dict[str, Any], machine: dict[str, Any], made: dict[str, datetime], option: str) -> Part:
    identity, image = joined["ec2InstanceId"], machine["ImageId"]
    zone, kind = machine["Placement"]["AvailabilityZone"], machine["InstanceType"]
    left, all_of_it = (memory(joined[key]) for key in ("remainingResources", "registeredResources"))
    state = f"{kind} in {zone}, {joined['runningTasksCount']} tasks, {left} of {all_of_it} MiB left, {image}"
    problems = []
    if image in made:
        age = datetime.now(UTC) - made[image]
        state += f" of {made[image]:%Y-%m-%d}"
        if age > AMI_AGE:
            problems.append(f"its AMI is {age.days} days old; `make upgrade-hosts{option}` renews it")
    if not joined["agentConnected"]:
        ends = f"`aws ec2 terminate-instances --instance-ids {identity}` ends it, and the group starts another"
        problems.append(f"its ECS agent does not answer, so no task can start there; {ends}")
    if joined["status"] != "ACTIVE":
        state += f", {joined['status'].lower()}"
    return Part(name=identity, state=state, problems=problems)


def memory(resources: Sequence[dict[str, Any]]) -> int:
    """MiB, as ECS registers it."""
    return int(next(one["integerValue"] for one in resources if one["name"] == "MEMORY"))
