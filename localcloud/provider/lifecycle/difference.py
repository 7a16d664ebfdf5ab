"""`diff`: what an update would change and what it would replace; and what `refresh` found changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider.facts.schema import Kind
from localcloud.provider.lifecycle.check import DEFAULTS
from localcloud.provider.lifecycle.equality import is_nothing, plain_path
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import Props

# Not compared: archives (their hash is), the note of defaults, and the region, which is the provider's.
SKIPPED = (DEFAULTS, "region")


@dataclass(frozen=True)
class Difference:
    """`paths`: where the inputs differ; `replaces`: those of them that make a new resource."""

    paths: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    delete_first: bool = False


def between(handler: Handler, old: Props, new: Props) -> Difference:
    paths: dict[str, tuple[Any, Any]] = {}
    defaults = handler.kind.defaults
    before, after = ({**defaults, **inputs} for inputs in (old, new))
    properties = handler.schema.outputs
    for name in sorted({*before, *after}):
        if name in SKIPPED or name not in properties or properties[name].kind.name == "archive":
            continue
        if properties[name].filled and after.get(name) is None:
            continue
        for path in handler.equality.differences(before.get(name), after.get(name), properties[name].kind, name):
            paths[path] = (value_at(before, path), value_at(after, path))
    replaces = tuple(path for path in paths if replaces_at(handler, path))
    return Difference(paths, replaces, bool(replaces) and delete_first(handler, new))


def replaces_at(handler: Handler, path: str) -> bool:
    plain = plain_path(path)
    return any(
        plain == wanted or plain.startswith(f"{wanted}.") or wanted.startswith(f"{plain}.")
        for wanted in handler.kind.replaces
    )


def delete_first(handler: Handler, new: Props) -> bool:
    """Whether the old one is in the new one's way: by its nature, or by a name that the program gives."""
    auto = handler.kind.auto_name
    return handler.kind.delete_first or (auto is not None and auto.name not in (new.get(DEFAULTS) or ()))


def value_at(values: Any, path: str) -> Any:
    """The value at a path such as `a.b[0].c`, or None."""
    for part in path.replace('["', ".").replace('"]', "").replace("[", ".").replace("]", "").split("."):
        if isinstance(values, list) and part.isdigit():
            values = values[int(part)] if int(part) < len(values) else None
        else:
            values = values.get(part) if isinstance(values, Mapping) else None
    return values


def refreshed_inputs(handler: Handler, old: Props, state: Props) -> Props:
    """The inputs as the cloud has them now: those of old, with what was changed behind the back.

    Without old inputs (an import) all that the cloud tells and that is not a default.
    """
    if not old:
        return imported_inputs(handler, state)
    result: Props = {}
    kept = set(handler.kept(state))
    for name, value in old.items():
        prop = handler.schema.outputs.get(name)
        if name == DEFAULTS or name in kept or prop is None or prop.kind.name == "archive":
            result[name] = value
            continue
        actual = narrowed(state.get(name), value, prop.kind)
        if handler.equality.holds(actual, value, prop.kind, name):
            result[name] = value
        elif actual is not None:
            result[name] = actual
    return result


def narrowed(actual: Any, wanted: Any, kind: Kind) -> Any:
    """What is there, without the parts that the program leaves to AWS."""
    if isinstance(actual, Mapping) and isinstance(wanted, Mapping) and kind.name == "object":
        return {
            key: narrowed(actual[key], value, kind.properties[key].kind)
            for key, value in wanted.items()
            if key in actual and key in kind.properties
        }
    if isinstance(actual, list) and isinstance(wanted, list) and kind.element and kind.element.name == "object":
        if len(actual) != len(wanted):
            return actual
        pairs = zip(arranged(actual, wanted) if kind.name == "set" else actual, wanted, strict=True)
        return [narrowed(one, mate, kind.element) for one, mate in pairs]
    return actual


def arranged(actual: list[Any], wanted: list[Any]) -> list[Any]:
    """The elements of a set in the order of those that they resemble most."""
    left, result = list(actual), []
    for mate in wanted:
        best = max(left, key=lambda one: sum(str(one.get(key)) == str(value) for key, value in mate.items()))
        left.remove(best)
        result.append(best)
    return result


def imported_inputs(handler: Handler, state: Props) -> Props:
    from localcloud.provider.lifecycle.check import accepted_names

    accepted = accepted_names(handler) - {"region"}
    result = {
        name: value
        for name, value in state.items()
        if name in handler.schema.inputs and name in accepted and not is_nothing(value)
    }
    return {**result, **({"tagsAll": state.get("tagsAll", {})} if handler.kind.tags else {})}
