"""Arithmetic of room on the instances: what a rolling deployment needs while old and new tasks run side by side."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

# One instance, and room for the surge: new tasks start beside the old ones, which serve until the new ones are healthy.
MINIMUM_HEALTHY_PERCENT = 100
MAXIMUM_PERCENT = 200
# vCPUs and MiB, https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
INSTANCE_SIZES: dict[str, tuple[int, int]] = {
    **{f"{family}.micro": (2, 1024) for family in ("t3", "t3a")},
    **{f"{family}.small": (2, 2048) for family in ("t3", "t3a")},
    **{f"{family}.medium": (2, 4096) for family in ("t3", "t3a")},
    **{f"{family}.large": (2, 8192) for family in ("t3", "t3a", "m6i", "m6a", "m7i", "m7a")},
    **{f"{family}.xlarge": (4, 16384) for family in ("t3", "t3a", "m6i", "m6a", "m7i", "m7a")},
}
# What the kernel and the ECS agent leave of the memory: a t3a.small registers about 1,900 of its 2,048 MiB.
USABLE_MEMORY = 0.92


@dataclass(frozen=True, kw_only=True)
class Room:
    """CPU in ECS units (1,024 a vCPU) and memory in MiB."""

    cpu_units: int
    memory_mib: int

    def __mul__(self, factor: float) -> "Room":
        return Room(cpu_units=floor(self.cpu_units * factor), memory_mib=floor(self.memory_mib * factor))

    def __add__(self, other: "Room") -> "Room":
        return Room(cpu_units=self.cpu_units + other.cpu_units, memory_mib=self.memory_mib + other.memory_mib)

    def holds(self, other: "Room") -> bool:
        return self.cpu_units >= other.cpu_units and self.memory_mib >= other.memory_mib


def instance_room(instance_type: str) -> Room | None:
    """What one instance offers to tasks; None for a type that is not in the table."""
    if instance_type not in INSTANCE_SIZES:
        return None
    cpus, memory = INSTANCE_SIZES[instance_type]
    return Room(cpu_units=cpus * 1024, memory_mib=floor(memory * USABLE_MEMORY))


def surge_room(tasks: Iterable[tuple[Room, int]], *, maximum_percent: int) -> Room:
    """What all services need at once while each runs `maximum_percent` of its `(room, desired count)`."""
    total = Room(cpu_units=0, memory_mib=0)
    for room, desired in tasks:
        total += room * (desired * maximum_percent // 100)
    return total


def is_arm(instance_type: str) -> bool:
    """Whether the type has a Graviton processor: `a1`, or a `g` after the generation, as in t4g, m7gd, im4gn."""
    return re.match(r"(a1|[a-z]+\d+g)", instance_type) is not None
