"""The database's migrations of a version, run before its service moves."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Alias, ResourceOptions
from pulumi.dynamic import Resource

from infra.components.one_off import run_of
from infra.components.shared import RunsTasks
from infra.components.task import Task
from infra.pure.tags import Tags
from infra.steps.migration_run import MigrationRun

# The name that it had before services were described. Delete it when no stack is older than November 2026.
FORMER = {"backend-migration": "migration"}


@dataclass(frozen=True, kw_only=True)
class MigrationArgs:
    """`command` replaces the container's own. `version` names the run."""

    cluster: RunsTasks
    task: Task
    command: Sequence[str]
    version: str
    timeout_seconds: int
    region: str
    tags: Tags


class CompletedRun(Resource, module="infra", name="MigrationRun"):
    taskDefinition: pulumi.Output[str]  # noqa: N815 (the property's name in the state)


class Migration(pulumi.ComponentResource):
    """A task that has run successfully once for each version.

    Its failure stops the deployment with the task's last log lines, and the old version keeps serving.
    Costs nothing a month.
    """

    migrated_definition_arn: pulumi.Output[str]

    def __init__(self, name: str, args: MigrationArgs, opts: ResourceOptions | None = None) -> None:
        former = ResourceOptions(aliases=[Alias(name=FORMER[name])] if name in FORMER else None)
        super().__init__("app:infra:Migration", name, None, ResourceOptions.merge(opts, former))
        run = CompletedRun(
            MigrationRun(),
            f"{name}-run",
            {
                **run_of(
                    args.task, args.cluster, name=name, region=args.region, tags=args.tags,
                    timeout_seconds=args.timeout_seconds,
                ),
                "command": list(args.command),
                "version": args.version,
            },
            ResourceOptions(parent=self),
        )  # fmt: skip
        # The same ARN as the task's, known only when its migrations have run: a service that takes it moves after them.
        self.migrated_definition_arn = run.taskDefinition
        self.register_outputs({})
