"""When AWS treats two values as equal: sets in any order, JSON by its meaning, all forms of "not set" alike."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider.facts.schema import Kind
from localcloud.provider.lifecycle.paths import join, plain_path
from localcloud.provider.values import Unknown

ANY = Kind("any")


def is_nothing(value: Any) -> bool:
    """Absent, false or empty: what the official provider treats as not set. Zero is a value."""
    if isinstance(value, Mapping):
        return all(is_nothing(item) for item in value.values())
    return value is None or value is False or value == "" or value == []


def same_document(one: Any, other: Any) -> bool:
    """Whether two JSON texts mean the same policy: a list of one is its element, lists of words have no order."""
    try:
        return bool(_normal(json.loads(one)) == _normal(json.loads(other)))
    except (TypeError, ValueError):
        return bool(one == other)


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, list):
        if len(value) == 1:
            return _normal(value[0])
        items = [_normal(item) for item in value]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    return value


def same_name(one: str, other: str) -> bool:
    """Whether one is the ARN of what the other names."""
    arn, name = (one, other) if one.startswith("arn:") else (other, one)
    return arn.startswith("arn:") and not name.startswith("arn:") and arn.endswith((f"/{name}", f":{name}"))


def same_scalar(one: Any, other: Any) -> bool:
    """Whether two texts, numbers or booleans are the same, also where one of the two is written as a text."""
    if isinstance(one, bool) or isinstance(other, bool):
        return str(one or False).lower() == str(other or False).lower()
    if isinstance(one, str) and isinstance(other, str) and same_name(one, other):
        return True
    return one == other or (one is not None and other is not None and str(one) == str(other))


@dataclass(frozen=True)
class Equality:
    """Compares the values of one type's properties, by the type's entry in the table."""

    same: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, one: Any, other: Any, kind: Kind, path: str) -> bool:
        return next(self.differences(one, other, kind, path), None) is None

    def differences(self, one: Any, other: Any, kind: Kind, path: str) -> Iterator[str]:
        """The paths (`a.b[0].c`) at which `other` differs from `one`. An unknown value differs from all others."""
        default = self.defaults.get(plain_path(path))
        one, other = (default if value is None else value for value in (one, other))
        same = self._as_whole(one, other, plain_path(path))
        if same is None:
            yield from self._in_parts(one, other, kind, path)
        elif not same:
            yield path

    def _as_whole(self, one: Any, other: Any, path: str) -> bool | None:
        """Whether two values are the same; None for those that are compared part by part."""
        if isinstance(one, Unknown) or isinstance(other, Unknown):
            return False
        if path in self.same and one is not None and other is not None:
            return self.same[path](one, other)
        if is_nothing(one) and is_nothing(other):
            return True
        return same_document(one, other) if path in self.documents else None

    def _in_parts(self, one: Any, other: Any, kind: Kind, path: str) -> Iterator[str]:
        if kind.name == "object":  # an absent one is an empty one
            one, other = one or {}, other or {}
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from self._of_maps(one, other, kind, path)
        elif isinstance(one, list) and isinstance(other, list):
            yield from self._of_lists(one, other, kind, path)
        elif not same_scalar(one, other):
            yield path

    def _of_maps(self, one: Mapping[str, Any], other: Mapping[str, Any], kind: Kind, path: str) -> Iterator[str]:
        for key in sorted({*one, *other}):
            if other.get(key) is None and key in kind.properties and kind.properties[key].filled:
                continue
            inner = kind.properties[key].kind if key in kind.properties else kind.element or ANY
            if kind.name == "map" and (key in one) != (key in other):
                yield join(path, key)
            else:
                yield from self.differences(one.get(key), other.get(key), inner, join(path, key))

    def _of_lists(self, one: list[Any], other: list[Any], kind: Kind, path: str) -> Iterator[str]:
        inner = kind.element or ANY
        if kind.name == "set":
            if not self._same_set(one, other, inner, path):
                yield path
            return
        shared = min(len(one), len(other))
        for index in range(shared):
            yield from self.differences(one[index], other[index], inner, f"{path}[{index}]")
        for index in range(shared, max(len(one), len(other))):
            yield f"{path}[{index}]"

    def _same_set(self, one: list[Any], other: list[Any], kind: Kind, path: str) -> bool:
        left = list(other)
        for item in one:
            found = next((i for i, mate in enumerate(left) if self.holds(item, mate, kind, f"{path}[0]")), None)
            if found is None:
                return False
            del left[found]
        return not left
