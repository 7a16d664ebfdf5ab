"""Names, addresses and arithmetic, by their properties."""

import re
from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from infra.pure.capacity import INSTANCE_SIZES, Room, instance_room, is_arm, surge_room
from infra.pure.cidrs import plan_subnets
from infra.pure.headers import content_security_policy
from infra.pure.naming import log_group_name, safe_name
from infra.pure.tags import Tags

rooms = st.builds(Room, cpu_units=st.integers(0, 10_000), memory_mib=st.integers(0, 10_000))


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4), st.integers(1, 64))
def test_a_safe_name_is_valid_within_its_limit_and_stable(parts: list[str], limit: int) -> None:
    try:
        name = safe_name(*parts, limit=limit)
    except ValueError:
        assume(False)
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)
    assert len(name) <= limit
    assert safe_name(name, limit=limit) == name


def test_a_name_is_never_cut_because_two_could_become_one() -> None:
    with pytest.raises(ValueError, match="at most 5 characters, got 6"):
        safe_name("abcdef", limit=5)


def test_a_log_group_is_what_a_person_types() -> None:
    assert log_group_name("fastapi-react-aws", "Dev", "backend") == "/fastapi-react-aws/dev/backend"


@given(st.integers(0, 255), st.integers(16, 24), st.integers(1, 4))
def test_subnets_lie_in_the_network_and_never_overlap(octet: int, prefix: int, zones: int) -> None:
    cidr = str(IPv4Network(f"10.{octet}.0.0/{prefix}"))
    plan = plan_subnets(cidr, zones)
    subnets = [IPv4Network(subnet) for subnet in plan.public + plan.private]
    assert len(subnets) == 2 * zones
    assert all(subnet.subnet_of(IPv4Network(cidr)) for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))
    # A load balancer asks for a /27: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/
    assert all(subnet.prefixlen <= 27 for subnet in subnets)


@given(st.integers(1, 3))
def test_one_more_zone_moves_no_subnet(zones: int) -> None:
    fewer, more = plan_subnets("10.0.0.0/16", zones), plan_subnets("10.0.0.0/16", zones + 1)
    assert more.public[:zones] == fewer.public
    assert more.private[:zones] == fewer.private


@given(rooms, rooms)
def test_room_holds_its_parts(one: Room, other: Room) -> None:
    assert (one + other).holds(one)
    assert (one * 2).holds(one)


@given(rooms, st.integers(1, 5))
def test_a_surge_is_twice_the_service(room: Room, desired: int) -> None:
    assert surge_room([(room, desired)], maximum_percent=200) == room * (2 * desired)


def test_the_default_instance_registers_the_memory_that_was_measured() -> None:
    room = instance_room("t3a.small")
    assert room is not None
    assert room.cpu_units == 2048
    assert 1850 <= room.memory_mib <= 1913


def test_the_sizes_are_those_of_aws() -> None:
    """https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html"""
    burstable = {"micro": (2, 1024), "small": (2, 2048), "medium": (2, 4096)}
    larger = {"large": (2, 8192), "xlarge": (4, 16384)}
    assert {
        **{f"{family}.{size}": room for family in ("t3", "t3a") for size, room in burstable.items()},
        **{
            f"{family}.{size}": room
            for family in ("t3", "t3a", "m6i", "m6a", "m7i", "m7a")
            for size, room in larger.items()
        },
    } == INSTANCE_SIZES


@pytest.mark.parametrize(
    "instance_type", ["a1.large", "t4g.small", "m7gd.large", "im4gn.large", "g5g.xlarge", "x2gd.large"]
)
def test_arm_types_are_known(instance_type: str) -> None:
    assert is_arm(instance_type)


@pytest.mark.parametrize(
    "instance_type", ["t3.small", "t3a.small", "m7i.large", "g4dn.xlarge", "g5.xlarge", "c7a.large"]
)
def test_x86_types_are_not_taken_for_arm(instance_type: str) -> None:
    assert not is_arm(instance_type)


def test_pages_load_scripts_from_the_site_alone() -> None:
    policy = content_security_policy(["https://bucket.s3.amazonaws.com"])
    directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert directives["script-src"] == "'self'"
    assert directives["default-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy
    assert directives["connect-src"] == "'self' https://bucket.s3.amazonaws.com"


def test_tags_name_project_stack_and_component() -> None:
    tags = Tags(project="p", stack="s")
    assert tags.of("network") == {"project": "p", "stack": "s", "component": "network"}
