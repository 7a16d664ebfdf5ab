"""Properties to an operation's input, along botocore's own shapes; and what a service would refuse of them."""

from typing import Any

import pytest
from botocore.model import ShapeResolver

from localcloud.provider.aws.members import match
from localcloud.provider.aws.sender import NO_PLACE, Sender, fitted, options
from localcloud.provider.values import UNKNOWN

TEXT = {"shape": "Text"}
SHAPES: Any = {
    "Input": {
        "type": "structure",
        "members": {
            "Name": TEXT, "Names": {"shape": "Names"}, "Size": {"shape": "Size"}, "Big": {"shape": "Big"},
            "Share": {"shape": "Share"}, "Ratio": {"shape": "Ratio"}, "On": {"shape": "On"}, "Body": {"shape": "Body"},
            "Tags": {"shape": "Tags"}, "LowTags": {"shape": "LowTags"}, "Labels": {"shape": "Labels"},
            "Color": {"shape": "Color"}, "Config": {"shape": "Config"}, "Counted": {"shape": "Counted"},
            "Rows": {"shape": "Rows"}, "Policies": {"shape": "Names"}, "When": {"shape": "When"},
            "ManyColors": {"shape": "ManyColors"}, "Specs": {"shape": "Specs"},
            "Switch": {"shape": "Switch"},
        },
    },
    "Text": {"type": "string", "min": 2, "max": 5},
    "Word": {"type": "string"},
    "Names": {"type": "list", "member": {"shape": "Word"}, "min": 1, "max": 2},
    "Size": {"type": "integer", "min": 1, "max": 9},
    "Big": {"type": "long", "max": 99},
    "Share": {"type": "double", "min": 0, "max": 1},
    "Ratio": {"type": "float", "min": 0},
    "On": {"type": "boolean"},
    "Body": {"type": "blob"},
    "When": {"type": "timestamp"},
    "Color": {"type": "string", "enum": ["red", "green"]},
    "Switch": {"type": "string", "enum": ["ENABLED", "DISABLED"]},
    "ManyColors": {"type": "string", "enum": [f"c{number}" for number in range(13)]},
    "Tag": {"type": "structure", "members": {"Key": {"shape": "Word"}, "Value": {"shape": "Word"}}},
    "Tags": {"type": "list", "member": {"shape": "Tag"}},
    "LowTag": {"type": "structure", "members": {"TagKey": {"shape": "Word"}, "TagValue": {"shape": "Word"}}},
    "LowTags": {"type": "list", "member": {"shape": "LowTag"}},
    "Labels": {"type": "map", "key": {"shape": "Word"}, "value": {"shape": "Size"}},
    "Config": {"type": "structure", "members": {"Inner": {"shape": "Inner"}, "Color": {"shape": "Color"}}},
    "Inner": {"type": "structure", "members": {"Size": {"shape": "Size"}, "Word": {"shape": "Word"}}},
    "Counted": {"type": "structure", "members": {"Quantity": {"shape": "Big"}, "Items": {"shape": "Names"},
                                                 "On": {"shape": "On"}}},
    "Rows": {"type": "list", "member": {"shape": "Inner"}},
    "Spec": {"type": "structure", "members": {"Kind": {"shape": "Word"}, "Tags": {"shape": "Tags"}}},
    "Specs": {"type": "list", "member": {"shape": "Spec"}},
}  # fmt: skip
INPUT: Any = ShapeResolver(SHAPES).get_shape_by_name("Input")


def sent(values: dict[str, Any], names: dict[str, str] | None = None, documents: tuple[str, ...] = ()) -> Any:
    """The input; the test fails where something is refused."""
    sender = Sender(names or {}, frozenset(documents))
    result = sender.structure(values, INPUT)
    assert sender.problems == []
    return result


