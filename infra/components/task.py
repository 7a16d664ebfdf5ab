"""What a service runs: a container with its rights, its environment and its log."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.image import Image
from infra.components.interface import Interface
from infra.components.link import Link, Secret
from infra.components.role import removable_role
from infra.config.services import ServiceConfig
from infra.pure import policies
from infra.pure.capacity import Room
from infra.pure.naming import family_name, log_group_name
from infra.pure.references import filled, references
from infra.pure.tags import Tags, component_tag

STOP_SECONDS = 30  # between SIGTERM and SIGKILL
# The folders that every container can write to, in memory and gone with it: for libraries' temporary files, and what
# the agent of ECS Exec cannot do without (https://github.com/aws/containers-roadmap/issues/1359).
WRITABLE_MIB = {"/tmp": 64}  # noqa: S108 # the container's own
SHELL_WRITABLE_MIB = {"/var/lib/amazon/ssm": 16}
OWN_WRITABLE_MIB = 64


@dataclass(frozen=True, kw_only=True)
class TaskArgs:
    """`links`: the parts that it uses, and the stored secrets, by their names in `${part.name}`.

    `interface`: the own network interface; None for a port of the instance, which Docker chooses. `fargate`: the size
    that it has there; None on instances. `shell`: whether one may be opened in it.
    """

    image: Image
    settings: ServiceConfig
    links: Mapping[str, Link]
    interface: Interface | None
    fargate: Room | None
    shell: bool
    account_id: pulumi.Input[str]
    region: str
    tags: Tags


class Task(pulumi.ComponentResource):
    """A task definition, in bridge mode unless tasks have interfaces of their own, two roles, and a log group.

    A month: the log, 0.50 USD a GB.
    """

    definition_arn: pulumi.Output[str]
    role_arns: list[pulumi.Output[str]]
    container: str
    version: str
    port: int | None
    interface: Interface | None
    log_group: pulumi.Output[str]

    def __init__(self, name: str, args: TaskArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Task", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)
        self.container, self.port, self.version = name, args.settings.port, args.image.tag
        self.interface = args.interface

        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=log_group_name(args.tags.project, args.tags.stack, name),
            retention_in_days=args.settings.log_retention_days,
            tags=self._tags,
            opts=self._child,
        )
        self.log_group = log.name
        trust = pulumi.Output.from_input(args.account_id).apply(policies.task_trust)
        secrets = secrets_of(args)
        pull = pulumi.Output.all(
            args.image.repository_arn, log.arn, pulumi.Output.all(*(secret.arn for secret in secrets.values()))
        ).apply(lambda known: policies.pull_and_log(known[0], known[1], sorted(set(known[2]))))
        rights = pulumi.Output.all(*(link.rights for link in args.links.values())).apply(
            lambda known: policies.service_task(
                (statement for statements in known for statement in statements), opens_shell=args.shell
            )
        )
        execution, may_start = self._role(name, "execution", "ECS: pulls the image, writes the log", trust, pull)
        task, may_work = self._role(name, "task", "The code in the container", trust, rights)
        self.role_arns = [execution.arn, task.arn]
        definition = aws.ecs.TaskDefinition(
            f"{name}-definition",
            family=family_name(args.tags.project, args.tags.stack, name),
            network_mode="awsvpc" if args.interface else "bridge",
            requires_compatibilities=["FARGATE" if args.fargate else "EC2"],
            cpu=str(args.fargate.cpu_units) if args.fargate else None,
            memory=str(args.fargate.memory_mib) if args.fargate else None,
            # ECS then places it on no machine of the other architecture, where it could not start.
            runtime_platform=aws.ecs.TaskDefinitionRuntimePlatformArgs(
                cpu_architecture="ARM64", operating_system_family="LINUX"
            )
            if args.image.platform
            else None,
            execution_role_arn=execution.arn,
            task_role_arn=task.arn,
            container_definitions=pulumi.Output.json_dumps([self._container_definition(args, secrets)]),
            tags=self._tags,
            # A task must not start before it may do its work. Each version replaces it, so it cannot be protected.
            opts=ResourceOptions(parent=self, depends_on=[may_start, may_work], protect=False),
        )
        self.definition_arn = definition.arn
        self.register_outputs({"definitionArn": self.definition_arn, "logGroup": self.log_group})

    def _role(
        self,
        name: str,
        role: str,
        description: str,
        trust: pulumi.Output[policies.Document],
        policy: pulumi.Input[policies.Document],
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        resource = removable_role(
            f"{name}-{role}-role",
            description=description,
            trust=trust,
            tags=self._tags,
            opts=self._child,
        )
        rights = aws.iam.RolePolicy(
            f"{name}-{role}-policy", role=resource.name, policy=pulumi.Output.json_dumps(policy), opts=self._child
        )
        return resource, rights

    def _container_definition(self, args: TaskArgs, secrets: Mapping[str, Secret]) -> Mapping[str, Any]:
        settings, room = args.settings, args.fargate or args.settings.room  # the whole of what is paid for
        host_port = settings.port if args.interface else 0
        ports = [{"containerPort": settings.port, "hostPort": host_port, "protocol": "tcp"}] if settings.port else []
        writable = {
            **WRITABLE_MIB,
            **(SHELL_WRITABLE_MIB if args.shell else {}),
            **dict.fromkeys(settings.writable, OWN_WRITABLE_MIB),
        }
        handed_over = [{"name": key, "valueFrom": secret.value_from} for key, secret in secrets.items()]
        return {
            "name": self.container,
            "image": args.image.uri,
            "essential": True,
            "cpu": room.cpu_units,
            "memory": room.memory_mib,
            **({"command": list(settings.command)} if settings.command else {}),
            "environment": environment(args, secrets),
            **({"secrets": handed_over} if handed_over else {}),
            **({"portMappings": ports} if ports else {}),
            "readonlyRootFilesystem": True,
            "linuxParameters": {
                "initProcessEnabled": True,  # reaps what shells of ECS Exec leave behind
                "tmpfs": [{"containerPath": path, "size": size} for path, size in writable.items()],
            },
            "stopTimeout": STOP_SECONDS,
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": self.log_group,
                    "awslogs-region": args.region,
                    "awslogs-stream-prefix": self.container,
                },
            },
        }


def secrets_of(args: TaskArgs) -> dict[str, Secret]:
    """The variables that are secrets, sorted."""
    known = {f"{part}.{name}": secret for part, link in args.links.items() for name, secret in link.secrets.items()}
    own = sorted(args.settings.environment.items())
    return {key: known[name] for key, text in own for name in references(text) if name in known}


def environment(args: TaskArgs, secrets: Collection[str]) -> list[dict[str, pulumi.Input[str]]]:
    """The service's own variables, those of the parts that it uses, and what every task has, without `secrets`.

    Sorted, so that their order is no difference.
    """
    values = {f"{part}.{name}": value for part, link in args.links.items() for name, value in link.values.items()}
    own = {key: with_values(text, values) for key, text in args.settings.environment.items() if key not in secrets}
    variables: dict[str, pulumi.Input[str]] = {
        **{key: value for link in args.links.values() for key, value in link.environment.items()},
        "APP_VERSION": args.image.tag,
        "AWS_REGION": args.region,
        "AWS_DEFAULT_REGION": args.region,  # the name that boto3 and the AWS CLI read
        "LOG_LEVEL": args.settings.log_level,
        **({"PORT": str(args.settings.port)} if args.settings.port else {}),
        **own,
    }
    return [{"name": key, "value": variables[key]} for key in sorted(variables) if key not in secrets]


def with_values(text: str, values: Mapping[str, pulumi.Input[str]]) -> pulumi.Input[str]:
    """The text with what each reference stands for."""
    if not (names := references(text)):
        return text
    return pulumi.Output.all(**{name: values[name] for name in names}).apply(lambda known: filled(text, known))
