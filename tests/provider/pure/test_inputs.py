"""`check`: what is filled in, and all that is refused of it, in words."""

from typing import Any

import pytest

from localcloud.provider.aws.sender import NO_PLACE
from localcloud.provider.definition.resource_type import AutoName, Call, ResourceType
from localcloud.provider.facts.mismatches import of_object
from localcloud.provider.facts.schema import Kind, Property
from localcloud.provider.lifecycle.check import problems_of, stripped, tag_problems
from localcloud.provider.lifecycle.inputs import Naming, all_tags, fill_in
from localcloud.provider.values import DEFAULTS, UNKNOWN, Props
from tests.provider.pure.scripted import ScriptedCloud, handler

SEED = Naming("Name", b"seed")
DIGITS = "19b2585"  # of the SHA-256 of the seed


def filled(given: Props, old: Props | None = None, derived: Props | None = None, **more: Any) -> Any:
    create = Call(operation="create")
    kind = ResourceType(token="t", service="s", create=create, reads=[], delete=None, id="", **more)
    return fill_in(kind, given, derived or {}, old or {}, SEED)


def test_defaults_are_added_where_the_program_says_nothing_and_are_noted() -> None:
    inputs, problems = filled({"a": 1}, derived={"a": 9, "b": 2}, defaults={"a": 8, "c": 3, "d.e": 4})
    assert inputs == {"a": 1, "b": 2, "c": 3, DEFAULTS: ["b", "c"]} and problems == []


def test_a_name_is_made_from_the_logical_one_and_the_seed() -> None:
    assert filled({}, auto_name=AutoName())[0] == {"name": f"Name-{DIGITS}", DEFAULTS: ["name"]}
    assert filled({}, auto_name=AutoName(name="key", lower=True))[0]["key"] == f"name-{DIGITS}"
    assert filled({"name": "mine"}, auto_name=AutoName())[0] == {"name": "mine", DEFAULTS: []}


def test_without_a_seed_two_names_differ() -> None:
    naming = Naming("name", b"")
    assert len({naming.name(AutoName()) for _ in range(9)}) == 9
    assert len(naming.name(AutoName())) == len("name-1234567")


def test_a_made_name_stays_and_one_of_the_programs_own_does_not() -> None:
    assert filled({}, {"name": "old", DEFAULTS: ["name"]}, auto_name=AutoName())[0]["name"] == "old"
    for old in ({"name": "mine"}, {"name": "mine", DEFAULTS: ["size"]}):
        assert filled({}, old, auto_name=AutoName())[0]["name"] == f"Name-{DIGITS}"


def test_a_made_name_that_is_too_long_is_refused() -> None:
    long = f"Name-{DIGITS}"
    assert filled({}, auto_name=AutoName(limit=len(long)))[1] == []
    assert filled({}, auto_name=AutoName(limit=len(long) - 1))[1] == [
        ("name", f"at most 11 characters, got {long!r}; give a shorter name")
    ]


def test_own_tags_come_before_default_ones_and_unknown_ones_make_all_unknown() -> None:
    assert all_tags({"a": "1", "b": "2"}, {"b": "3"}) == {"a": "1", "b": "3"}
    assert all_tags({"a": "1"}, None) == {"a": "1"}
    assert all_tags({"a": "1"}, {"b": UNKNOWN}) is UNKNOWN


# Against the schema.

PART = Kind("object", properties={"size": Property(Kind("integer"), required=True)})
PROPERTIES = {
    "name": Property(Kind("string")), "on": Property(Kind("boolean")), "ratio": Property(Kind("number")),
    "part": Property(PART), "parts": Property(Kind("list", element=PART)), "code": Property(Kind("archive")),
    "map": Property(Kind("map", element=Kind("integer"))), "any": Property(Kind("any")),
    "hidden": Property(Kind("integer"), secret=True), "secrets": Property(Kind("set", element=PART), secret=True),
    "must": Property(Kind("string"), required=True), "set": Property(Kind("set", element=PART)),
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "path", "reason"),
    [
        ({"nam": 1}, "nam", "is no property here; did you mean name?"),
        ({"zzz": 1}, "zzz", "is no property here; remove it"),
        ({"must": None}, "must", "is required, got nothing; give it a value"),
        ({"name": []}, "name", "must be a text, got []"),
        ({"on": "true"}, "on", "must be true or false, got 'true'"),
        ({"on": 1}, "on", "must be true or false, got 1"),
        ({"ratio": True}, "ratio", "must be a number, got True"),
        ({"part": {"size": True}}, "part.size", "must be a whole number, got True"),
        ({"part": {"size": 1.5}}, "part.size", "must be a whole number, got 1.5"),
        ({"part": {}}, "part.size", "is required, got nothing; give it a value"),
        ({"part": []}, "part", "must be an object, got []"),
        ({"parts": [{"size": 1}, {"size": "x"}]}, "parts.size", "must be a whole number, got 'x'"),
        ({"parts": {"size": 1}}, "parts", "must be a list, got {'size': 1}"),
        ({"set": 5}, "set", "must be a list, got 5"),
        ({"map": {"a": 1, "b": "x"}}, "map.b", "must be a whole number, got 'x'"),
        ({"map": [1]}, "map", "must be a map, got [1]"),
        ({"code": "text"}, "code", "must be an archive, got 'text'"),
        ({"hidden": "hunter2"}, "hidden", "must be a whole number, got a secret"),
        ({"secrets": ["hunter2"]}, "secrets", "must be an object, got a secret"),
    ],
)
def test_what_does_not_fit_the_schema_is_told_with_its_path(given: Props, path: str, reason: str) -> None:
    assert list(of_object({"must": "x", **given}, Kind("object", properties=PROPERTIES), "")) == [(path, reason)]


