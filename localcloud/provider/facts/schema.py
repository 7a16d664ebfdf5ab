"""What properties each type has: the official provider's facts, from `schema.json` (see `tools/generate.py`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("schema.json")


@dataclass(frozen=True)
class Kind:
    """The type of a value: a scalar's name, or `list`, `set`, `map` of `element`, or `object` of `properties`."""

    name: str
    element: "Kind | None" = None
    properties: Mapping[str, "Property"] = field(default_factory=dict)


@dataclass(frozen=True)
class Property:
    kind: Kind
    required: bool = False
    input: bool = True
    secret: bool = False
    filled: bool = False  # where it is left out AWS fills it in, so leaving it out changes nothing


@dataclass(frozen=True)
class TypeSchema:
    """A resource type or a function: the properties that go in and those that come out."""

    inputs: Mapping[str, Property]
    outputs: Mapping[str, Property]

    @property
    def secrets(self) -> set[str]:
        return {name for name, prop in {**self.inputs, **self.outputs}.items() if prop.secret}


def parse_kind(form: Any) -> Kind:
    if isinstance(form, str):
        return Kind(form)
    ((name, inner),) = form.items()
    if name == "object":
        return Kind(name, properties={key: parse_property(item) for key, item in inner.items()})
    return Kind(name, element=parse_kind(inner))


def parse_property(form: Any) -> Property:
    """`"string"`, or `[flags, kind]` with the flags r (required), c (computed, no input), s (secret), f (filled)."""
    flags, kind = form if isinstance(form, list) else ("", form)
    facts = {"required": "r" in flags, "input": "c" not in flags, "secret": "s" in flags, "filled": "f" in flags}
    return Property(parse_kind(kind), **facts)


@cache
def _file() -> dict[str, dict[str, Any]]:
    return dict(json.loads(FILE.read_text()))


def tokens() -> set[str]:
    """The types and functions that `schema.json` knows."""
    return set(_file())


@cache
def of(token: str) -> TypeSchema:
    """The properties of a type or function. A type's outputs include its inputs; a function's do not."""
    form = _file()[token]
    every = {name: parse_property(item) for name, item in form["properties"].items()}
    inputs = {name: prop for name, prop in every.items() if prop.input}
    outputs = {name: parse_property(item) for name, item in form["results"].items()} if "results" in form else every
    return TypeSchema(inputs=inputs, outputs=outputs)
