"""Names, addresses and arithmetic, by their properties."""

import re
from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from infra.pure.capacity import Room, has_cpu_credits, instance_types
from infra.pure.cidrs import plan_subnets, slot
from infra.pure.headers import content_security_policy
from infra.pure.naming import log_group_name, unique_name
from infra.pure.tags import Tags

rooms = st.builds(Room, cpu_units=st.integers(0, 10_000), memory_mib=st.integers(0, 10_000))


# What Pulumi takes as the name of a project or of a stack.
names = st.from_regex(r"[A-Za-z0-9_.-]{1,100}", fullmatch=True)


@given(names, names, st.sampled_from(["", "backend"]), st.sampled_from([64, 255]))
def test_every_project_and_stack_has_a_name_that_aws_takes(project: str, stack: str, part: str, limit: int) -> None:
    name = unique_name(*filter(None, (project, stack, part)), limit=limit)
    assert re.fullmatch(r"[A-Za-z0-9-]+", name)
    assert len(name) <= limit


@given(names, names, names)
def test_two_stacks_of_a_project_never_share_a_name(project: str, one: str, other: str) -> None:
    assume(one != other)
    assert unique_name(project, one, limit=64) != unique_name(project, other, limit=64)
    assert log_group_name(project, one, "backend") != log_group_name(project, other, "backend")


@pytest.mark.parametrize(("one", "other"), [("Dev", "dev"), ("a.b", "a-b"), ("a_b", "a-b"), ("a" * 99, "a" * 100)])
def test_names_that_differ_in_what_aws_does_not_take_stay_different(one: str, other: str) -> None:
    assert unique_name("shop", one, limit=64) != unique_name("shop", other, limit=64)


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert unique_name("fastapi-react-aws", "dev", limit=64) == "fastapi-react-aws-dev"
    assert log_group_name("fastapi-react-aws", "Dev", "backend") == "/fastapi-react-aws/Dev/backend"


ZONES = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique_by=slot).map(
    lambda letters: [f"us-east-1{letter}" for letter in letters]
)


@given(st.integers(0, 255), st.integers(16, 24), ZONES)
def test_subnets_lie_in_the_network_and_never_overlap(octet: int, prefix: int, zones: list[str]) -> None:
    cidr = str(IPv4Network(f"10.{octet}.0.0/{prefix}"))
    plan = plan_subnets(cidr, zones)
    subnets = [IPv4Network(subnet) for subnet in plan.public + plan.private]
    assert len(subnets) == 2 * len(zones)
    assert all(subnet.subnet_of(IPv4Network(cidr)) for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))
    # A load balancer asks for a /27: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/
    assert all(subnet.prefixlen <= 27 for subnet in subnets)


@given(ZONES, ZONES)
def test_a_zone_keeps_its_addresses_whatever_zones_stand_beside_it(some: list[str], others: list[str]) -> None:
    one, other = plan_subnets("10.0.0.0/16", some), plan_subnets("10.0.0.0/16", others)
    for zone in {*some} & {*others}:
        mine, same = some.index(zone), others.index(zone)
        assert (one.public[mine], one.private[mine]) == (other.public[same], other.private[same])


def test_zones_that_would_share_addresses_are_refused() -> None:
    with pytest.raises(ValueError, match="four apart, got us-east-1a, us-east-1e"):
        plan_subnets("10.0.0.0/16", ["us-east-1a", "us-east-1e"])


@given(rooms, rooms)
def test_room_holds_what_leaves_nothing_below_zero(one: Room, other: Room) -> None:
    left = one - other
    assert one.holds(other) == (left.cpu_units >= 0 and left.memory_mib >= 0)


def test_the_default_instance_registers_the_memory_that_was_measured() -> None:
    room = instance_types()["t3a.small"].room()
    assert room.cpu_units == 2048
    assert 1850 <= room.memory_mib <= 1913


# https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
SIZES = {"t2.micro": (1, 1024), "t3a.small": (2, 2048), "t3.medium": (2, 4096), "m7i.large": (2, 8192),
         "m6a.xlarge": (4, 16384), "c7i-flex.large": (2, 4096), "r7i.large": (2, 16384)}  # fmt: skip


@pytest.mark.parametrize("instance_type", SIZES)
def test_sizes_are_those_of_aws(instance_type: str) -> None:
    kind = instance_types()[instance_type]
    assert (kind.vcpus, kind.memory_mib) == SIZES[instance_type]


def test_a_g_after_the_generation_is_a_graviton_processor() -> None:
    assert len(instance_types()) > 100
    for name, kind in instance_types().items():
        assert kind.is_arm == bool(re.match(r"[a-z]+\d+g", name)), name


def test_interfaces_trunking_and_prices_are_those_of_aws() -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/eni-trunking-supported-instance-types.html"""
    types = instance_types()
    assert {name: types[name].interfaces for name in ("t3a.small", "t3.small", "t3a.medium")} == {
        "t3a.small": 2,
        "t3.small": 3,
        "t3a.medium": 3,
    }
    assert (types["t3a.small"].trunked_tasks, types["m5.large"].trunked_tasks) == (None, 10)
    assert types["t3a.small"].usd_an_hour == 0.0188


def test_only_t_types_have_cpu_credits() -> None:
    assert {name[0] for name in instance_types() if has_cpu_credits(name)} == {"t"}
    assert not has_cpu_credits("m7i.large")


def directives_of(policy: str) -> dict[str, str]:
    return dict(directive.split(" ", 1) for directive in policy.split("; "))


def test_pages_load_scripts_from_the_site_alone() -> None:
    policy = content_security_policy(["https://bucket.s3.amazonaws.com"], {})
    directives = directives_of(policy)
    assert directives["script-src"] == "'self'"
    assert directives["default-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy
    assert directives["connect-src"] == "'self' https://bucket.s3.amazonaws.com"
    assert directives["img-src"] == "'self' data: blob: https://bucket.s3.amazonaws.com"


def test_what_a_page_may_load_beside_is_added_to_its_kind_alone() -> None:
    strict = directives_of(content_security_policy([], {}))
    allowed = {"script": ["https://js.stripe.com"], "frame": ("https://js.stripe.com",), "font": ()}
    changed = directives_of(content_security_policy([], allowed))
    assert {name: value for name, value in changed.items() if strict[name] != value} == {
        "script-src": "'self' https://js.stripe.com",
        "frame-src": "'self' https://js.stripe.com",
    }


def test_tags_name_project_stack_and_component() -> None:
    tags = Tags(project="p", stack="s")
    assert tags.of("network") == {"project": "p", "stack": "s", "component": "network"}
