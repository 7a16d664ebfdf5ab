"""The credentials of a task's role, as ECS's agent gives them to the task and to nobody else.

MiniStack gives credentials to everybody, also to tasks without a role, and does not know them when they are used.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from ministack.services import ecs

from localcloud.emulator import sessions
from localcloud.emulator.secret import ADDRESS, ROLES, TOKEN, is_derived, role_variables

SECONDS = 3600


def give_addresses() -> None:
    """Let a task's environment name its role's credentials."""
    register = ecs._register_metadata

    def register_metadata(
        task_arn: str, cluster_arn: str, definition: Mapping[str, Any], container: Any, launch_type: Any,
        environment: dict[str, str], *others: Any,
    ) -> Any:  # fmt: skip
        result = register(task_arn, cluster_arn, definition, container, launch_type, environment, *others)
        gateway = environment.pop(ADDRESS).partition(ROLES)[0]
        environment.pop(TOKEN)
        if role := definition.get("taskRoleArn"):
            environment |= role_variables(role, gateway)
        return result

    ecs._register_metadata = register_metadata


def is_at(path: str) -> bool:
    return path.startswith(ROLES)


def answer(path: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    """New credentials of the role, which STS knows from now on, for who has the token of this address."""
    if not is_derived(path, headers.get("authorization", "")):
        return 403, {"Content-Type": "text/plain"}, f"{TOKEN}: must be the one that the task was given\n".encode()
    account, *name, _ = path.removeprefix(ROLES).split("/")
    made = {
        "AccessKeyId": f"ASIA{secrets.token_hex(8).upper()}",
        "SecretAccessKey": secrets.token_urlsafe(30),
        "Token": secrets.token_urlsafe(60),
    }
    role, ends = f"arn:aws:iam::{account}:role/{'/'.join(name)}", time.time() + SECONDS
    sessions.begin(role, "task", made, ends)
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends))
    document = {**made, "Expiration": until, "RoleArn": role}
    return 200, {"Content-Type": "application/json", "Cache-Control": "no-store"}, json.dumps(document).encode()
