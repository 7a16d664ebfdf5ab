"""When two values are the same to AWS."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.provider.facts.schema import Kind, Property
from localcloud.provider.lifecycle.equality import Equality, is_nothing, same_document, same_name, same_scalar
from localcloud.provider.values import UNKNOWN

TEXT = Kind("string")
PROPERTIES = {"a": Property(TEXT), "b": Property(Kind("integer")), "f": Property(TEXT, filled=True)}
PAIR = Kind("object", properties=PROPERTIES)
SET, LIST = Kind("set", element=PAIR), Kind("list", element=PAIR)
MAP = Kind("map", element=TEXT)
EQUAL = Equality()

words = st.text("abc", min_size=1, max_size=3)
pairs = st.fixed_dictionaries({"a": words, "b": st.integers(1, 9)})
json_values = st.recursive(
    words | st.integers(2, 99), lambda part: st.lists(part, max_size=3) | st.dictionaries(words, part, max_size=3)
)


def paths(one: Any, other: Any, kind: Kind, equality: Equality = EQUAL) -> list[str]:
    return list(equality.differences(one, other, kind, "x"))


@pytest.mark.parametrize("value", [None, False, "", [], {}, {"a": None, "b": {"c": []}}])
def test_nothing_is_absent_false_or_empty(value: Any) -> None:
    assert is_nothing(value)


@pytest.mark.parametrize("value", [0, 0.0, True, "0", [None], {"a": None, "b": 0}, UNKNOWN])
def test_a_zero_is_a_value(value: Any) -> None:
    assert not is_nothing(value)
    assert paths(None, value, Kind("any")) == ["x"]


@given(json_values)
def test_a_value_is_the_same_as_itself_and_as_its_json(value: Any) -> None:
    assert paths(value, json.loads(json.dumps(value)), Kind("any")) == []
    assert same_document(json.dumps(value), json.dumps(value, indent=2))


@given(st.lists(pairs, max_size=4), st.randoms())
def test_a_set_has_no_order_and_a_list_has_one(rows: list[Any], random: Any) -> None:
    mixed = random.sample(rows, len(rows))
    assert paths(rows, mixed, SET) == []
    assert (paths(rows, mixed, LIST) == []) == (rows == mixed)


@given(st.lists(pairs, max_size=3), pairs)
def test_one_element_more_is_a_difference(rows: list[Any], row: Any) -> None:
    assert paths(rows, [*rows, row], SET) == ["x"]
    assert paths([*rows, row], rows, SET) == ["x"]
    assert paths(rows, [*rows, row], LIST) == [f"x[{len(rows)}]"]
    assert paths([*rows, row], rows, LIST) == [f"x[{len(rows)}]"]


def test_elements_of_a_set_are_each_compared_once() -> None:
    one, other = {"a": "p"}, {"a": "q"}
    assert paths([one, one, other], [one, other, other], SET) == ["x"]


@given(st.lists(pairs, min_size=1, max_size=3), st.data())
def test_a_change_within_shows_at_its_own_path(rows: list[Any], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(rows) - 1))
    changed = [{**row, "a": row["a"] + "!"} if place == index else row for place, row in enumerate(rows)]
    assert paths(rows, changed, LIST) == [f"x[{index}].a"]


def test_a_shorter_list_with_a_change_shows_both() -> None:
    assert paths([{"a": "p"}, {"a": "q"}, {"a": "r"}], [{"a": "z"}], LIST) == ["x[0].a", "x[1]", "x[2]"]


@given(st.sampled_from([PAIR, SET, LIST, MAP, TEXT]), st.none() | words | st.lists(pairs) | pairs)
def test_what_is_unknown_differs_from_everything(kind: Kind, value: Any) -> None:
    assert paths(value, UNKNOWN, kind) == ["x"]
    assert paths(UNKNOWN, value, kind) == ["x"]


def test_an_unknown_part_differs() -> None:
    assert paths([{"a": "p"}], [{"a": UNKNOWN}], SET) == ["x"]
    assert paths({"a": "p"}, {"a": UNKNOWN}, PAIR) == ["x.a"]


def test_an_absent_object_is_an_empty_one_and_an_absent_map_is_not_taken_apart() -> None:
    assert paths(None, {"a": "p"}, PAIR) == ["x.a"]
    assert paths({"a": "p"}, None, PAIR) == ["x.a"]
    assert paths(None, {"a": "p"}, MAP) == ["x"]


def test_what_aws_fills_in_may_be_left_out_but_not_be_wrong() -> None:
    assert paths({"a": "p", "f": "aws"}, {"a": "p"}, PAIR) == []
    assert paths({"a": "p", "f": "aws"}, {"a": "p", "f": "mine"}, PAIR) == ["x.f"]
    assert paths({"a": "p"}, {"a": "p", "f": "mine"}, PAIR) == ["x.f"]


def test_an_empty_entry_of_a_map_counts() -> None:
    assert paths({}, {"k": ""}, MAP) == []  # both are nothing
    assert paths({"other": "v"}, {"other": "v", "k": ""}, MAP) == ["x.k"]
    assert paths({"other": "v", "a.b": "1"}, {"other": "v"}, MAP) == ['x["a.b"]']


def test_an_empty_entry_of_an_object_does_not() -> None:
    assert paths({"b": 1}, {"b": 1, "a": ""}, PAIR) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (True, "true", True), (False, "FALSE", True), (None, False, True), (True, "false", False), (True, None, False),
        (1, "1", True), (1.0, 1, True), ("a", "b", False), (None, "None", False), ("None", None, False), (2, 3, False),
        ("arn:aws:iam::1:role/r", "r", True), ("r", "arn:aws:iam::1:role/r", True), (1, "arn:aws:iam::1:role/1", False),
    ],
)  # fmt: skip
def test_scalars_are_the_same_whatever_their_form(one: Any, other: Any, same: bool) -> None:
    assert same_scalar(one, other) == same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("arn:aws:ecs:x:1:cluster/main", "main", True),
        ("arn:aws:rds:x:1:db:main", "main", True),
        ("arn:aws:ecs:x:1:cluster/the-main", "main", False),
        ("arn:aws:x:a", "arn:aws:x:a", False),  # two ARNs are compared as texts
        ("main", "main", False),
        ("x/main", "main", False),
        ("arn:aws:x/arn:aws:y", "arn:aws:y", False),
    ],
)
def test_a_name_is_the_same_as_the_arn_that_ends_in_it(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) == same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('{"Action": ["s3:*"]}', '{"Action": "s3:*"}', True),
        ('{"Action": ["b", "a"]}', '{"Action": ["a", "b"]}', True),
        ('{"S": [{"a": ["x"]}]}', '{"S": {"a": "x"}}', True),
        ('{"S": [{"i": 1}, {"i": 2}]}', '{"S": [{"i": 2}, {"i": 1}]}', False),  # statements keep their order
        ('{"Action": ["a", "b"]}', '{"Action": ["a"]}', False),
        ('{"Action": []}', '{"Action": "a"}', False),
        ("not json", "not json", True),
        ("not json", "{}", False),
        (None, None, True),
        (None, "{}", False),
    ],
)
def test_documents_are_compared_by_their_meaning(one: Any, other: Any, same: bool) -> None:
    assert same_document(one, other) == same
    assert paths(one, other, TEXT, Equality(documents=frozenset({"x"}))) == ([] if same else ["x"])


def test_a_document_is_nothing_like_nothing_and_unlike_a_policy() -> None:
    equality = Equality(documents=frozenset({"x"}))
    assert paths(None, "", TEXT, equality) == []
    assert paths(None, '{"a": 1}', TEXT, equality) == ["x"]


def test_the_table_says_what_absence_means_and_what_is_the_same() -> None:
    equality = Equality(same={"x.a": lambda one, other: one[0] == other[0]}, defaults={"x.b": 7, "x": {"a": "p"}})
    assert paths({"a": "p", "b": 7}, {"a": "pq"}, PAIR, equality) == []
    assert paths({"a": "p", "b": 7}, {"a": "qq"}, PAIR, equality) == ["x.a"]
    assert paths({"a": "p"}, {"a": "p", "b": 8}, PAIR, equality) == ["x.b"]
    assert paths({"a": "p"}, None, PAIR, equality) == []
    assert paths([{"a": "pa"}], [{"a": "pb"}], SET, equality) == []  # also within lists


def test_the_tables_own_comparison_is_not_asked_about_what_is_absent() -> None:
    def unasked(_one: Any, _other: Any) -> bool:
        raise AssertionError

    equality = Equality(same={"x": unasked})
    assert paths(None, "a", TEXT, equality) == ["x"]
    assert paths("a", None, TEXT, equality) == ["x"]


def test_holds_is_the_absence_of_differences() -> None:
    assert EQUAL.holds({"a": "p"}, {"a": "p"}, PAIR, "x")
    assert not EQUAL.holds({"a": "p"}, {"a": "q"}, PAIR, "x")
