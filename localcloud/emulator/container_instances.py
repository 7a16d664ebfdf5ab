"""The instances of Auto Scaling groups as ECS knows them, of which MiniStack knows none: each task is on one, and the
tasks of services move away from one that is drained, or ended.

Before AWS takes back an instance on Spot, the agent there asks ECS to drain it. Here, whoever calls that API does.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import (
    error_response_json,
    get_account_id,
    get_region,
    json_response,
)
from ministack.services import autoscaling, ecs

from localcloud.emulator.rollouts import event

STATES = ("ACTIVE", "DRAINING")
OTHER_STATES = "Only ACTIVE and DRAINING can be set."
TERMINATE = "TerminateInstanceInAutoScalingGroup"
# The deployment of a task that has to go: it is nobody's, so another one takes its place before it is stopped.
NOBODYS = "drained"

Row = dict[str, Any]

# The ids of instances that are drained. Not saved: after a stop of the local cloud they are active.
draining: set[str] = set()


@dataclass(frozen=True, kw_only=True)
class Instance:
    """`row`: as its group has it."""

    cluster: str
    provider: str
    group: Row
    row: Row

    @property
    def id(self) -> str:
        return str(self.row["InstanceId"])

    @property
    def zone(self) -> str:
        return str(self.row["AvailabilityZone"])

    @property
    def arn(self) -> str:
        name = hashlib.sha256(self.id.encode()).hexdigest()[:32]
        return f"arn:aws:ecs:{get_region()}:{get_account_id()}:container-instance/{self.cluster}/{name}"

    @property
    def status(self) -> str:
        return "DRAINING" if self.id in draining else "ACTIVE"

    @property
    def tasks(self) -> list[Row]:
        return [
            task
            for task in list(ecs._tasks.values())
            if task.get("containerInstanceArn") == self.arn and task["lastStatus"] in ecs._PRE_STOP_STATUSES
        ]


def have_instances() -> None:
    """Before the first request."""
    run = ecs._run_task
    ecs._run_task = ecs._ACTION_MAP["RunTask"] = lambda asked: placed(run, asked)
    ecs._ACTION_MAP["ListContainerInstances"] = listed
    ecs._ACTION_MAP["DescribeContainerInstances"] = described
    ecs._ACTION_MAP["UpdateContainerInstancesState"] = updated
    autoscaling._ACTION_MAP[TERMINATE] = terminated


def instances(cluster: str) -> Iterator[Instance]:
    """Of the groups that the cluster's capacity providers are of."""
    for provider in (ecs._clusters.get(cluster) or {}).get("capacityProviders") or ():
        arn = (ecs._capacity_providers.get(provider) or {}).get("autoScalingGroupProvider", {})
        group = autoscaling._asgs.get(str(arn.get("autoScalingGroupArn", "")).rpartition("/")[2])
        for row in group["Instances"] if group else ():
            yield Instance(cluster=cluster, provider=provider, group=group, row=row)


def placed(run: Callable[[Row], Any], asked: Row) -> Any:
    """Run tasks, and say on which instances they are: none on Fargate."""
    answer = run(asked)
    if answer[0] != 200:
        return answer
    told = json.loads(answer[2])
    for shown in told["tasks"]:
        chosen = None if shown["launchType"] == "FARGATE" else choice(shown)
        for one in filter(None, (ecs._tasks.get(shown["taskArn"]), shown)):
            if shown["launchType"] == "FARGATE":
                one.pop("containerInstanceArn", None)
            elif chosen:
                one |= {"containerInstanceArn": chosen.arn, "availabilityZone": chosen.zone}
    return json_response(told)


def choice(task: Row) -> Instance | None:
    """Spread over the zones, then where most tasks are, as the program's services want it; None without instances."""
    cluster = ecs._cluster_name_from_arn(task["clusterArn"])
    able = [one for one in instances(cluster) if one.status == "ACTIVE"]
    if not able:
        return started(cluster)
    in_zone = Counter[str]()
    for one in able:
        in_zone[one.zone] += sum(other.get("group") == task.get("group") for other in one.tasks)
    return min(able, key=lambda one: (in_zone[one.zone], -len(one.tasks)))


def started(cluster: str) -> Instance | None:
    """Managed scaling starts one where a task finds none, up to the group's maximum."""
    for one in instances(cluster):
        if one.group["DesiredCapacity"] < one.group["MaxSize"]:
            one.group["DesiredCapacity"] += 1
            autoscaling._reconcile_instances(one.group)
            return list(instances(cluster))[-1]
    return None


