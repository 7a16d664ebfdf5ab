"""Pulumi's property names and values to an operation's input, along botocore's shapes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider.aws.members import TAG_KEYS, TAG_VALUES, match
from localcloud.provider.values import Unknown

NO_PLACE = "is not supported on the laptop yet: the embedded provider knows no place for it in AWS's API; leave it out"


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

    def _string(self, value: Any, shape: Any, _path: str) -> str:
        if isinstance(value, bool):
            words = ("ENABLED", "DISABLED") if "ENABLED" in getattr(shape, "enum", ()) else ("true", "false")
            return words[0] if value else words[1]
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


def fitted(value: Any, shape: Any) -> Any:
    """An argument in the form its shape wants: maps as lists of keys and values, names as lists of keys."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        return {key: fitted(item, shape.members[key]) for key, item in value.items()}
    if shape.type_name == "structure" and isinstance(value, list):
        return {"Items": fitted(value, shape.members["Items"])}
    if shape.type_name == "list" and isinstance(value, Mapping):
        return Sender().value(value, shape, "")
    if shape.type_name == "list" and isinstance(value, list):
        if value and shape.member.type_name == "structure" and all(isinstance(item, str) for item in value):
            keys = [name for name in shape.member.members if name in TAG_KEYS]
            return [{keys[0]: item} for item in value]
        return [fitted(item, shape.member) for item in value]
    if shape.type_name == "list":
        return [value]
    return value
