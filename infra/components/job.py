"""What runs on a schedule."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.job_records import JobRecords
from infra.components.role import removable_role
from infra.components.shared import RunsTasks
from infra.components.task import Task
from infra.config.services import JobConfig
from infra.pure import policies
from infra.pure.naming import JOB_GROUP
from infra.pure.tags import component_tag

# The most that Scheduler knows: how long it tries is limited by time.
START_ATTEMPTS = 185


@dataclass(frozen=True, kw_only=True)
class JobArgs:
    """`task`: of the service whose image, variables and rights it has. `definition_arn`: the version that serves."""

    settings: JobConfig
    cluster: RunsTasks
    task: Task
    definition_arn: pulumi.Input[str]
    records: JobRecords


class Job(pulumi.ComponentResource):
    """A schedule that starts a task with a command of its own. Its output is in the service's log.

    A run that cannot start is tried again for `startWithinMinutes`; then it is missed, and says so in the records.
    Scheduler does not look whether the run before has ended.

    A month: free up to 14 million runs, beyond the room that a run takes on the instances.
    """

    schedule: pulumi.Output[str]

    def __init__(self, name: str, args: JobArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Job", name, None, opts)
        child = ResourceOptions(parent=self)
        role = removable_role(
            f"{name}-schedule-role",
            description="Starts the job's tasks",
            trust=policies.trust("scheduler.amazonaws.com"),
            tags=component_tag(name),
            opts=child,
        )
        rights = pulumi.Output.all(
            definition=args.definition_arn,
            cluster=args.cluster.arn,
            roles=pulumi.Output.all(*args.task.role_arns),
            missed=args.records.missed_arn,
        ).apply(
            lambda known: policies.run_job(
                definitions=f"{known['definition'].rpartition(':')[0]}:*",
                cluster_arn=known["cluster"],
                role_arns=known["roles"],
                missed_arn=known["missed"],
            )
        )
        policy = aws.iam.RolePolicy(
            f"{name}-schedule-policy", role=role.name, policy=pulumi.Output.json_dumps(rights), opts=child
        )
        override = {"containerOverrides": [{"name": args.task.container, "command": list(args.settings.command)}]}
        schedule = aws.scheduler.Schedule(
            f"{name}-schedule",
            description=f"Runs {' '.join(args.settings.command)}"[:512],
            schedule_expression=args.settings.schedule,
            schedule_expression_timezone=args.settings.timezone,
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=aws.scheduler.ScheduleTargetArgs(
                arn=args.cluster.arn,
                role_arn=role.arn,
                input=pulumi.Output.json_dumps(override),
                ecs_parameters=aws.scheduler.ScheduleTargetEcsParametersArgs(
                    task_definition_arn=args.definition_arn,
                    task_count=1,
                    group=f"{JOB_GROUP}{name}",
                    launch_type=None if args.cluster.instances else "FARGATE",
                    capacity_provider_strategies=[
                        aws.scheduler.ScheduleTargetEcsParametersCapacityProviderStrategyArgs(
                            capacity_provider=args.cluster.instances.capacity_provider, weight=1
                        )
                    ]
                    if args.cluster.instances
                    else None,
                    network_configuration=args.task.interface.of_schedule if args.task.interface else None,
                    propagate_tags="TASK_DEFINITION",
                ),
                retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                    maximum_event_age_in_seconds=args.settings.trial_minutes * 60,
                    maximum_retry_attempts=START_ATTEMPTS,
                ),
                dead_letter_config=aws.scheduler.ScheduleTargetDeadLetterConfigArgs(arn=args.records.missed_arn),
            ),
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.schedule = schedule.name
        self.register_outputs({"schedule": self.schedule})