def test_what_fits_the_schema_is_taken() -> None:
    given = {
        "must": 1, "name": True, "on": False, "ratio": 2, "part": UNKNOWN, "parts": [], "any": object(), "hidden": None,
        "map": {"a": UNKNOWN},
    }  # fmt: skip
    assert list(of_object(given, Kind("object", properties=PROPERTIES), "")) == []


# All together.

VPC = "aws:ec2/vpc:Vpc"


def problems(given: Props, token: str = VPC, old: Props | None = None, **cloud: Any) -> dict[str, str]:
    one = handler(token, ScriptedCloud(**cloud))
    inputs, found = one.check(given, old or {}, SEED)
    assert found == problems_of(one, inputs, old or {}) and len(set(found)) == len(found)
    return dict(found)


def test_a_right_resource_has_no_problems_and_gets_all_tags() -> None:
    one = handler(VPC, ScriptedCloud(default_tags={"project": "x"}))
    inputs, found = one.check({"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}}, {}, SEED)
    assert found == [] and inputs["tagsAll"] == {"project": "x", "a": "b"} and inputs["instanceTenancy"] == "default"


def test_a_wrong_type_stops_the_rules_but_not_the_tags() -> None:
    found = problems({"cidrBlock": [], "tags": {"aws:x": "y"}})
    assert found == {"cidrBlock": "must be a text, got []", "tags": "keys must not begin with aws:, got 'aws:x'"}


def test_what_the_laptop_does_not_support_says_where_to_add_it() -> None:
    found = problems({"cidrBlock": "10.0.0.0/16", "enableNetworkAddressUsageMetrics": True})
    assert found == {
        "enableNetworkAddressUsageMetrics": "is not supported on the laptop yet, got True; leave it out, or add it in"
        " localcloud/provider/types/ec2.py"
    }
    token = "aws:lb/targetGroup:TargetGroup"
    text = problems({"port": 1, "protocol": "HTTP", "vpcId": UNKNOWN, "targetFailovers": []}, token)["targetFailovers"]
    assert text.endswith("localcloud/provider/types/lb.py")


def test_only_the_providers_region_is_taken() -> None:
    wanted = "must be the provider's region us-east-1 on the laptop, got 'eu-west-1'"
    assert problems({"cidrBlock": "10.0.0.0/16", "region": "eu-west-1"}) == {"region": wanted}
    assert problems({"cidrBlock": "10.0.0.0/16", "region": "us-east-1"}) == {}
    assert problems({"cidrBlock": "10.0.0.0/16", "region": UNKNOWN}) == {}


def test_the_rules_and_the_services_model_are_both_asked() -> None:
    found = problems({"cidrBlock": "banana", "instanceTenancy": "shared"})
    assert "must be an IPv4 range" in found["cidrBlock"] and "instanceTenancy" in found


def test_what_only_an_update_sends_is_judged_too() -> None:
    token = "aws:secretsmanager/secret:Secret"
    assert "at most 2048 characters" in problems({"name": "x", "description": "d" * 2049}, token)["description"]


def test_a_nested_part_without_a_place_is_told_at_its_path_and_once() -> None:
    token = "aws:ec2/launchTemplate:LaunchTemplate"
    found = problems({"name": "template", "metadataOptions": {"httpTokens": "maybe"}}, token)
    assert [*found] == ["metadataOptions.httpTokens"] and NO_PLACE not in found.values()


def test_what_is_unknown_is_left_out_before_it_is_judged() -> None:
    values = {"a": UNKNOWN, "b": [1, {"c": UNKNOWN, "d": 2}], "e": [1, UNKNOWN]}
    assert stripped(values) == {"b": [1, {"d": 2}], "e": None}


@pytest.mark.parametrize(
    ("tags", "count"),
    [
        ({"k" * 128: "v" * 256}, 0), ({"k" * 129: "v"}, 1), ({"k": "v" * 257}, 1), ({"": "v"}, 1), ({"AWS:x": "v"}, 1),
        ({str(number): "v" for number in range(50)}, 0), ({str(number): "v" for number in range(51)}, 1),
        (UNKNOWN, 0), (None, 0), ({"k": 5}, 0),
    ],
)  # fmt: skip
def test_tags_keep_to_their_limits(tags: Any, count: int) -> None:
    found = list(tag_problems(tags))
    assert len(found) == count and all(path == "tags" for path, _ in found)
    limits = "keys have 1 to 128 characters and values at most 256"
    assert [reason for _, reason in tag_problems({"k": "v" * 257})] == [f"{limits}, got 'k'"]
