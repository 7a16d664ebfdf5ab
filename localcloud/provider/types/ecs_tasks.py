"""ECS task definitions: immutable revisions; any change but that of tags makes a new one."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.aws.sender import Sender
from localcloud.provider.definition.resource_type import Call, Read, ResourceType, Send, TagStyle, names
from localcloud.provider.definition.rules import Case, Exists, Matches, OneOf, Problem, Rule, Says
from localcloud.provider.lifecycle.equality import is_nothing
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

TAGS = TagStyle(
    create="tags",
    add=Call(operation="tag_resource", args={"resourceArn": "{arn}", "tags": "{+tagsAll}"}),
    remove=Call(operation="untag_resource", args={"resourceArn": "{arn}", "tagKeys": "{-tagsAll}"}),
)
NAME = Matches("name", r"[A-Za-z0-9_-]{1,255}", "1 to 255 of letters, digits, _ and -")
# What ECS fills in where a container says nothing.
CONTAINER_DEFAULTS = {"essential": True, "cpu": 0, "protocol": "tcp", "hostPort": 0}
AWSLOGS = ("awslogs-group", "awslogs-region")
# What Fargate has: by CPU units, the memory in MiB.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
FARGATE: Mapping[int, Collection[int]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4097, 1024),
    1024: range(2048, 8193, 1024),
    2048: range(4096, 16385, 1024),
    4096: range(8192, 30721, 1024),
    8192: range(16384, 61441, 4096),
    16384: range(32768, 122881, 8192),
}


def same_containers(one: str, other: str) -> bool:
    """Whether two texts define the same containers: in any order, what ECS fills in as if it stood there."""
    try:
        lists = [sorted(json.loads(text), key=lambda row: str(row.get("name"))) for text in (one, other)]
    except (TypeError, ValueError, AttributeError):
        return one == other
    return len(lists[0]) == len(lists[1]) and all(same_part(a, b) for a, b in zip(*lists, strict=True))


def same_part(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(
            same_part(one.get(key, CONTAINER_DEFAULTS.get(key)), other.get(key, CONTAINER_DEFAULTS.get(key)))
            for key in {*one, *other}
        )
    if isinstance(one, list) and isinstance(other, list):
        if all(isinstance(row, Mapping) and "name" in row for row in one + other):
            one, other = (sorted(rows, key=lambda row: str(row["name"])) for rows in (one, other))
        return len(one) == len(other) and all(same_part(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other) or (is_nothing(one) and is_nothing(other))


class TaskDefinition(Handler):
    def delete(self, resource_id: str, state: Props) -> None:
        if not state.get("skipDestroy"):
            super().delete(resource_id, state)

    def incoming(self, item: Props) -> Props:
        arn = item.get("taskDefinitionArn", "")
        return {**item, "arnWithoutRevision": arn.rpartition(":")[0]}


@dataclass(frozen=True)
class Containers(Rule):
    """What ECS demands of the JSON list of containers."""

    path: str = "containerDefinitions"

    def problems(self, case: Case) -> Iterator[Problem]:
        for text in case.values(self.path):
            try:
                containers = json.loads(text)
            except ValueError as error:
                yield self.path, f"must be JSON, got {text[:60]!r}: {error}"
                continue
            if not isinstance(containers, list) or not containers:
                yield self.path, f"must be a JSON list of one container or more, got {text[:60]!r}"
                continue
            yield from ((self.path, reason) for reason in self.reasons(case, containers))

    def reasons(self, case: Case, containers: list[Any]) -> Iterator[str]:
        shape = case.context.shape("ecs", "register_task_definition").members["containerDefinitions"]
        sender = Sender()
        sender.value(containers, shape, self.path)
        yield from (f"{path.removeprefix(self.path + '.')}: {reason}" for path, reason in sender.problems)
        names = [container.get("name") for container in containers]
        if len(set(names)) < len(names):
            yield f"names must differ, got {', '.join(map(str, names))}"
        if not any(container.get("essential", True) for container in containers):
            yield "one container must be essential, got none"
        for container in containers:
            yield from self.of_one(case, container)

    @staticmethod
    def of_one(case: Case, container: Mapping[str, Any]) -> Iterator[str]:
        name = str(container.get("name"))
        own = case.inputs.get("networkMode") == "awsvpc"
        for port in container.get("portMappings") or () if own else ():
            if port.get("hostPort") not in (None, port.get("containerPort")):
                yield f"{name}: hostPort must be the containerPort {port.get('containerPort')} with awsvpc, or left out"
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
            yield f"name must be 1 to 255 of letters, digits, _ and -, got {name!r}"
        if not container.get("image"):
            yield f"{name}: image is required, got nothing"
        needs_memory = "memory" not in case.given and "memoryReservation" not in container
        if needs_memory and "memory" not in container:
            yield f"{name}: memory (MiB) or memoryReservation is required, got neither"
        if container.get("secrets") and "executionRoleArn" not in case.given:
            yield f"{name}: secrets need the task's executionRoleArn, got none"
        log = container.get("logConfiguration") or {}
        missing = [key for key in AWSLOGS if key not in (log.get("options") or {})]
        if log.get("logDriver") == "awslogs" and missing:
            yield f"{name}: logConfiguration.options needs {', '.join(missing)} for awslogs"


def fits_fargate(case: Case, compatible: list[str]) -> str:
    """What Fargate demands of a task definition."""
    if "FARGATE" not in compatible:
        return ""
    mode = case.inputs.get("networkMode")
    if mode != "awsvpc":
        return f"must not have FARGATE with the network mode {mode or 'bridge'}: Fargate needs awsvpc"
    if not {"cpu", "memory"} <= case.given:
        return "must not have FARGATE without cpu and memory of the whole task"
    cpu, memory = (str(case.inputs.get(key)) for key in ("cpu", "memory"))
    if not (cpu.isdecimal() and memory.isdecimal()) or int(cpu) not in FARGATE:
        return f"with FARGATE needs one of {', '.join(map(str, FARGATE))} as cpu, got {cpu} with {memory} MiB"
    if int(memory) in FARGATE[int(cpu)]:
        return ""
    return f"with FARGATE and cpu {cpu} needs one of {', '.join(map(str, FARGATE[int(cpu)]))} as memory, got {memory}"


def fits_launch_type(case: Case, launch_type: str) -> str:
    """ECS refuses a service on Fargate whose task definition is not for it, and one that wants to choose instances."""
    if launch_type != "FARGATE":
        return ""
    if chosen := case.given & {"orderedPlacementStrategies", "placementConstraints"}:
        return f"must not be FARGATE beside {', '.join(sorted(chosen))}, which choose instances"
    task = case.inputs.get("taskDefinition")
    if not isinstance(task, str) or not (case.is_new("taskDefinition") or case.is_new("launchType")):
        return ""
    try:
        definition = case.context.client("ecs").describe_task_definition(taskDefinition=task)["taskDefinition"]
    except ClientError:
        return ""  # the rule for taskDefinition tells it
    fits = "FARGATE" in definition.get("requiresCompatibilities", ())
    return "" if fits else "must not be FARGATE: the task definition has no FARGATE in requiresCompatibilities"


def networked(case: Case, task: str) -> str:
    """ECS refuses a service whose network, or target group, is not what its task definition asks for."""
    if not any(map(case.is_new, ("taskDefinition", "networkConfiguration", "loadBalancers"))):
        return ""
    try:
        definition = case.context.client("ecs").describe_task_definition(taskDefinition=task)["taskDefinition"]
        groups = [target_type(case, one) for one in case.inputs.get("loadBalancers") or ()]
    except ClientError:
        return ""  # the rules for these references tell it
    own = definition.get("networkMode") == "awsvpc"
    mode = definition.get("networkMode", "bridge")
    if own != ("networkConfiguration" in case.given):
        return f"has the network mode {mode}, which {'needs' if own else 'takes no'} networkConfiguration"
    wanted = "ip" if own else "instance"
    if wrong := [found for found in groups if found not in ("", wanted)]:
        return f"has the network mode {mode}, which needs target groups of the type {wanted}, got {wrong[0]}"
    return ""


def target_type(case: Case, balancer: Props) -> str:
    """Of a target group; an empty text where it is not known yet."""
    arn = balancer.get("targetGroupArn")
    if not isinstance(arn, str) or not arn.startswith("arn:"):
        return ""
    (group,) = case.context.client("elbv2").describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    return str(group.get("TargetType", ""))


def public_addresses(case: Case, wanted: bool) -> str:
    """On instances, a task's interface gets none."""
    strategies = case.inputs.get("capacityProviderStrategies") or ()
    on_fargate = case.inputs.get("launchType") == "FARGATE" or any(
        str(one.get("capacityProvider", "")).startswith("FARGATE") for one in strategies
    )
    return (
        "must be false for tasks on instances: only Fargate gives public addresses" if wanted and not on_fargate else ""
    )


