"""An operation's answer to Pulumi's property names and values, along the schema."""

import base64
import datetime
import json
from collections.abc import Mapping
from typing import Any

from localcloud.provider.aws.members import TAG_KEYS, TAG_VALUES, match
from localcloud.provider.errors import ProviderError
from localcloud.provider.facts.schema import Kind, Property
from localcloud.provider.values import UNKNOWN, Unknown


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
            return value.lower() in ("true", "enabled") if isinstance(value, str) else bool(value)
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(value).removesuffix(".0")
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
