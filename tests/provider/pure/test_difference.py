"""What an update would change and replace, and what a refresh finds changed."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.provider.definition.resource_type import AutoName, Call, ResourceType
from localcloud.provider.facts.schema import Kind, Property, TypeSchema
from localcloud.provider.lifecycle import refresh
from localcloud.provider.lifecycle.difference import Difference, between
from localcloud.provider.lifecycle.equality import Equality
from localcloud.provider.lifecycle.paths import join, plain_path, top, value_at
from localcloud.provider.values import DEFAULTS, UNKNOWN, Props

TEXT = Kind("string")
ROW = Kind("object", properties={"k": Property(TEXT), "v": Property(TEXT)})
PROPERTIES = {
    "name": Property(TEXT),
    "size": Property(Kind("integer")),
    "filled": Property(TEXT, filled=True),
    "code": Property(Kind("archive")),
    "region": Property(TEXT),
    "part": Property(Kind("object", properties={"in": Property(TEXT), "out": Property(TEXT)})),
    "rows": Property(Kind("list", element=ROW)),
    "set": Property(Kind("set", element=ROW)),
    "tags": Property(Kind("map", element=TEXT)),
}
SCHEMA = TypeSchema(PROPERTIES, {**PROPERTIES, "arn": Property(TEXT, input=False)})


def resource_type(**more: Any) -> ResourceType:
    create = Call(operation="create")
    return ResourceType(token="t", service="s", create=create, reads=[], delete=None, id="", **more)


def diff(old: Props, new: Props, **more: Any) -> Difference:
    kind = resource_type(**more)
    return between(kind, SCHEMA, Equality(defaults=kind.defaults), old, new)


def test_a_change_shows_with_both_values() -> None:
    found = diff({"name": "a", "size": 1}, {"name": "a", "size": 2})
    assert found == Difference({"size": (1, 2)})


def test_values_come_and_go() -> None:
    assert diff({}, {"name": "a"}).paths == {"name": (None, "a")}
    assert diff({"name": "a"}, {}).paths == {"name": ("a", None)}


def test_the_values_of_a_nested_change_are_those_at_its_path() -> None:
    old, new = {"rows": [{"k": "a"}, {"k": "b"}]}, {"rows": [{"k": "a"}, {"k": "c"}]}
    assert diff(old, new).paths == {"rows[1].k": ("b", "c")}
    assert diff({"tags": {"x": "1", "a.b": "2"}}, {"tags": {"x": "1", "a.b": "3"}}).paths == {'tags["a.b"]': ("2", "3")}


@pytest.mark.parametrize("name", ["code", "region", DEFAULTS, "unheard-of"])
def test_archives_the_region_and_what_is_no_property_are_not_compared(name: str) -> None:
    assert diff({name: "a"}, {name: "b"}) == Difference()


def test_what_aws_fills_in_may_be_left_out() -> None:
    assert diff({"filled": "by AWS"}, {}) == Difference()
    assert diff({"filled": "by AWS"}, {"filled": "by me"}).paths == {"filled": ("by AWS", "by me")}
    assert diff({}, {"filled": "by me"}).paths == {"filled": (None, "by me")}


def test_a_default_is_the_same_as_its_absence() -> None:
    assert diff({}, {"size": 3}, defaults={"size": 3}) == Difference()
    assert diff({"size": 4}, {}, defaults={"size": 3}).paths == {"size": (4, 3)}


@pytest.mark.parametrize(
    ("replaces", "path"),
    [(["part"], ["part.in"]), (["part.in"], ["part.in"]), (["part.out"], []), (["par"], []), (["name"], [])],
)
def test_a_change_in_or_around_a_listed_path_replaces(replaces: Sequence[str], path: list[str]) -> None:
    assert list(diff({"part": {"in": "a"}}, {"part": {"in": "b"}}, replaces=replaces).replaces) == path


def test_a_change_of_the_whole_replaces_where_a_part_is_listed() -> None:
    assert diff({"rows": []}, {"rows": [{"k": "a"}]}, replaces=["rows.k"]).replaces == ("rows[0]",)


def test_a_change_that_replaces_nothing_deletes_nothing_first() -> None:
    assert not diff({"size": 1}, {"size": 2}, replaces=["name"], auto_name=AutoName(), delete_first=True).delete_first


def test_a_name_of_the_programs_own_is_in_the_way_of_the_new_one() -> None:
    def first(new: Props, **more: Any) -> bool:
        return diff({"size": 1}, {"size": 2, **new}, replaces=["size"], **more).delete_first

    assert first({"name": "mine"}, auto_name=AutoName())
    assert first({"name": "mine", DEFAULTS: ["size"]}, auto_name=AutoName())
    assert not first({"name": "x-1234567", DEFAULTS: ["name"]}, auto_name=AutoName())
    assert not first({"name": "mine"})
    assert first({}, delete_first=True)


# Paths.

keys = st.text("ab_.[]/: 1", min_size=1, max_size=5)


@given(st.lists(keys | st.integers(0, 2), min_size=1, max_size=4), st.integers())
def test_a_path_leads_to_the_value_that_it_was_made_for(steps: list[str | int], value: int) -> None:
    path, tree = "x", value
    for step in steps:
        path = f"{path}[{step}]" if isinstance(step, int) else join(path, step)
    whole: Any = tree
    for step in reversed(steps):
        whole = [None] * step + [whole] if isinstance(step, int) else {step: whole}
    assert value_at({"x": whole}, path) == value
    assert top(path) == "x"
    assert plain_path(path).startswith("x")


@pytest.mark.parametrize("path", ["x.a", "x[3]", 'x["a"]', "y", "x[0].a.b", "x.a[0]"])
def test_a_path_to_nowhere_leads_to_nothing(path: str) -> None:
    assert value_at({"x": [{"a": 1}]}, path) is None


def test_the_table_writes_paths_without_places() -> None:
    assert plain_path('a[0].b[12].c["x.y[1]"].d') == "a.b.c.d"
    assert (join("", "a"), join("a", "b_c"), join("a", "b-c")) == ("a", "a.b_c", 'a["b-c"]')


# Refresh and import.


def refreshed(old: Props, state: Props, kept: Sequence[str] = (), **more: Any) -> Props:
    return refresh.refreshed(SCHEMA, Equality(**more), kept, old, state)


def test_a_refresh_without_changes_keeps_the_inputs_as_the_program_wrote_them() -> None:
    old = {"name": "a", "size": 1, "part": {"in": "i"}, "set": [{"k": "1"}, {"k": "2"}], DEFAULTS: ["size"], "code": 5}
    state = {"name": "a", "size": "1", "part": {"in": "i", "out": "by AWS"}, "set": [{"k": "2", "v": "-"}, {"k": "1"}]}
    assert refreshed(old, state) == old


def test_a_refresh_shows_what_was_changed_and_what_is_gone() -> None:
    assert refreshed({"name": "a", "size": 1}, {"name": "b"}) == {"name": "b"}
    assert refreshed({"part": {"in": "i"}}, {"part": {"in": "j", "out": "o"}}) == {"part": {"in": "j"}}
    assert refreshed({"rows": [{"k": "1"}]}, {"rows": [{"k": "1"}, {"k": "2"}]}) == {"rows": [{"k": "1"}, {"k": "2"}]}
    assert refreshed({"rows": [{"k": "1"}]}, {"rows": [{"k": "2", "v": "-"}]}) == {"rows": [{"k": "2"}]}
    assert refreshed({"part": {"in": "i"}}, {"part": {"out": "o"}}) == {"part": {}}
    assert refreshed({"part": {"in": "i"}}, {}) == {}
    assert refreshed({"part": UNKNOWN}, {"part": {"in": "i"}}) == {"part": {"in": "i"}}


def test_what_reading_does_not_tell_stays_as_it_is() -> None:
    assert refreshed({"name": "a", "strange": 1}, {"name": "b", "strange": 2}, ["name"]) == {"name": "a", "strange": 1}


def test_the_elements_of_a_changed_set_stand_beside_those_that_they_resemble() -> None:
    old = {"set": [{"k": "1", "v": "x"}, {"k": "2", "v": "y"}]}
    state = {"set": [{"k": "2", "v": "y"}, {"k": "1", "v": "changed"}]}
    assert refreshed(old, state) == {"set": [{"k": "1", "v": "changed"}, {"k": "2", "v": "y"}]}
    twice = {"set": [{"k": "1", "v": "x"}, {"k": "1", "v": "y"}]}
    assert refreshed(twice, {"set": [{"k": "3", "v": "z"}, {"k": "1", "v": "x"}]}) == {
        "set": [{"k": "1", "v": "x"}, {"k": "3", "v": "z"}]
    }
    in_order = {"rows": [{"k": "2", "v": "y"}, {"k": "1", "v": "x"}]}
    assert refreshed({"rows": old["set"]}, in_order) == in_order  # a list has its own order


def test_an_import_takes_what_a_program_may_say_and_what_is_something() -> None:
    state = {"name": "a", "size": 0, "part": {"in": ""}, "arn": "arn:x", "region": "r", "tags": {"a": "b"}}
    assert refresh.imported(SCHEMA, {"name", "size", "part", "arn"}, state) == {"name": "a", "size": 0}


def test_an_unknown_value_is_a_change() -> None:
    assert [*diff({"name": "a"}, {"name": UNKNOWN}).paths] == ["name"]
