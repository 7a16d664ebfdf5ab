"""Arithmetic of room on the instances: what a rolling deployment needs while old and new tasks run side by side."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import floor
from pathlib import Path

# One instance, and room for the surge: new tasks start beside the old ones, which serve until the new ones are healthy.
MINIMUM_HEALTHY_PERCENT = 100
MAXIMUM_PERCENT = 200
# The types that a stack may use, with their vCPUs, MiB and architecture; the file names its source.
FACTS = Path(__file__).with_name("instance_types.json")
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


@cache
def instance_types() -> dict[str, tuple[int, int, str]]:
    found: dict[str, tuple[int, int, str]] = {
        name: (vcpus, mib, architecture)
        for name, (vcpus, mib, architecture) in json.loads(FACTS.read_text())["types"].items()
    }
    return found


def instance_room(instance_type: str) -> Room:
    """What one instance offers to tasks."""
    vcpus, mib, _ = instance_types()[instance_type]
    return Room(cpu_units=vcpus * 1024, memory_mib=floor(mib * USABLE_MEMORY))


def is_arm(instance_type: str) -> bool:
    return instance_types()[instance_type][2] == "arm64"


def has_cpu_credits(instance_type: str) -> bool:
    """Whether it may only use a part of its CPU for long: T2, T3, T3a and T4g."""
    return instance_type.startswith("t")


def surge_room(tasks: Iterable[tuple[Room, int]], *, maximum_percent: int) -> Room:
    """What all services need at once while each runs `maximum_percent` of its `(room, desired count)`."""
    total = Room(cpu_units=0, memory_mib=0)
    for room, desired in tasks:
        total += room * (desired * maximum_percent // 100)
    return total