def refusals(values: dict[str, Any]) -> list[tuple[str, str]]:
    sender = Sender()
    sender.structure(values, INPUT)
    return sender.problems


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("name", "Name"), ("subnets", "Subnet"), ("subnet", "Subnet"), ("policies", "Policy"), ("size", "Sizes"),
        ("boxes", "Box"), ("none", None),
    ],
)  # fmt: skip
def test_a_member_is_found_in_any_case_and_number(wanted: str, found: str | None) -> None:
    assert match(["Name", "Subnet", "Policy", "Sizes", "Box"], wanted) == found


def test_the_exact_word_comes_before_its_plural() -> None:
    assert match(["Names", "Name"], "name") == "Name" and match(["Name", "Names"], "names") == "Names"


def test_values_take_the_form_of_their_member() -> None:
    assert sent({
        "name": True, "size": "7", "big": 2.0, "share": 1, "ratio": "0.5", "on": "True", "body": "text", "when": "x",
        "labels": {"a": "3"}, "config": {"inner": {"size": 1}}, "absent": None,
    }) == {
        "Name": "true", "Size": 7, "Big": 2, "Share": 1.0, "Ratio": 0.5, "On": True, "Body": b"text", "When": "x",
        "Labels": {"a": 3}, "Config": {"Inner": {"Size": 1}},
    }  # fmt: skip
    assert sent({"on": 0, "body": b"raw", "names": "alone"}) == {"On": False, "Body": b"raw", "Names": ["alone"]}
    assert sent({"config": {"inner": {"word": {"a": 1}}}}) == {"Config": {"Inner": {"Word": '{"a": 1}'}}}
    assert sent({"names": [False, 12]}) == {"Names": ["false", "12"]}


def test_a_structure_may_come_as_a_list_of_one() -> None:
    assert sent({"config": [{"color": "red"}]}) == {"Config": {"Color": "red"}}
    assert sent({"config": []}) == {"Config": {}}


def test_counted_lists_bring_their_quantity() -> None:
    assert sent({"counted": ["a", "b"]}) == {"Counted": {"Quantity": 2, "Items": ["a", "b"]}}
    assert sent({"counted": {"items": ["a"], "on": True}}) == {"Counted": {"Items": ["a"], "On": True, "Quantity": 1}}
    assert sent({"counted": {"on": False}}) == {"Counted": {"On": False, "Quantity": 0}}


def test_maps_become_lists_of_tags_in_the_services_own_words() -> None:
    assert sent({"tags": {"a": "b"}}) == {"Tags": [{"Key": "a", "Value": "b"}]}
    assert sent({"lowTags": {"a": "b"}}) == {"LowTags": [{"TagKey": "a", "TagValue": "b"}]}
    assert sent({"tags": [{"key": "a", "value": "b"}]}) == {"Tags": [{"Key": "a", "Value": "b"}]}  # written out
    assert sent({"names": {"a": 1}}) == {"Names": ['{"a": 1}']}
    assert sent({"rows": {"size": 3}}) == {"Rows": [{"Size": 3}]}  # no tags: one row


def test_the_table_may_name_a_member_a_nested_one_or_none() -> None:
    assert sent({"title": "abc"}, {"title": "Name"}) == {"Name": "abc"}
    assert sent({"a": 1, "b": "w"}, {"a": "Config.Inner.Size", "b": "Config.Inner.Word"}) == {
        "Config": {"Inner": {"Size": 1, "Word": "w"}}
    }
    assert sent({"config": {"tint": "red"}}, {"config.tint": "Color"}) == {"Config": {"Color": "red"}}
    assert sent({"name": "x"}, {"name": ""}) == {}


def test_a_document_is_taken_apart_where_the_api_wants_structures() -> None:
    assert sent({"rows": '[{"Size": 3}]'}, documents=("rows",)) == {"Rows": [{"Size": 3}]}
    assert sent({"name": "[1]"}, documents=("name",)) == {"Name": "[1]"}


def test_what_is_unknown_is_not_judged() -> None:
    assert sent({"name": UNKNOWN, "size": UNKNOWN}) == {"Name": UNKNOWN, "Size": UNKNOWN}


