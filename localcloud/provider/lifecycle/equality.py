"""When two values are the same to AWS: sets in any order, JSON by its meaning, nothing as nothing."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider.facts.schema import Kind
from localcloud.provider.values import Unknown, has_unknown

ANY = Kind("any")


def is_nothing(value: Any) -> bool:
    """Absent, false or empty: what the official provider takes for not set."""
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


@dataclass(frozen=True)
class Equality:
    """Compares values of one type's properties; the rest is the table's."""

    same: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, one: Any, other: Any, kind: Kind, path: str = "") -> bool:
        return next(self.differences(one, other, kind, path), None) is None

    def differences(self, one: Any, other: Any, kind: Kind, path: str) -> Iterator[str]:
        """The paths (`a.b[0].c`) at which `other` differs from `one`. An unknown value differs from all others."""
        if isinstance(one, Unknown) or isinstance(other, Unknown):
            yield path
            return
        plain = plain_path(path)
        one, other = (self.defaults.get(plain) if value is None else value for value in (one, other))
        if plain in self.same and one is not None and other is not None:
            if not self.same[plain](one, other):
                yield path
            return
        if is_nothing(one) and is_nothing(other):
            return
        if plain in self.documents and not same_document(one, other):
            yield path
        elif plain in self.documents:
            return
        elif isinstance(one or {}, Mapping) and isinstance(other or {}, Mapping) and kind.name == "object":
            yield from self._of_maps(one or {}, other or {}, kind, path)
        elif isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from self._of_maps(one, other, kind, path)
        elif isinstance(one, list) and isinstance(other, list):
            yield from self._of_lists(one, other, kind, path)
        elif not self._same_scalar(one, other):
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
            if len(one) != len(other) or not self._same_set(one, other, inner, path):
                yield path
            return
        for index in range(max(len(one), len(other))):
            pair = [items[index] if index < len(items) else None for items in (one, other)]
            if index >= min(len(one), len(other)):
                yield f"{path}[{index}]"
            else:
                yield from self.differences(pair[0], pair[1], inner, f"{path}[{index}]")

    def _same_set(self, one: list[Any], other: list[Any], kind: Kind, path: str) -> bool:
        left = list(other)
        for item in one:
            found = next((i for i, mate in enumerate(left) if self.holds(item, mate, kind, f"{path}[0]")), None)
            if found is None:
                return False
            del left[found]
        return not has_unknown(one)

    @staticmethod
    def _same_scalar(one: Any, other: Any) -> bool:
        if isinstance(one, bool) or isinstance(other, bool):
            return str(one or False).lower() == str(other or False).lower()
        if isinstance(one, str) and isinstance(other, str) and same_name(one, other):
            return True
        return one == other or (one is not None and other is not None and str(one) == str(other))


def join(path: str, key: str) -> str:
    part = key if key.replace("_", "a").isalnum() else f'["{key}"]'
    return f"{path}{part}" if not path or part.startswith("[") else f"{path}.{part}"


def plain_path(path: str) -> str:
    """`a[0].b` as the table writes it: `a.b`."""
    head, *rest = path.split("[")
    return head + "".join(part.split("]", 1)[1] for part in rest)
