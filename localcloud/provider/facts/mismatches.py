"""Where values do not fit the schema: unknown and missing properties, and values of the wrong type."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from localcloud.provider.facts.schema import Kind, Property
from localcloud.provider.values import Unknown

Mismatch = tuple[str, str]  # a property's path, and what is wrong with its value
WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "set": "a list",
    "map": "a map",
    "object": "an object",
    "archive": "an archive",
}


def of_object(value: Mapping[str, Any], kind: Kind, prefix: str) -> Iterator[Mismatch]:
    """Unknown and missing properties, and values of the wrong type."""
    for name in value:
        if name not in kind.properties:
            close = difflib.get_close_matches(name, kind.properties, 1)
            hint = f"did you mean {close[0]}?" if close else "remove it"
            yield prefix + name, f"is no property here; {hint}"
    for name, prop in kind.properties.items():
        if name in value and value[name] is not None:
            yield from of_value(value[name], prop, prefix + name)
        elif prop.required:
            yield prefix + name, "is required, got nothing; give it a value"


def of_value(value: Any, prop: Property, path: str) -> Iterator[Mismatch]:
    kind = prop.kind
    if isinstance(value, Unknown) or kind.name == "any":
        return
    if not fits(value, kind.name):
        shown = "a secret" if prop.secret else repr(value)
        yield path, f"must be {WORDS[kind.name]}, got {shown}"
    elif kind.name == "object":
        yield from of_object(value, kind, f"{path}.")
    elif kind.element and isinstance(value, list):
        for item in value:
            yield from of_value(item, Property(kind.element, secret=prop.secret), path)
    elif kind.element:
        for key, item in value.items():
            yield from of_value(item, Property(kind.element, secret=prop.secret), f"{path}.{key}")


def fits(value: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str | bool | int | float)  # numbers and booleans become texts
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "list" | "set":
            return isinstance(value, list)
        case "map" | "object":
            return isinstance(value, Mapping)
    return isinstance(value, pulumi.Archive | pulumi.Asset)
