"""What tasks run on: instances, or Fargate."""

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field

from infra.config.section import Section
from infra.config.values import AmiId, InstanceType, Problem, PublicKey
from infra.pure.capacity import DEAREST_STAND_IN, USUAL_TYPE, Network, instance_types, spot_types
from infra.pure.image_tag import USUAL_PLATFORM


class SpotConfig(Section):
    on_demand_base_capacity: int = Field(
        1,
        ge=1,
        le=20,
        description="Lets all further instances be Spot (`spot: {}` is enough), of `instanceType` and of types with as"
        " much room, for about a third of the price. These first ones stay on demand, and must have room for all tasks"
        " while nothing is being deployed: AWS may take every other back, with two minutes' notice; tasks move then.",
    )


class ClusterConfig(Section):
    launch_type: Literal["EC2", "FARGATE"] = Field(
        "EC2",
        description="What tasks run on. `EC2`: instances of the stack. `FARGATE`: machines of AWS's, one for each task,"
        " which is paid for by its size: the smallest of Fargate's that holds `cpuUnits` and `memoryMib`. There are no"
        " instances then, and what stands here about them counts no more, but for the architecture of `instanceType`,"
        " which images and tasks keep. Each task has a network interface, with a public address where `network.egress`"
        " is `none`, and its service's security group. A change moves the tasks without a lost request; with the recipe"
        " `protected` set `released` for the time of it.",
    )
    instance_type: InstanceType = Field(
        USUAL_TYPE,
        description="EC2 type of the instances that run the tasks. For an ARM type, such as `t4g.small` (1.46 USD a"
        " month less than a t3a.small), images are built for linux/arm64, on an x86 machine with QEMU's help, and"
        " `amiId` must be of that architecture. A change is used by new instances. An account on"
        " AWS's free plan can start t3.micro, t3.small, c7i-flex.large and m7i-flex.large alone: write `t3.small`.",
    )
    cpu_credits: Literal["unlimited", "standard"] = Field(
        "unlimited",
        description="What a burstable instance (t2, t3, t3a, t4g) does that needs more CPU for long than its type's"
        " baseline, 20% of 2 vCPUs for a t3a.small. `unlimited`, AWS's own default: it gets it; where a day's average"
        " is above the baseline, a vCPU-hour above costs 0.05 USD; a t3a.small that is busy all month costs 58 USD"
        " more. `standard`: it is slowed down to the baseline, and never costs more. Other types ignore it.",
    )
    network: Network = Field(
        "bridge",
        description="How tasks are reached. `bridge`: at ports of their instance, which as many as fit share. `awsvpc`:"
        " each has a network interface and a service has a security group of its own; a t3a.small has interfaces for a"
        " single task, and such a task needs `network.egress`. `trunked`: the same with ENI trunking, which gives"
        " larger types, none of the T family, interfaces for more tasks. A change moves the tasks without a lost"
        " request; with the recipe `protected` set `released` for the time of it.",
    )
    ami_id: AmiId = Field(
        description="ECS-optimised Amazon Linux 2023 image of the region, pinned so that no unrelated `up` replaces"
        " hosts; `make upgrade-hosts` writes the newest one. To ask for it: `aws ssm get-parameter --name"
        " /aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id`, for ARM types"
        " `…/amazon-linux-2023/arm64/recommended/image_id`.",
        examples=["ami-0123456789abcdef0"],
    )
    min_instances: int = Field(1, ge=1, le=20, description="Instances that always run.")
    max_instances: int = Field(
        2, ge=1, le=20, description="Instances that ECS may start when tasks wait for room; each costs its full price."
    )
    spot: SpotConfig | None = Field(
        None,
        description="Default: all are on demand.",
    )
    volume_gib: int = Field(30, ge=30, le=1000, description="Size of each instance's encrypted gp3 volume, in GiB.")
    ssh_public_key: PublicKey | None = Field(
        None,
        description="OpenSSH public key for the instances. Default: no key pair. No port is open for it either way:"
        " log in through Session Manager.",
    )

    @property
    def platform(self) -> str:
        """What images are built for."""
        return "linux/arm64" if self.is_arm else USUAL_PLATFORM

    @property
    def is_arm(self) -> bool:
        return instance_types()[self.instance_type].is_arm

    @property
    def spot_types(self) -> list[str]:
        """What instances on Spot may be."""
        return spot_types(self.instance_type, self.network)

    @property
    def on_fargate(self) -> bool:
        return self.launch_type == "FARGATE"

    @property
    def own_interfaces(self) -> bool:
        """Whether each task has a network interface, and a service a security group."""
        return self.on_fargate or self.network != "bridge"

    def rules(self) -> Iterable[Iterator[Problem]]:
        return (self._counts(), self._spot())

    def _counts(self) -> Iterator[Problem]:
        if self.max_instances < self.min_instances:
            yield Problem(
                key="maxInstances",
                rule=f"must be at least minInstances ({self.min_instances}), got {self.max_instances}",
                remedy="raise maxInstances or lower minInstances",
            )

    def _spot(self) -> Iterator[Problem]:
        if self.spot is None:
            return
        base = self.spot.on_demand_base_capacity
        if base >= self.max_instances:
            yield Problem(
                key="spot.onDemandBaseCapacity",
                rule=f"must be below maxInstances ({self.max_instances}), or none is ever Spot, got {base}",
                remedy="raise maxInstances, or remove spot",
            )
        if self.spot_types == [self.instance_type]:
            yield Problem(
                key="spot",
                rule=f"must be left out for a {self.instance_type}: no other type has as much room for up to"
                f" {DEAREST_STAND_IN} times the price, and AWS takes back most where one type is asked for",
                remedy="take another instanceType, or remove spot",
            )
