"""A service on the cluster: the tasks that answer requests, and the guarantee that the new version runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions
from pulumi.dynamic import Resource

from infra.components.shared import RunsTasks
from infra.components.task import Task
from infra.pure.placement import MAXIMUM_PERCENT, MINIMUM_HEALTHY_PERCENT
from infra.pure.tags import component_tag
from infra.steps.deployment import DeploymentWait

# The time in which a new task may miss health checks: the image is pulled, the process starts and finds its database.
GRACE_SECONDS = 60
# On instances; Fargate spreads tasks over the zones by itself.
PLACEMENT = [
    aws.ecs.ServiceOrderedPlacementStrategyArgs(type="spread", field="attribute:ecs.availability-zone"),
    # Not spread by instance: that keeps a second instance busy for ever once it came for a while.
    aws.ecs.ServiceOrderedPlacementStrategyArgs(type="binpack", field="memory"),
]
# How long the tasks of a service that no load balancer asks must run before the deployment counts as a success.
SETTLE_SECONDS = 15


@dataclass(frozen=True, kw_only=True)
class ServiceArgs:
    """`definition_arn`: the task definition to run, for a service with migrations the one that they hand on.

    `target_group_arn`: None for a service that gets no requests. `alarms`: the names of those that take a deployment
    back. `shell`: whether one may be opened in a task. `scaled`: whether somebody else changes the number of tasks.
    """

    cluster: RunsTasks
    task: Task
    definition_arn: pulumi.Input[str]
    target_group_arn: pulumi.Input[str] | None
    alarms: Sequence[pulumi.Input[str]]
    shell: bool
    desired_count: int
    scaled: bool
    timeout_seconds: int
    region: str


class Deployment(Resource, module="infra", name="Deployment"):
    taskDefinition: pulumi.Output[str]  # noqa: N815 (the property's name in the state)


class Service(pulumi.ComponentResource):
    """An ECS service with rolling updates without downtime, and an automatic rollback when the new version fails.

    New tasks start beside the old ones (100 to 200 per cent), which serve until the new ones are healthy: one instance
    is enough. `up` ends well only when the wanted version runs; after a rollback it fails with the reason.
    Costs nothing a month beyond its instances.
    """

    name: pulumi.Output[str]
    deployment: Resource
    deployed_definition_arn: pulumi.Output[str]

    def __init__(self, name: str, args: ServiceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Service", name, None, opts)
        self._child = ResourceOptions(parent=self)

        service = self._service(name, args)
        self.name = service.name
        self.deployment = deployment = self._deployment(name, args)
        # Known only when the deployment has succeeded: what depends on the new version takes it.
        self.deployed_definition_arn = deployment.taskDefinition
        self.register_outputs({"name": self.name})

    def _service(self, name: str, args: ServiceArgs) -> aws.ecs.Service:
        return aws.ecs.Service(
            f"{name}-service",
            cluster=args.cluster.name,
            task_definition=args.definition_arn,
            desired_count=args.desired_count,
            launch_type=None if args.cluster.instances else "FARGATE",
            # On the service, not as the cluster's default: that one shows false drift on refresh.
            capacity_provider_strategies=[
                aws.ecs.ServiceCapacityProviderStrategyArgs(
                    capacity_provider=args.cluster.instances.capacity_provider, base=0, weight=1
                )
            ]
            if args.cluster.instances
            else None,
            ordered_placement_strategies=PLACEMENT if args.cluster.instances else None,
            deployment_circuit_breaker=aws.ecs.ServiceDeploymentCircuitBreakerArgs(enable=True, rollback=True),
            alarms=aws.ecs.ServiceAlarmsArgs(alarm_names=args.alarms, enable=True, rollback=True)
            if args.alarms
            else None,
            deployment_minimum_healthy_percent=MINIMUM_HEALTHY_PERCENT,
            deployment_maximum_percent=MAXIMUM_PERCENT,
            # Both only with a load balancer: ECS refuses the one and has no use for the other.
            network_configuration=args.task.interface.of_service if args.task.interface else None,
            health_check_grace_period_seconds=GRACE_SECONDS if args.target_group_arn is not None else None,
            load_balancers=self._load_balancers(args),
            enable_execute_command=args.shell,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",  # with the provider's default tags, which the service carries
            wait_for_steady_state=False,  # the deployment below waits, and says why when it fails
            tags=component_tag(name),
            opts=ResourceOptions(
                parent=self,
                # Beside the old one, which serves until requests go to the new: ECS cannot take an interface away from
                # a service, and stops old tasks as soon as new ones run, whatever group the load balancer looks at.
                replace_on_changes=["loadBalancers", "networkConfiguration", "launchType"],
                # What scaling has made of it is no difference.
                ignore_changes=["desiredCount"] if args.scaled else None,
            ),
        )

    def _load_balancers(self, args: ServiceArgs) -> list[aws.ecs.ServiceLoadBalancerArgs] | None:
        if args.target_group_arn is None or args.task.port is None:
            return None
        return [
            aws.ecs.ServiceLoadBalancerArgs(
                target_group_arn=args.target_group_arn,
                container_name=args.task.container,
                container_port=args.task.port,
            )
        ]

    def _deployment(self, name: str, args: ServiceArgs) -> Deployment:
        return Deployment(
            DeploymentWait(),
            f"{name}-deployment",
            {
                "region": args.region,
                "cluster": args.cluster.name,
                "service": self.name,
                "taskDefinition": args.definition_arn,
                "version": args.task.version,
                "desiredCount": None if args.scaled else args.desired_count,
                "container": args.task.container,
                "logGroup": args.task.log_group,
                "timeoutSeconds": args.timeout_seconds,
                "settleSeconds": SETTLE_SECONDS if args.target_group_arn is None else 0,
            },
            self._child,
        )