@pytest.mark.parametrize(
    ("values", "path", "reason"),
    [
        ({"nowhere": 1}, "nowhere", NO_PLACE),
        ({"config": {"inner": {"no": 1}}}, "config.inner.no", NO_PLACE),
        ({"name": "x"}, "name", "must be at least 2 characters, got 'x'"),
        ({"name": "abcdef"}, "name", "must be at most 5 characters, got 'abcdef'"),
        ({"name": "x" * 100}, "name", "must be at most 5 characters, got 100 characters"),
        ({"size": 0}, "size", "must be at least 1, got 0"),
        ({"size": 10}, "size", "must be at most 9, got 10"),
        ({"big": 100}, "big", "must be at most 99, got 100"),
        ({"share": 1.5}, "share", "must be at most 1, got 1.5"),
        ({"ratio": -0.5}, "ratio", "must be at least 0, got -0.5"),
        ({"names": []}, "names", "must be at least 1 items, got []"),
        ({"names": ["a", "b", "c"]}, "names", "must be at most 2 items, got ['a', 'b', 'c']"),
        ({"color": "blue"}, "color", "must be one of red, green, got 'blue'"),
        ({"on": "maybe"}, "on", "must be true or false, got 'maybe'"),
        ({"big": "many"}, "big", "must be a whole number, got 'many'"),
        ({"big": []}, "big", "must be a whole number, got []"),
        ({"labels": {"a": 99}}, "labels", "must be at most 9, got 99"),
        ({"rows": [{"size": 1}, {"size": 99}]}, "rows.size", "must be at most 9, got 99"),
        ({"counted": ["a", "b", "c"]}, "counted", "must be at most 2 items, got ['a', 'b', 'c']"),
    ],
)
def test_what_the_services_model_forbids_is_told(values: dict[str, Any], path: str, reason: str) -> None:
    assert refusals(values) == [(path, reason)]


@pytest.mark.parametrize("values", [{"name": "ab"}, {"name": "abcde"}, {"size": 1}, {"size": 9}, {"names": ["a", "b"]},
                                    {"name": ""}, {"share": 0.0}, {"share": 1.0}])  # fmt: skip
def test_the_ends_of_a_limit_are_allowed_and_an_empty_text_is_none(values: dict[str, Any]) -> None:
    assert refusals(values) == []


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert [path for path, _ in refusals({"name": "x", "size": 0, "color": "blue", "none": 1})] == [
        "name", "size", "color", "none",
    ]  # fmt: skip


def test_a_long_list_of_options_is_cut() -> None:
    assert options(map(str, range(12))) == "one of " + ", ".join(map(str, range(12)))
    assert options(map(str, range(13))) == "one of " + ", ".join(map(str, range(12))) + ", …"


# Arguments that the table writes.


@pytest.mark.parametrize(
    ("member", "value", "wanted"),
    [
        ("Tags", {"a": "b"}, [{"Key": "a", "Value": "b"}]),
        ("Tags", ["a", "b"], [{"Key": "a"}, {"Key": "b"}]),
        ("LowTags", ["a"], [{"TagKey": "a"}]),
        ("Tags", [], []),
        ("Names", "alone", ["alone"]),
        ("Names", ["a"], ["a"]),
        ("Name", "text", "text"),
        ("Counted", ["a"], {"Items": ["a"]}),
        ("Config", {"Inner": {"Size": 1}}, {"Inner": {"Size": 1}}),
        ("Specs", [{"Kind": "k", "Tags": {"a": "b"}}], [{"Kind": "k", "Tags": [{"Key": "a", "Value": "b"}]}]),
    ],
)
def test_an_argument_takes_the_form_of_its_member(member: str, value: Any, wanted: Any) -> None:
    assert fitted(value, INPUT.members[member]) == wanted
    assert fitted({member: value}, INPUT) == {member: wanted}


def test_what_is_on_or_off_is_said_in_the_words_of_the_service() -> None:
    assert sent({"switch": True}) == {"Switch": "ENABLED"}
    assert sent({"switch": False}) == {"Switch": "DISABLED"}
