"""`diff`: what an update would change, and what it would replace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider.definition.resource_type import ResourceType
from localcloud.provider.facts.schema import Property, TypeSchema
from localcloud.provider.lifecycle.equality import Equality
from localcloud.provider.lifecycle.paths import plain_path, value_at
from localcloud.provider.values import DEFAULTS, Props

SKIPPED = "region"  # the provider's


@dataclass(frozen=True)
class Difference:
    """`paths`: where the inputs differ; `replaces`: those of them that make a new resource."""

    paths: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    delete_first: bool = False


def between(kind: ResourceType, schema: TypeSchema, equality: Equality, old: Props, new: Props) -> Difference:
    before, after = ({**kind.defaults, **inputs} for inputs in (old, new))
    paths: dict[str, tuple[Any, Any]] = {}
    for name in sorted({*before, *after}):
        prop = schema.outputs.get(name)
        if prop is not None and name != SKIPPED and is_compared(prop, after.get(name)):
            for path in equality.differences(before.get(name), after.get(name), prop.kind, name):
                paths[path] = (value_at(before, path), value_at(after, path))
    replaces = tuple(path for path in paths if replaces_at(kind, path))
    return Difference(paths, replaces, bool(replaces) and delete_first(kind, new))


def is_compared(prop: Property, wanted: Any) -> bool:
    """Archives are not (their hash is), nor is what AWS fills in where the program leaves it out."""
    return prop.kind.name != "archive" and not (prop.filled and wanted is None)


def replaces_at(kind: ResourceType, path: str) -> bool:
    """Whether a change at the path, within it or around it makes a new resource."""
    plain = plain_path(path)
    return any(f"{plain}.".startswith(f"{name}.") or f"{name}.".startswith(f"{plain}.") for name in kind.replaces)


def delete_first(kind: ResourceType, new: Props) -> bool:
    """Whether the old one is in the new one's way: by its nature, or by a name that the program gives."""
    auto = kind.auto_name
    return kind.delete_first or (auto is not None and auto.name not in (new.get(DEFAULTS) or ()))
