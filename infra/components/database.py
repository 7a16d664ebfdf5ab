"""The PostgreSQL database."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.link import Link, key_of
from infra.config.data import DatabaseConfig, RestoreConfig
from infra.pure import policies
from infra.pure.recipe import Recipe
from infra.pure.tags import component_tag

DATABASE = "app"
OWNER = "app"


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    settings: DatabaseConfig
    recipe: Recipe


class Database(pulumi.ComponentResource):
    """PostgreSQL on RDS: private, encrypted, TLS required, with a password that AWS makes, keeps and rotates.

    The password is in no state and no export: who may read `secret_arn` reads it at run time.
    A month with db.t4g.micro in us-east-1: 0.016 * 730 h = 11.68 USD, 20 GiB gp3 * 0.115 = 2.30, secret 0.40;
    together 14.38 USD.

    Data is restored into a new instance beside, which the services then move to; the old one goes last, and of a stack
    that is protected it stays. `make restore` (`ops/restore.py`) does that.
    """

    identifier: pulumi.Output[str]
    arn: pulumi.Output[str]
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    final_snapshot: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    link: Link

    def __init__(self, name: str, args: DatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Database", name, None, opts)
        self._child = ResourceOptions(parent=self)
        self._tags = component_tag(name)

        subnets = aws.rds.SubnetGroup(
            f"{name}-subnets",
            description="Private subnets of the stack",
            subnet_ids=args.subnet_ids,
            tags=self._tags,
            opts=self._child,
        )
        parameters = aws.rds.ParameterGroup(
            f"{name}-parameters",
            description="PostgreSQL that refuses connections without TLS",
            family=f"postgres{args.settings.version}",
            parameters=[aws.rds.ParameterGroupParameterArgs(name="rds.force_ssl", value="1", apply_method="immediate")],
            tags=self._tags,
            opts=self._child,
        )
        # Named after the subnet group, whose name is new in each life of the stack: no two snapshots meet.
        self.final_snapshot = subnets.name.apply(lambda unique: f"{unique}-final")
        instance = self._instance(name, args, subnets, parameters)
        self.identifier, self.arn = instance.identifier, instance.arn
        self.host = instance.address
        self.port = instance.port
        self.secret_arn = instance.master_user_secrets.apply(lambda secrets: secrets[0].secret_arn or "")
        self.link = link_to(
            host=self.host, port=self.port, name=DATABASE, secret_arn=self.secret_arn, ssl_mode=args.settings.ssl_mode
        )
        self.register_outputs({"host": self.host})

    def _instance(
        self, name: str, args: DatabaseArgs, subnets: aws.rds.SubnetGroup, parameters: aws.rds.ParameterGroup
    ) -> aws.rds.Instance:
        restore = args.settings.restore
        return aws.rds.Instance(
            f"{name}-instance",
            engine="postgres",
            engine_version=args.settings.version,
            # Not by a newer default alone, which nobody has read.
            allow_major_version_upgrade=True if args.settings.names_version else None,
            auto_minor_version_upgrade=True,
            instance_class=args.settings.instance_class,
            allocated_storage=args.settings.storage_gib,
            max_allocated_storage=args.settings.max_storage_gib,
            storage_type="gp3",
            storage_encrypted=True,
            db_name=DATABASE,
            username=OWNER,
            manage_master_user_password=True,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[args.security_group_id],
            parameter_group_name=parameters.name,
            publicly_accessible=False,
            multi_az=args.settings.multi_az,
            backup_retention_period=args.settings.backup_days,
            copy_tags_to_snapshot=True,
            apply_immediately=True,  # what `up` reports as done is done, and not due at the next maintenance window
            deletion_protection=args.recipe.locked,
            skip_final_snapshot=not args.recipe.keeps_data,
            final_snapshot_identifier=self.final_snapshot if args.recipe.keeps_data else None,
            delete_automated_backups=not args.recipe.keeps_data,
            snapshot_identifier=restore.snapshot if restore else args.settings.snapshot_identifier,
            restore_to_point_in_time=moment(restore) if restore else None,
            tags=self._tags,
            opts=ResourceOptions(
                parent=self,
                # They tell where the data comes from, once: other ones later must not replace the database.
                ignore_changes=[] if restore else ["snapshotIdentifier", "restoreToPointInTime"],
                protect=False if restore else None,
                retain_on_delete=args.recipe.locked,  # so a restore deletes nothing
            ),
        )


def link_to(
    *, host: pulumi.Output[str], port: pulumi.Output[int], name: str, secret_arn: pulumi.Output[str], ssl_mode: str
) -> Link:
    """What services get that use a database. `secret_arn`: of the name and password that it is entered with."""
    return Link(
        environment={
            "DATABASE_HOST": host,
            "DATABASE_PORT": port.apply(str),
            "DATABASE_NAME": name,
            "DATABASE_SECRET_ARN": secret_arn,
            "DATABASE_SSLMODE": ssl_mode,
        },
        rights=secret_arn.apply(lambda arn: [policies.use_secrets([arn])]),
        values={"host": host, "port": port.apply(str), "name": name},
        secrets={key: key_of(secret_arn, key) for key in ("username", "password")},
    )


def moment(restore: RestoreConfig) -> aws.rds.InstanceRestoreToPointInTimeArgs | None:
    if restore.at is None:
        return None
    return aws.rds.InstanceRestoreToPointInTimeArgs(source_dbi_resource_id=restore.source, restore_time=restore.at)
