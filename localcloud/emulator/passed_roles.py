"""The roles that a request hands on to a service of AWS, for which IAM asks whether the caller may: `iam:PassRole`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services import ecs, iam

from localcloud.emulator.resources import Parameters

PASSED_TO = "iam:PassedToService"
TASK_ROLES = ("executionRoleArn", "taskRoleArn")
# By action: the service that gets the role, and the request's parameters that name it.
IN_REQUEST = {
    "ecs:RegisterTaskDefinition": ("ecs-tasks", TASK_ROLES),
    "events:PutTargets": ("events", ("RoleArn",)),
    "lambda:CreateFunction": ("lambda", ("Role",)),
    "lambda:UpdateFunctionConfiguration": ("lambda", ("Role",)),
    "scheduler:CreateSchedule": ("scheduler", ("RoleArn",)),
    "scheduler:UpdateSchedule": ("scheduler", ("RoleArn",)),
}
# Their tasks get the roles of a definition that may be another's.
STARTS = ("ecs:RunTask", "ecs:StartTask")
# Instances get the role of a launch template's profile. AWS asks when a group is made of the template; MiniStack has
# forgotten the profile by then.
TEMPLATES = ("ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion")
PROFILE = "LaunchTemplateData.IamInstanceProfile"
ACTIONS = {*IN_REQUEST, *STARTS, *TEMPLATES}


def passed(action: str, asked: Parameters) -> Iterator[tuple[str, str]]:
    """Each role's ARN and the service that gets it, such as `ecs-tasks.amazonaws.com`."""
    service, names = IN_REQUEST.get(action, ("", ()))
    roles: set[Any] = {value for name in names for value in found(asked, name)}
    if action in STARTS:
        definition = ecs._task_defs.get(ecs._resolve_td_key(str(asked.get("taskDefinition", "")))) or {}
        service = "ecs-tasks"
        roles = {role for name in TASK_ROLES for role in (definition.get(name), *found(asked.get("overrides"), name))}
    elif action in TEMPLATES:
        service = "ec2"
        named = str(asked.get(f"{PROFILE}.Name") or asked.get(f"{PROFILE}.Arn", "")).rpartition("/")[2]
        profile = iam._instance_profiles.get(named) or {"Roles": ()}
        roles = {iam._roles[name]["Arn"] for name in profile["Roles"]}
    yield from ((str(role), f"{service}.amazonaws.com") for role in sorted(filter(None, roles)))


def found(part: Any, name: str) -> Iterator[str]:
    """The values of this name, at whatever depth."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield from [value] if key == name and isinstance(value, str) else found(value, name)
    elif isinstance(part, list):
        for item in part:
            yield from found(item, name)
