"""Pulumi's property values as plain Python values, and back."""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi
from pulumi.provider.experimental.property_value import PropertyValue

Props = dict[str, Any]
PropertyMap = dict[str, PropertyValue]

# The inputs that the program did not give, as the official provider notes them.
DEFAULTS = "__defaults"


class Unknown:
    """A value that is known only during the deployment. There is one, `UNKNOWN`; it equals nothing else."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, _memo: object) -> "Unknown":
        return self


UNKNOWN = Unknown()

# The SDK's PropertyValue passes the engine's marks for unknown values through as strings: one per type of value.
_UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWN_MARKS = {
    _UNKNOWN_MARK,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}


def plain(value: PropertyValue) -> Any:
    """A Python value: whole numbers as int, unknown values as UNKNOWN, assets unchanged, secrets in plain text."""
    inner = value.value
    if isinstance(inner, str):
        return UNKNOWN if inner in _UNKNOWN_MARKS else inner
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if isinstance(inner, Mapping):
        return {key: plain(item) for key, item in inner.items()}
    if isinstance(inner, tuple):
        return [plain(item) for item in inner]
    return inner


def plain_map(values: Mapping[str, PropertyValue]) -> Props:
    """`plain` of each property that is not null."""
    return {key: plain(value) for key, value in values.items() if value.value is not None}


def secret_names(*maps: Mapping[str, PropertyValue]) -> set[str]:
    """The properties that are secret or hold a secret."""
    return {key for values in maps for key, value in values.items() if value.contains_secret()}


def property_value(value: Any) -> PropertyValue:
    if isinstance(value, Unknown):
        return PropertyValue(_UNKNOWN_MARK)
    if isinstance(value, bool) or value is None:
        return PropertyValue(value)
    if isinstance(value, int | float):
        return PropertyValue(float(value))
    if isinstance(value, Mapping):
        return PropertyValue({str(key): property_value(item) for key, item in value.items() if item is not None})
    if isinstance(value, list | tuple | set | frozenset):
        return PropertyValue([property_value(item) for item in value])
    if isinstance(value, str | pulumi.Asset | pulumi.Archive):
        return PropertyValue(value)
    raise TypeError(f"no property value for {type(value).__name__}")


def property_map(values: Mapping[str, Any], secrets: Iterable[str] = ()) -> PropertyMap:
    """Property values of `values`, those named in `secrets` as secrets."""
    hidden = set(secrets)
    found = {key: property_value(value) for key, value in values.items() if value is not None}
    return {key: value.with_secret(True) if key in hidden else value for key, value in found.items()}


def has_unknown(value: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_unknown(item) for item in value)
    return False


def known(values: Mapping[str, Any]) -> Props:
    """The properties whose value has no unknown part."""
    return {key: value for key, value in values.items() if not has_unknown(value)}


def at(values: Any, path: str) -> Any:
    """The value at a dotted path (`a.0.b` goes through a list), or None."""
    for part in path.split("."):
        if isinstance(values, list) and part.isdigit():
            values = values[int(part)] if int(part) < len(values) else None
        else:
            values = values.get(part) if isinstance(values, Mapping) else None
    return values
