"""A task starts where its execution role may pull its images and read its secrets; MiniStack asks no role for them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services import ecs

from localcloud.emulator import rights, sessions

REGISTRY = ".dkr.ecr."
PULLS = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def ask_for_rights() -> None:
    """Before the first request."""
    start = ecs._start_task_worker

    def started(task: Any, definition: Mapping[str, Any], *others: Any) -> Any:
        if role := definition.get("executionRoleArn"):
            ask(role, definition["containerDefinitions"])
        return start(task, definition, *others)

    ecs._start_task_worker = started


def ask(role: str, containers: list[Mapping[str, Any]]) -> None:
    """Raises what ends the task before it starts, in AWS's words."""
    keys = sessions.lasting(f"execution {role}", role, "ecs-execution")
    for container in containers:
        for failure, action, resource in needed(container):
            if refused := rights.refusal(keys["AccessKeyId"], action, resource, {}):
                raise failure(f"AccessDeniedException: {refused}")


def needed(container: Mapping[str, Any]) -> Iterator[tuple[type[Exception], str, str]]:
    """What ends the start without it, the action and its resource."""
    host, _, rest = container["image"].partition("/")
    if REGISTRY in host:
        account, region = host.split(REGISTRY)[0], host.split(REGISTRY)[1].split(".")[0]
        repository = f"arn:aws:ecr:{region}:{account}:repository/{rest.partition('@')[0].partition(':')[0]}"
        yield ecs._ImagePullError, "ecr:GetAuthorizationToken", "*"
        yield from ((ecs._ImagePullError, action, repository) for action in PULLS)
    for secret in container.get("secrets", []):
        source = secret["valueFrom"]
        if ":secretsmanager:" in source:
            # A key of its JSON, a stage and a version may follow.
            yield ecs._SecretResolutionError, "secretsmanager:GetSecretValue", ":".join(source.split(":")[:7])
        elif source.startswith("arn:"):
            yield ecs._SecretResolutionError, "ssm:GetParameters", source
