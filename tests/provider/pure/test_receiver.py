"""An operation's answer to properties, along the schema."""

import datetime
from typing import Any

import pytest

from localcloud.provider.aws.receiver import received, received_properties
from localcloud.provider.errors import ProviderError
from localcloud.provider.facts.schema import Kind, Property
from localcloud.provider.values import UNKNOWN

TEXT, NUMBER, ON = Kind("string"), Kind("integer"), Kind("boolean")
ROW = Kind("object", properties={"name": Property(TEXT), "size": Property(NUMBER), "id": Property(TEXT)})
ROWS, SET, MAP = Kind("list", element=ROW), Kind("set", element=TEXT), Kind("map", element=TEXT)
DAY = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        ("text", TEXT, "text"), (True, TEXT, "true"), (False, TEXT, "false"), (5, TEXT, "5"),
        (5.0, TEXT, "5"), (0.5, TEXT, "0.5"), (b"\0\1", TEXT, "AAE="),
        (DAY, TEXT, "2026-01-02T00:00:00+00:00"), ({"a": 1}, TEXT, '{"a": 1}'), ([1], TEXT, "[1]"), (None, TEXT, None),
        ("12", NUMBER, 12), ("-3", NUMBER, -3), ("many", NUMBER, None), (7, NUMBER, 7),
        ("0.5", Kind("number"), 0.5), ("True", ON, True), ("false", ON, False), (1, ON, True), (0, ON, False),
        ("ENABLED", ON, True), ("DISABLED", ON, False),
        (UNKNOWN, TEXT, UNKNOWN), ({"a": 1}, Kind("any"), {"a": 1}),
        (["a", 1], SET, ["a", "1"]), ("alone", SET, ["alone"]), (("a",), SET, ["a"]),
        ({"Quantity": 1, "Items": ["a"]}, SET, ["a"]), ({"Quantity": 0}, SET, []),
        ({"Quantity": 1, "Items": [{"Name": "n"}]}, ROWS, [{"name": "n"}]),
        ({"a": 1}, MAP, {"a": "1"}), ([{"Key": "a", "Value": "b"}], MAP, {"a": "b"}), ([], MAP, {}),
        ([{"tagKey": "a", "tagValue": "b"}, {"TagKey": "c"}], MAP, {"a": "b", "c": ""}),
        ({"Name": "n", "Size": "3", "Other": 1}, ROW, {"name": "n", "size": 3}), ({"Other": 1}, ROW, None),
        ([{"Name": "n"}, {"Name": "m"}], ROW, {"name": "n"}), ([], ROW, None), ("text", ROW, None),
        ([{"Name": "n"}, {"Other": 1}], ROWS, [{"name": "n"}, None]), ({"Name": "n"}, ROWS, [{"name": "n"}]),
    ],
)  # fmt: skip
def test_a_part_of_an_answer_becomes_a_property(value: Any, kind: Kind, wanted: Any) -> None:
    found = received(value, kind, {}, "x")
    assert found == wanted and type(found) is type(wanted)


def test_a_map_that_is_none_is_an_error() -> None:
    with pytest.raises(ProviderError, match="a map was expected, got 'text'"):
        received("text", MAP, {}, "x")


def test_properties_are_found_under_the_tables_names_at_every_level() -> None:
    properties = {"title": Property(TEXT), "deep": Property(TEXT), "rows": Property(ROWS), "none": Property(TEXT)}
    names = {"title": "Name", "deep": "A.B", "rows.id": "Key"}
    item = {"Name": "n", "A": {"B": "b"}, "Rows": [{"Key": "k", "Id": "wrong"}], "Deep": "wrong"}
    assert received_properties(item, properties, names) == {"title": "n", "deep": "b", "rows": [{"id": "k"}]}
    assert received_properties({"A": "text"}, properties, names) == {}
