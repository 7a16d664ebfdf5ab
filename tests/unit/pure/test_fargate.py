"""Fargate's sizes, against AWS's table and every task that a configuration may describe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.pure.capacity import Room
from infra.pure.fargate import rate, size_of, sizes


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ((128, 192), (256, 512)),
        ((256, 512), (256, 512)),
        ((256, 513), (256, 1024)),
        ((256, 1025), (256, 2048)),  # 1,536 is none
        ((256, 2049), (512, 3072)),
        ((257, 128), (512, 1024)),
        ((1024, 8193), (2048, 9216)),
        ((4096, 128), (4096, 8192)),
        ((4096, 16384), (4096, 16384)),
    ],
)
def test_a_task_gets_the_smallest_size_that_holds_it(asked: tuple[int, int], size: tuple[int, int]) -> None:
    assert size_of(Room(cpu_units=asked[0], memory_mib=asked[1])) == Room(cpu_units=size[0], memory_mib=size[1])


@given(cpu=st.integers(128, 4096), memory=st.integers(128, 16384))
def test_every_task_has_a_size_and_no_cheaper_one_holds_it(cpu: int, memory: int) -> None:
    task = Room(cpu_units=cpu, memory_mib=memory)
    found = size_of(task)
    assert found.holds(task)
    for arm in (False, True):
        hour = rate(arm=arm).hour
        assert not [size for size in sizes() if size.holds(task) and hour(size) < hour(found)]


def test_an_hour_costs_what_aws_lists() -> None:
    small = Room(cpu_units=256, memory_mib=512)
    assert rate(arm=False).hour(small) == pytest.approx(0.25 * 0.04048 + 0.5 * 0.004445)
    assert rate(arm=True).hour(small) == pytest.approx(0.25 * 0.03238 + 0.5 * 0.00356)
