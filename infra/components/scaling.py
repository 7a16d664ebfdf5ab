"""How many tasks a service has, by what they have to do."""

from collections.abc import Iterator
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

from infra.components.service import Service
from infra.components.shared import RunsTasks
from infra.config.services import ScalingConfig
from infra.pure.tags import component_tag

# A task that was just started needs time before its work shows in the metric, and one too many costs little.
OUT_COOLDOWN_SECONDS, IN_COOLDOWN_SECONDS = 60, 300


@dataclass(frozen=True, kw_only=True)
class ScalingArgs:
    """`least`: tasks that always run. `requests_of`: what CloudWatch calls the load balancer and the target group."""

    settings: ScalingConfig
    least: int
    cluster: RunsTasks
    service: Service
    requests_of: pulumi.Output[str] | None


class Scaling(pulumi.ComponentResource):
    """Application Auto Scaling keeps each metric near its target by the number of tasks; ECS starts instances for them.

    Of several metrics the one that asks for most tasks counts. A month: free, with alarms that AWS makes and keeps.
    """

    def __init__(self, name: str, args: ScalingArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("app:infra:Scaling", name, None, opts)
        child = ResourceOptions(parent=self)
        target = aws.appautoscaling.Target(
            f"{name}-target",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=pulumi.Output.concat("service/", args.cluster.name, "/", args.service.name),
            min_capacity=args.least,
            max_capacity=args.settings.max_count,
            tags=component_tag(name),
            opts=child,
        )
        for kind, metric, value, label in wanted(args):
            aws.appautoscaling.Policy(
                f"{name}-{kind}",
                policy_type="TargetTrackingScaling",
                service_namespace=target.service_namespace,
                scalable_dimension=target.scalable_dimension,
                resource_id=target.resource_id,
                target_tracking_scaling_policy_configuration=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgs(
                    target_value=value,
                    scale_out_cooldown=OUT_COOLDOWN_SECONDS,
                    scale_in_cooldown=IN_COOLDOWN_SECONDS,
                    predefined_metric_specification=aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgs(
                        predefined_metric_type=metric, resource_label=label
                    ),
                ),
                opts=child,
            )
        self.register_outputs({})


def wanted(args: ScalingArgs) -> Iterator[tuple[str, str, float, pulumi.Output[str] | None]]:
    settings = args.settings
    if settings.cpu_percent:
        yield "cpu", "ECSServiceAverageCPUUtilization", settings.cpu_percent, None
    if settings.memory_percent:
        yield "memory", "ECSServiceAverageMemoryUtilization", settings.memory_percent, None
    if settings.requests_per_minute:
        yield "requests", "ALBRequestCountPerTarget", settings.requests_per_minute, args.requests_of