# ECS's operations.


def cluster_of(asked: Row) -> str:
    return str(ecs._resolve_cluster_name(asked.get("cluster", "default")))


def listed(asked: Row) -> Any:
    wanted = asked.get("status", "ACTIVE")
    arns = [one.arn for one in instances(cluster_of(asked)) if one.status == wanted or "status" not in asked]
    return json_response({"containerInstanceArns": arns})


def named(asked: Row) -> tuple[list[Instance], list[Row]]:
    """Those that are asked for, and failures for those that are not there."""
    known = {one.arn.rpartition("/")[2]: one for one in instances(cluster_of(asked))}
    names = {arn: arn.rpartition("/")[2] for arn in asked.get("containerInstances", ())}
    missing = [{"arn": arn, "reason": "MISSING"} for arn, name in names.items() if name not in known]
    return [known[name] for name in names.values() if name in known], missing


def described(asked: Row) -> Any:
    found, failures = named(asked)
    return json_response({"containerInstances": [as_told(one) for one in found], "failures": failures})


def as_told(instance: Instance) -> Row:
    states = Counter(task["lastStatus"] == "RUNNING" for task in instance.tasks)
    return {
        "containerInstanceArn": instance.arn,
        "ec2InstanceId": instance.id,
        "capacityProviderName": instance.provider,
        "status": instance.status,
        "agentConnected": True,
        "runningTasksCount": states[True],
        "pendingTasksCount": states[False],
        "attributes": [{"name": "ecs.availability-zone", "value": instance.zone}],
    }


def updated(asked: Row) -> Any:
    if asked.get("status") not in STATES:
        return error_response_json("InvalidParameterException", OTHER_STATES, 400)
    found, failures = named(asked)
    for one in found:
        if asked["status"] == "DRAINING":
            draining.add(one.id)
            move(one)
        else:
            draining.discard(one.id)
    return json_response({"containerInstances": [as_told(one) for one in found], "failures": failures})


def move(instance: Instance) -> None:
    """Start others in the place of the tasks of services there, which are stopped when these are healthy."""
    groups = {
        task["group"].partition(":")[2] for task in instance.tasks if task.get("group", "").startswith("service:")
    }
    for name in groups:
        key = f"{instance.cluster}/{name}"
        service = ecs._services.get(key)
        primary = ecs._primary_deployment(service) if service else None
        if service is None or primary is None:
            continue
        with ecs.resource_lock("ecs-service", key):
            primary["rolloutState"] = "IN_PROGRESS"
            for task in instance.tasks:
                if task.get("group") == f"service:{name}":
                    task["_deployment_id"] = NOBODYS
        event(service, f"has started draining on {instance.arn}.")
        ecs._refresh_service_state(instance.cluster, f"service:{name}")
        ecs._reconcile_service_tasks(instance.cluster, key)


def terminated(asked: Row) -> Any:
    """The instance is gone at once, with the tasks that are still there; the group starts another in its place."""
    wanted = autoscaling._p(asked, "InstanceId")
    for cluster in list(ecs._clusters):
        for one in list(instances(cluster)):
            if one.id == wanted:
                end(one, shrink=autoscaling._p(asked, "ShouldDecrementDesiredCapacity") == "true")
                return autoscaling._xml(200, f"{TERMINATE}Response", activity(one))
    return autoscaling._error("ValidationError", f"Instance Id not found - No managed instance found: {wanted}")


def activity(instance: Instance) -> str:
    told = {
        "ActivityId": autoscaling.new_uuid(),
        "AutoScalingGroupName": instance.group["AutoScalingGroupName"],
        "Cause": f"instance {instance.id} was taken out of service in response to a user request.",
        "StartTime": autoscaling.now_iso(),
        "StatusCode": "Successful",
    }
    return str(autoscaling._member_xml({f"{TERMINATE}Result": {"Activity": told}}))


def end(instance: Instance, *, shrink: bool) -> None:
    left = instance.tasks
    instance.group["Instances"].remove(instance.row)
    instance.group["DesiredCapacity"] -= shrink
    autoscaling._reconcile_instances(instance.group)
    for task in left:
        ecs._stop_task(
            {
                "task": task["taskArn"],
                "cluster": instance.cluster,
                "reason": f"Host EC2 (instance {instance.id}) terminated.",
            }
        )
    draining.discard(instance.id)
