"""Pulumi's property names and values to an operation's input and back, along botocore's shapes."""

import base64
import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider.errors import ProviderError
from localcloud.provider.facts.schema import Kind, Property
from localcloud.provider.values import UNKNOWN, Unknown

TAG_KEYS = ("Key", "key", "TagKey", "tagKey")
NO_PLACE = "is not supported on the laptop yet: the embedded provider knows no place for it in AWS's API; leave it out"
TAG_VALUES = ("Value", "value", "TagValue", "tagValue")


def match(names: Iterable[str], wanted: str) -> str | None:
    """The member that means `wanted`: the same letters in any case, singular or plural."""
    by_lower = {name.lower(): name for name in names}
    low = wanted.lower()
    for form in (low, low.removesuffix("s"), low + "s", low.removesuffix("es"), low.removesuffix("ies") + "y"):
        if form in by_lower:
            return by_lower[form]
    return None


@dataclass
class Sender:
    """Converts properties to an operation's input; collects what has no place there and what the API would refuse."""

    names: Mapping[str, str] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    problems: list[tuple[str, str]] = field(default_factory=list)

    def structure(self, values: Mapping[str, Any], shape: Any, prefix: str = "") -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in values.items():
            path = prefix + key
            target = self.names.get(path)
            if target == "" or value is None:
                continue
            members = (target or match(shape.members, key) or "").split(".")
            if not members[0]:
                self.problems.append((path, NO_PLACE))
                continue
            place, inner = result, shape
            for member in members[:-1]:
                place, inner = place.setdefault(member, {}), inner.members[member]
            place[members[-1]] = self.value(value, inner.members[members[-1]], path)
        return result

    def value(self, value: Any, shape: Any, path: str) -> Any:
        if isinstance(value, Unknown):
            return value
        if path in self.documents and isinstance(value, str) and shape.type_name != "string":
            return json.loads(value)
        handler = getattr(self, f"_{shape.type_name}", None)
        result = handler(value, shape, path) if handler else value
        self._check(result, shape, path)
        return result

    def _structure(self, value: Any, shape: Any, path: str) -> Any:
        members = shape.members
        if isinstance(value, list) and {"Quantity", "Items"} <= set(members):
            items = self.value(value, members["Items"], path)
            return {"Quantity": len(items), **({"Items": items} if items else {})}
        if isinstance(value, list):
            value = value[0] if value else {}
        result = self.structure(value, shape, f"{path}.")
        if {"Quantity", "Items"} <= set(members):
            result.setdefault("Quantity", len(result.get("Items", ())))
        return result

    def _list(self, value: Any, shape: Any, path: str) -> list[Any]:
        if isinstance(value, Mapping) and shape.member.type_name == "structure":
            key, item = match(shape.member.members, TAG_KEYS[0]), match(shape.member.members, TAG_VALUES[0])
            if key or match(shape.member.members, TAG_KEYS[2]):
                key, item = key or TAG_KEYS[2], item or TAG_VALUES[2]
                return [{key: name, item: text} for name, text in value.items()]
        items = value if isinstance(value, list) else [value]
        return [self.value(item, shape.member, path) for item in items]

    def _map(self, value: Any, shape: Any, path: str) -> Any:
        return {key: self.value(item, shape.value, path) for key, item in value.items()}

    def _string(self, value: Any, _shape: Any, _path: str) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict | list) else str(value)

    def _boolean(self, value: Any, _shape: Any, path: str) -> Any:
        if isinstance(value, str) and value.lower() not in ("true", "false"):
            self.problems.append((path, f"must be true or false, got {value!r}"))
        return value.lower() == "true" if isinstance(value, str) else bool(value)

    def _integer(self, value: Any, _shape: Any, path: str) -> Any:
        try:
            return int(value)
        except (TypeError, ValueError):
            self.problems.append((path, f"must be a whole number, got {value!r}"))
            return 0

    _long = _integer

    def _double(self, value: Any, _shape: Any, _path: str) -> float:
        return float(value)

    _float = _double

    def _blob(self, value: Any, _shape: Any, _path: str) -> Any:
        return value.encode() if isinstance(value, str) else value

    def _check(self, value: Any, shape: Any, path: str) -> None:
        """What the service's own model says about a value."""
        if isinstance(value, Unknown):
            return
        allowed = getattr(shape, "enum", None)
        if allowed and isinstance(value, str) and value not in allowed:
            self.problems.append((path, f"must be {options(allowed)}, got {value!r}"))
        limits = shape.metadata
        if shape.type_name in ("integer", "long", "double", "float"):
            size, unit = value, ""
        elif shape.type_name in ("string", "list") and value != "":
            size, unit = len(value), " characters" if shape.type_name == "string" else " items"
        else:
            return
        if size < limits.get("min", size):
            self.problems.append((path, f"must be at least {limits['min']}{unit}, got {value!r}"))
        if size > limits.get("max", size):
            shown = repr(value) if len(repr(value)) < 80 else f"{size}{unit}"
            self.problems.append((path, f"must be at most {limits['max']}{unit}, got {shown}"))


def options(values: Iterable[str]) -> str:
    words = list(values)
    shown = ", ".join(words[:12])
    return f"one of {shown}{', …' if len(words) > 12 else ''}"


def received(value: Any, kind: Kind, names: Mapping[str, str], path: str) -> Any:
    """A part of an answer as a property of the given kind; None where it holds nothing."""
    if value is None:
        return None
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, Mapping) and "Quantity" in value and kind.name in ("list", "set"):
        value = value.get("Items", [])
    if kind.name == "object":
        return _object(value, kind.properties, names, path)
    if kind.name in ("list", "set") and kind.element:
        items = value if isinstance(value, list | tuple) else [value]
        return [received(item, kind.element, names, path) for item in items]
    if kind.name == "map":
        return _map(value)
    return _scalar(value, kind.name)


def _object(value: Any, properties: Mapping[str, Property], names: Mapping[str, str], path: str) -> Any:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, Mapping):
        return None
    return received_properties(value, properties, names, f"{path}.") or None


def received_properties(
    item: Mapping[str, Any], properties: Mapping[str, Property], names: Mapping[str, str], prefix: str = ""
) -> dict[str, Any]:
    """The properties that an answer's structure tells."""
    result = {}
    for name, prop in properties.items():
        path = prefix + name
        member = names.get(path) or match(item, name)
        found: Any = item
        for part in (member or "").split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        value = received(found, prop.kind, names, path)
        if value is not None:
            result[name] = value
    return result


def _map(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _scalar(item, "string") for key, item in value.items()}
    if not isinstance(value, list):
        raise ProviderError(f"a map was expected, got {value!r}")
    return dict(_tag(entry) for entry in value)


def _tag(entry: Mapping[str, Any]) -> tuple[str, str]:
    key = next(entry[name] for name in TAG_KEYS if name in entry)
    return key, next((entry[name] for name in TAG_VALUES if name in entry), "")


def _scalar(value: Any, kind: str) -> Any:
    match kind:
        case "string":
            return _text(value)
        case "integer":
            return int(value) if str(value).lstrip("-").isdigit() else None
        case "number":
            return float(value)
        case "boolean":
            return value.lower() == "true" if isinstance(value, str) else bool(value)
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
