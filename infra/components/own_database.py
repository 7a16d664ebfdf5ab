"""A preview environment's database: its own, on the server of its base."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions
from pulumi.dynamic import Resource

from infra.components.database import link_to
from infra.components.image import Image, ImageArgs
from infra.components.interface import Interface
from infra.components.link import Link
from infra.components.one_off import run_of
from infra.components.shared import RunsTasks
from infra.components.task import Task, TaskArgs
from infra.config.data import DatabaseConfig
from infra.config.services import ServiceConfig
from infra.pure import policies
from infra.pure.build_context import DOCKERFILE
from infra.pure.capacity import Room
from infra.pure.fargate import size_of
from infra.pure.naming import image_name, unique_name
from infra.pure.recipe import Recipe
from infra.pure.tags import Tags, component_tag
from infra.steps.own_database import OwnDatabase as OwnDatabaseStep

FOLDER = "preview"
ROOM = Room(cpu_units=128, memory_mib=128)
NAME_LIMIT = 63  # https://www.postgresql.org/docs/current/limits.html


@dataclass(frozen=True, kw_only=True)
class Server:
    """The base's. `secret_arn`: of its owner's password."""

    host: str
    port: int
    name: str
    secret_arn: str


@dataclass(frozen=True, kw_only=True)
class OwnDatabaseArgs:
    """`name`: of the database and its role; what is no letter or digit in it becomes a `_`.

    `interface`: as of a service that uses the database.
    """

    name: str
    server: Server
    settings: DatabaseConfig
    cluster: RunsTasks
    interface: Interface | None
    account_id: pulumi.Input[str]
    platform: str
    region: str
    recipe: Recipe
    tags: Tags
    timeout_seconds: int


class MadeDatabase(Resource, module="infra", name="OwnDatabase"):
    secretArn: Output[str]  # noqa: N815 (the property's name in the state)


class OwnDatabase(pulumi.ComponentResource):
    """A database and the one role that reaches it, made by a task that runs for seconds and dropped by another.

    The role's password is made there, and is in its secret alone. A month: 0.40 USD for the secret.
    """

    host: Output[str]
    port: Output[int]
    name: str
    secret_arn: Output[str]
    link: Link

    def __init__(self, name: str, args: OwnDatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:OwnDatabase", name, None, opts)
        child = ResourceOptions(parent=self)
        self.name = own = unique_name(args.name, limit=NAME_LIMIT).replace("-", "_").lower()
        secret = aws.secretsmanager.Secret(
            f"{name}-secret",
            description=f"JSON: `username` and `password` of the database {own}",
            recovery_window_in_days=args.recipe.secret_recovery_days,
            tags=component_tag(name),
            opts=child,
        )
        task = self._task(name, args, own, secret.arn)
        made = MadeDatabase(
            OwnDatabaseStep(),
            f"{name}-made",
            {
                **run_of(
                    task, args.cluster, name=name, region=args.region, tags=args.tags,
                    timeout_seconds=args.timeout_seconds,
                ),
                "database": own,
                "secretArn": secret.arn,
            },
            child,
        )  # fmt: skip
        # Known only when the database is there: a task that takes it can connect.
        self.secret_arn = made.secretArn
        self.host, self.port = Output.from_input(args.server.host), Output.from_input(args.server.port)
        self.link = link_to(
            host=self.host, port=self.port, name=own, secret_arn=self.secret_arn, ssl_mode=args.settings.ssl_mode
        )
        self.register_outputs({})

    def _task(self, name: str, args: OwnDatabaseArgs, own: str, secret_arn: Output[str]) -> Task:
        child = ResourceOptions(parent=self)
        image = Image(
            image_name(FOLDER),
            ImageArgs(
                context=FOLDER,
                dockerfile=DOCKERFILE,
                build_args={},
                version=None,
                platform=args.platform,
                region=args.region,
                recipe=args.recipe,
            ),
            child,
        )
        server = args.server
        link = Link(
            environment={
                "DATABASE_HOST": server.host,
                "DATABASE_PORT": str(server.port),
                "DATABASE_NAME": server.name,
                "DATABASE_SECRET_ARN": server.secret_arn,
                "OWN_DATABASE": own,
                "OWN_SECRET_ARN": secret_arn,
            },
            rights=secret_arn.apply(
                lambda arn: [policies.use_secrets([server.secret_arn]), policies.fill_secrets([arn])]
            ),
        )
        return Task(
            f"{name}-task",
            TaskArgs(
                image=image,
                settings=ServiceConfig.model_validate(
                    {"source": FOLDER, "cpuUnits": ROOM.cpu_units, "memoryMib": ROOM.memory_mib}
                ),
                links={"server": link},
                interface=args.interface,
                fargate=None if args.cluster.instances else size_of(ROOM),
                shell=False,
                account_id=args.account_id,
                region=args.region,
                tags=args.tags,
            ),
            child,
        )
