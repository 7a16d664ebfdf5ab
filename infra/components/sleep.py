"""When a stack sleeps."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.components.cluster import Cluster
from infra.components.database import Database
from infra.components.role import removable_role
from infra.components.service import Service
from infra.config.services import ServiceConfig
from infra.config.sleep import SleepConfig
from infra.pure import policies
from infra.pure.tags import component_tag

# Scheduler itself makes a call of AWS's API.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
CALL = "arn:aws:scheduler:::aws-sdk:"
# A call that was refused, by a database that is being backed up for example, is tried again for so long. No longer: who
# wakes a stack up just after it fell asleep is not to lose it again.
TRIAL_SECONDS = 600
TRIALS = 10


@dataclass(frozen=True, kw_only=True)
class Act:
    """One call: `api` is a service and an operation, as Scheduler writes them."""

    name: str
    cron: str
    api: str
    given: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class SleepArgs:
    settings: SleepConfig
    cluster: Cluster
    least_instances: int
    services: Mapping[str, tuple[Service, ServiceConfig]]
    database: Database | None


class Sleep(pulumi.ComponentResource):
    """Schedules that end all tasks and instances and stop the database, and start all of it again.

    `up` sees no difference: it is refused while the stack sleeps (`infra/stack/sleep.py`), and awake all of it is as
    the configuration says. `falling_asleep` and `waking` are the names of the schedules, in the order in which a
    person's command makes their calls. A month: free.
    """

    falling_asleep: list[Output[str]]
    waking: list[Output[str]]

    def __init__(self, name: str, args: SleepArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Sleep", name, None, opts)
        child = ResourceOptions(parent=self)
        role = removable_role(
            f"{name}-role",
            description="Puts the stack to sleep and wakes it up",
            trust=policies.trust("scheduler.amazonaws.com"),
            tags=component_tag(name),
            opts=child,
        )
        groups = [args.cluster.instances.group_arn] if args.cluster.instances else []
        arns = [args.database.arn] if args.database else []
        rights = Output.all(cluster=args.cluster.arn, groups=Output.all(*groups), databases=Output.all(*arns)).apply(
            lambda known: policies.sleep(
                cluster_arn=known["cluster"], group_arns=known["groups"], database_arns=known["databases"]
            )
        )
        policy = aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy=Output.json_dumps(rights), opts=child)

        def schedule(act: Act, verb: str) -> Output[str]:
            after = ResourceOptions(parent=self, depends_on=[policy])
            return scheduled(f"{name}-{verb}-{act.name}", act, args.settings.timezone, role, after)

        self.falling_asleep = [schedule(act, "stop") for act in falling_asleep(args)]
        self.waking = [schedule(act, "start") for act in waking(args)]
        self.register_outputs({})


def scheduled(name: str, act: Act, timezone: str, role: aws.iam.Role, opts: ResourceOptions) -> Output[str]:
    made = aws.scheduler.Schedule(
        name,
        description=f"Calls {act.api}",
        schedule_expression=act.cron,
        schedule_expression_timezone=timezone,
        flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
        target=aws.scheduler.ScheduleTargetArgs(
            arn=f"{CALL}{act.api}",
            role_arn=role.arn,
            input=Output.from_input(dict(act.given)).apply(lambda given: json.dumps(given, sort_keys=True)),
            retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
                maximum_event_age_in_seconds=TRIAL_SECONDS, maximum_retry_attempts=TRIALS
            ),
        ),
        opts=opts,
    )
    return made.name


def falling_asleep(args: SleepArgs) -> Iterator[Act]:
    cron = args.settings.falls_asleep
    for name in args.services:
        yield from tasks(args, name, cron, asleep=True)
    # Without the wanted number, ECS's managed scaling would take a quarter of an hour to end them.
    yield from instances(args, cron, {"MinSize": 0, "DesiredCapacity": 0})
    if args.database:
        yield data(args.database, cron, "rds:stopDBInstance")


def waking(args: SleepArgs) -> Iterator[Act]:
    cron = args.settings.wakes
    if args.database:
        yield data(args.database, args.settings.database_wakes, "rds:startDBInstance")
    yield from instances(args, cron, {"MinSize": args.least_instances})
    for name in args.services:
        yield from tasks(args, name, cron, asleep=False)


def data(database: Database, cron: str, api: str) -> Act:
    return Act(name="database", cron=cron, api=api, given={"DbInstanceIdentifier": database.identifier})


def instances(args: SleepArgs, cron: str, sizes: Mapping[str, int]) -> Iterator[Act]:
    if args.cluster.instances:
        given = {"AutoScalingGroupName": args.cluster.instances.group_name, **sizes}
        yield Act(name="instances", cron=cron, api="autoscaling:updateAutoScalingGroup", given=given)


def tasks(args: SleepArgs, name: str, cron: str, *, asleep: bool) -> Iterator[Act]:
    """Where their number follows their work, first the bounds of it."""
    service, settings = args.services[name]
    count = 0 if asleep else settings.desired_count
    if settings.scaling:
        given = {
            "ServiceNamespace": "ecs",
            "ResourceId": Output.concat("service/", args.cluster.name, "/", service.name),
            "ScalableDimension": "ecs:service:DesiredCount",
            "MinCapacity": count,
            "MaxCapacity": 0 if asleep else settings.scaling.max_count,
        }
        api = "applicationautoscaling:registerScalableTarget"
        yield Act(name=f"{name}-scaling", cron=cron, api=api, given=given)
    given = {"Cluster": args.cluster.name, "Service": service.name, "DesiredCount": count}
    yield Act(name=name, cron=cron, api="ecs:updateService", given=given)