def containers_match(case: Case, balancers: list[Props]) -> str:
    """ECS refuses a service that balances onto a container or port which its task definition lacks."""
    task = case.inputs.get("taskDefinition")
    if task is None or not (case.is_new("taskDefinition") or case.is_new("loadBalancers")):
        return ""
    try:
        definition = case.context.client("ecs").describe_task_definition(taskDefinition=task)["taskDefinition"]
    except ClientError:
        return ""  # the rule for taskDefinition tells it
    ports = {
        (row["name"], port["containerPort"])
        for row in definition["containerDefinitions"]
        for port in row.get("portMappings", ())
    }
    for balancer in balancers:
        wanted = (balancer.get("containerName"), balancer.get("containerPort"))
        if None not in wanted and wanted not in ports:
            found = ", ".join(f"{name}:{port}" for name, port in sorted(ports)) or "none"
            return f"must name a container and port of the task definition ({found}), got {wanted[0]}:{wanted[1]}"
    return ""


def role(path: str) -> Exists:
    return Exists(path, "a role", "iam", "get_role", {"RoleName": "{name}"}, "Role.RoleName")


TYPES = [
    ResourceType(
        token="aws:ecs/taskDefinition:TaskDefinition",
        service="ecs",
        handler=TaskDefinition,
        create=Call(operation="register_task_definition", sends=Send.ALL),
        id="{family}",
        remembers={"arn": "{taskDefinition.taskDefinitionArn}"},
        state_id="{family}",
        import_id="(?P<arn>arn:.+)",
        reads=[
            Read(
                operation="describe_task_definition",
                args={"taskDefinition": "{arn}"},
                item="[taskDefinition][?status=='ACTIVE'] | [0]",
            ),
            Read(
                operation="describe_task_definition",
                args={"taskDefinition": "{arn}", "include": ["TAGS"]},
                item="{tags: tags}",
            ),
        ],
        delete=Call(operation="deregister_task_definition", args={"taskDefinition": "{arn}"}),
        names={"arn": "taskDefinitionArn"},
        defaults={"skipDestroy": False, "trackLatest": False, "enableFaultInjection": False},
        local=["skipDestroy", "trackLatest"],
        documents=["containerDefinitions"],
        same={"containerDefinitions": same_containers},
        replaces=names(
            "family containerDefinitions cpu memory networkMode executionRoleArn taskRoleArn requiresCompatibilities "
            "volumes placementConstraints pidMode ipcMode runtimePlatform ephemeralStorage proxyConfiguration "
            "inferenceAccelerators enableFaultInjection"
        ),
        tags=TAGS,
        gone=["ClientException"],
        rules=[
            Matches("family", r"[A-Za-z0-9_-]{1,255}", "1 to 255 of letters, digits, _ and -"),
            Containers(),
            OneOf("networkMode", ("bridge", "host", "awsvpc", "none")),
            Says("requiresCompatibilities", fits_fargate),
            role("executionRoleArn"),
            role("taskRoleArn"),
        ],
    ),
]
