"""`refresh` and `import`: the inputs that would make what the cloud has now."""

from collections.abc import Collection, Mapping
from typing import Any

from localcloud.provider.facts.schema import Kind, TypeSchema
from localcloud.provider.lifecycle.equality import Equality, is_nothing
from localcloud.provider.values import DEFAULTS, Props


def refreshed(schema: TypeSchema, equality: Equality, kept: Collection[str], old: Props, state: Props) -> Props:
    """The old inputs, with what was changed behind the stack's back. `kept` are those that reading does not tell."""
    result: Props = {}
    for name, value in old.items():
        prop = schema.outputs.get(name)
        if name == DEFAULTS or name in kept or prop is None or prop.kind.name == "archive":
            result[name] = value
            continue
        actual = narrowed(state.get(name), value, prop.kind)
        if equality.holds(actual, value, prop.kind, name):
            result[name] = value
        elif actual is not None:
            result[name] = actual
    return result


def imported(schema: TypeSchema, accepted: Collection[str], state: Props) -> Props:
    """The inputs of a resource of which only its id was known: what the cloud tells and a program may say."""
    names = {*schema.inputs} & {*accepted}
    return {name: value for name, value in state.items() if name in names and not is_nothing(value)}


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
