"""Where ECS puts tasks, against cases that can be counted by hand, and against every possible placement."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.pure.capacity import InstanceType, Network, Room, instance_types, spot_types
from infra.pure.placement import Demand, Hosts, Plan, cheapest, fewest, plan

KIND = InstanceType(vcpus=1, memory_mib=1100, architecture="x86_64", interfaces=2, trunked_tasks=None, usd_an_hour=0.01)


def of(demands: dict[str, tuple[int, int]], *, minimum: int = 1, maximum: int = 1, zones: int = 1) -> Plan:
    """`demands`: count and MiB of each; an instance has 1,012 MiB and CPU for four tasks."""
    hosts = Hosts(kind=KIND, minimum=minimum, maximum=maximum, zones=zones)
    return plan(hosts, [demand(name, count, mib) for name, (count, mib) in demands.items()])


def demand(name: str, count: int, mib: int) -> Demand:
    return Demand(name=name, room=Room(cpu_units=256, memory_mib=mib), count=count)


def placed(uses: object) -> list[dict[str, int]]:
    return [dict(use.tasks) for use in uses]  # type: ignore[attr-defined]


def test_old_and_new_tasks_stand_side_by_side() -> None:
    found = of({"api": (1, 300), "page": (1, 100)})
    assert found.missing is None
    assert placed(found.steady) == [{"api": 1, "page": 1}]
    assert placed(found.peak) == [{"api": 2, "page": 2}]
    assert found.steady[0].left == Room(cpu_units=512, memory_mib=612)


def test_a_further_instance_comes_for_a_deployment_alone() -> None:
    found = of({"api": (1, 600)}, maximum=2)
    assert (placed(found.steady), placed(found.peak)) == ([{"api": 1}], [{"api": 1}, {"api": 1}])


@pytest.mark.parametrize(
    ("demands", "name", "when"),
    [
        ({"api": (2, 600)}, "api", "always"),
        ({"api": (1, 300), "page": (1, 300)}, "page", "deployment"),
        ({"api": (1, 500), "nightly": (0, 100)}, "nightly", "job"),
        ({"api": (5, 100)}, "api", "always"),  # CPU
    ],
)
def test_what_has_no_room_is_named_with_its_moment(demands: dict[str, tuple[int, int]], name: str, when: str) -> None:
    found = of(demands)
    assert found.missing and (found.missing.name, found.missing.when) == (name, when)


def test_room_that_is_in_pieces_is_no_room() -> None:
    """Two instances have 824 MiB left together, and none of them 500."""
    found = of({"api": (2, 600), "job": (0, 500)}, minimum=2, maximum=4)
    assert [use.left.memory_mib for use in found.steady] == [412, 412]
    assert found.missing and found.missing.when == "job"


def test_tasks_of_a_service_are_spread_over_zones_and_then_packed() -> None:
    found = of({"api": (2, 100), "page": (2, 100)}, minimum=3, maximum=3, zones=2)
    assert placed(found.steady) == [{"api": 1, "page": 1}, {"api": 1, "page": 1}, {}]


def test_the_default_fits_one_default_instance() -> None:
    default = [
        Demand(name="backend", room=Room(cpu_units=256, memory_mib=384), count=1),
        Demand(name="frontend", room=Room(cpu_units=128, memory_mib=192), count=1),
    ]
    types = instance_types()
    assert fewest(types["t3a.small"], default, zones=2, limit=4) == 1
    # Two smaller ones: 942 MiB each.
    assert fewest(types["t3a.micro"], default, zones=2, limit=4) == 2
    assert fewest(types["t3.nano"], default, zones=2, limit=1) is None
    assert [(one.name, one.count) for one in cheapest(default, zones=2, volume_gib=30)] == [
        ("t3a.small", 1),
        ("t3.small", 1),
    ]


SMALL = Room(cpu_units=128, memory_mib=128)
# Tasks with interfaces of their own that an instance holds, when nothing is being deployed.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/eni-trunking-supported-instance-types.html
TASKS_OF_AN_INSTANCE: list[tuple[str, Network, int]] = [
    ("t3a.micro", "awsvpc", 1),
    ("t3a.small", "awsvpc", 1),
    ("t3.small", "awsvpc", 2),
    ("t4g.small", "awsvpc", 2),
    ("t3a.medium", "awsvpc", 2),
    ("m5.large", "awsvpc", 2),
    ("m5.large", "trunked", 10),
    ("c6g.medium", "trunked", 4),
    ("t3.small", "trunked", 0),
]


@pytest.mark.parametrize(("name", "network", "most"), TASKS_OF_AN_INSTANCE)
def test_an_instance_holds_as_many_tasks_with_own_interfaces_as_aws_says(
    name: str, network: Network, most: int
) -> None:
    hosts = Hosts(kind=instance_types()[name], minimum=1, maximum=1, zones=1, network=network)
    tasks = [Demand(name=f"job-{number}", room=replace(SMALL, cpu_units=1), count=0) for number in range(most + 1)]
    found = plan(hosts, tasks)
    assert sum(count for use in found.peak for _, count in use.tasks) == most
    assert found.missing is not None
    assert plan(hosts, tasks[:most]).missing is None


def test_a_deployment_of_two_services_needs_four_interfaces() -> None:
    default = [Demand(name="api", room=SMALL, count=1), Demand(name="page", room=SMALL, count=1)]
    small = instance_types()["t3a.small"]
    assert plan(Hosts(kind=small, minimum=1, maximum=3, zones=2, network="awsvpc"), default).missing
    assert fewest(small, default, zones=2, limit=4, network="awsvpc") == 4
    assert fewest(instance_types()["t3.small"], default, zones=2, limit=4, network="awsvpc") == 2
    ways = cheapest(default, zones=2, volume_gib=30, networks=("awsvpc", "trunked"))
    assert [(one.name, one.network, one.count) for one in ways] == [
        ("t3.small", "awsvpc", 2),
        ("t2.small", "awsvpc", 2),
    ]


demands = st.lists(st.builds(demand, st.sampled_from("abc"), st.integers(0, 2), st.integers(50, 700)), max_size=3)


def can_be_placed(found: list[Demand], hosts: int) -> bool:
    """Whether any placement at all holds what runs at the peak."""
    tasks = [one.room for one in found for _ in range(2 * one.count or 1)]
    for chosen in product(range(hosts), repeat=len(tasks)):
        left = [KIND.room()] * hosts
        for host, task in zip(chosen, tasks, strict=True):
            left[host] -= task
        if all(room.cpu_units >= 0 and room.memory_mib >= 0 for room in left):
            return True
    return not tasks


@given(demands, st.integers(1, 2), st.integers(1, 2), st.sampled_from(("bridge", "awsvpc")))
def test_a_plan_never_promises_what_no_placement_can_hold(
    found: list[Demand], hosts: int, zones: int, network: Network
) -> None:
    total = sum(2 * one.count or 1 for one in found)
    made = plan(Hosts(kind=KIND, minimum=1, maximum=hosts, zones=zones, network=network), found)
    assert len(made.peak) <= hosts
    for use in (*made.steady, *made.peak):
        assert use.left.cpu_units >= 0 and use.left.memory_mib >= 0
        assert use.left.interfaces is None or use.left.interfaces >= 0
    if made.missing is None:
        assert sum(count for use in made.peak for _, count in use.tasks) == total
        assert network == "bridge" or total <= hosts  # an instance of this kind has one interface for tasks
        if total <= 8:
            assert can_be_placed(found, hosts)


@given(name=st.sampled_from(sorted(instance_types())), network=st.sampled_from(["bridge", "awsvpc", "trunked"]))
def test_what_stands_in_on_spot_has_the_room_and_architecture_and_is_not_too_dear(name: str, network: Network) -> None:
    kind, found = instance_types()[name], spot_types(name, network)
    assert found[0] == name and len(found) == len(set(found)) <= 40  # that many a group takes
    for other in map(instance_types().__getitem__, found):
        assert other.room(network).holds(kind.room(network)) and other.is_arm == kind.is_arm
        assert other.usd_an_hour <= 2 * kind.usd_an_hour
    assert len({one.startswith("t") for one in found}) == 1  # CPU credits
