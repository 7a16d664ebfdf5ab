"""Fargate's sizes of a task, and what an hour of one costs: a task is as large as the smallest that holds it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from infra.pure import prices
from infra.pure.capacity import Room

MIB = 1024
# By CPU units, the memory in MiB that a task may have with them.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
MEMORY_MIB: dict[int, Iterable[int]] = {
    256: (512, 1 * MIB, 2 * MIB),
    512: range(1 * MIB, 4 * MIB + 1, MIB),
    1024: range(2 * MIB, 8 * MIB + 1, MIB),
    2048: range(4 * MIB, 16 * MIB + 1, MIB),
    4096: range(8 * MIB, 30 * MIB + 1, MIB),
}


def sizes() -> Iterator[Room]:
    """The smaller CPU first, and with the same CPU the smaller memory."""
    for cpu_units, memories in MEMORY_MIB.items():
        yield from (Room(cpu_units=cpu_units, memory_mib=memory) for memory in memories)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """USD an hour of a vCPU, and of a GiB."""

    vcpu: float
    gib: float

    def hour(self, size: Room) -> float:
        return size.cpu_units / 1024 * self.vcpu + size.memory_mib / MIB * self.gib


def rate(*, arm: bool) -> Rate:
    if arm:
        return Rate(vcpu=prices.FARGATE_ARM_VCPU_HOUR, gib=prices.FARGATE_ARM_GIB_HOUR)
    return Rate(vcpu=prices.FARGATE_VCPU_HOUR, gib=prices.FARGATE_GIB_HOUR)


def size_of(task: Room) -> Room:
    """The cheapest size that holds a task; every task that a configuration may describe has one."""
    cost = rate(arm=False).hour
    return min((size for size in sizes() if size.holds(task)), key=cost)
