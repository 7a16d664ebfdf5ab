"""What instances offer to tasks: sizes, memory that ECS can give away, network interfaces, and prices."""

import json
from dataclasses import dataclass
from functools import cache
from math import floor
from pathlib import Path
from typing import Literal

# The types that a stack may use; the file names its sources.
FACTS = Path(__file__).with_name("instance_types.json")
# What the kernel leaves of the memory for ECS to register: a t3a.small has about 1,900 of its 2,048 MiB. AWS's own
# example is 7,985 of 8,192: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html
USABLE_MEMORY = 0.92

# How many instances, of those that are wanted, run while all of them are replaced: each new one beside an old one.
REFRESH_HEALTHY_PERCENT = (100, 200)

# How tasks are reached: at a port of their instance; at a network interface of their own; the same, of which an
# instance has more, by ENI trunking.
Network = Literal["bridge", "awsvpc", "trunked"]


@dataclass(frozen=True, kw_only=True)
class Room:
    """CPU in ECS units (1,024 a vCPU), memory in MiB, and network interfaces for tasks: None where they need none."""

    cpu_units: int
    memory_mib: int
    interfaces: int | None = None

    def __sub__(self, other: "Room") -> "Room":
        left = None if self.interfaces is None else self.interfaces - (other.interfaces or 0)
        return Room(
            cpu_units=self.cpu_units - other.cpu_units, memory_mib=self.memory_mib - other.memory_mib, interfaces=left
        )

    def holds(self, other: "Room") -> bool:
        enough = self.cpu_units >= other.cpu_units and self.memory_mib >= other.memory_mib
        return enough and (self.interfaces is None or self.interfaces >= (other.interfaces or 0))

    def __str__(self) -> str:
        if self.interfaces is None:
            return f"{self.cpu_units:,} CPU units and {self.memory_mib:,} MiB"
        further = "1 network interface" if self.interfaces == 1 else f"{self.interfaces} network interfaces"
        return f"{self.cpu_units:,} CPU units, {self.memory_mib:,} MiB and {further}"


USUAL_TYPE = "t3a.small"


@dataclass(frozen=True)
class InstanceType:
    """`interfaces`: network interfaces, the host's own among them. `trunked_tasks`: that have an interface of their own
    with ENI trunking; None where that is not to be had. `usd_an_hour`: on demand in us-east-1."""

    vcpus: int
    memory_mib: int
    architecture: str
    interfaces: int
    trunked_tasks: int | None
    usd_an_hour: float

    def room(self, network: Network = "bridge") -> Room:
        """What one instance offers to tasks."""
        return Room(
            cpu_units=self.vcpus * 1024,
            memory_mib=floor(self.memory_mib * USABLE_MEMORY),
            interfaces=self.task_interfaces(network),
        )

    def task_interfaces(self, network: Network) -> int | None:
        """How many tasks can have an interface of their own; None where they share that of the instance.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html
        """
        if network == "bridge":
            return None
        return self.interfaces - 1 if network == "awsvpc" else self.trunked_tasks or 0

    @property
    def is_arm(self) -> bool:
        return self.architecture == "arm64"


@cache
def instance_types() -> dict[str, InstanceType]:
    return {name: InstanceType(*row) for name, row in json.loads(FACTS.read_text())["types"].items()}


# Of the on-demand price of a type: what its stand-ins on Spot may cost on demand at the most.
DEAREST_STAND_IN = 2


def spot_types(instance_type: str, network: Network = "bridge") -> list[str]:
    """The types that may stand in for one on Spot, itself first, then by price: AWS has more to give of several.

    Each has as much room, the same architecture, and CPU credits where the type has them, as the launch template says.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html
    """
    known = instance_types()
    wanted, credits = known[instance_type], has_cpu_credits(instance_type)
    fitting = [
        name
        for name, kind in known.items()
        if (kind.is_arm, has_cpu_credits(name)) == (wanted.is_arm, credits)
        and kind.room(network).holds(wanted.room(network))
        and kind.usd_an_hour <= DEAREST_STAND_IN * wanted.usd_an_hour
    ]
    return sorted(fitting, key=lambda name: (name != instance_type, known[name].usd_an_hour))


def has_cpu_credits(instance_type: str) -> bool:
    """Whether it may only use a part of its CPU for long: T2, T3, T3a and T4g."""
    return instance_type.startswith("t")
