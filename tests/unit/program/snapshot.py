"""A recorded stack as lines that a reviewer can read: `<resource>.<path of the property> = <value>`, sorted."""

import base64
import json
import pickle
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from infra.components.cdn import PAGE_FUNCTION
from infra.pure.paths import ROOT
from tests.unit.program.recorder import Recorded, Registration


def lines(stack: Recorded) -> set[str]:
    """Everything that the stack declares."""
    found = [line for registration in stack.all for line in of_registration(registration)]
    found += [line for key, value in stack.outputs.items() for line in flat(f"stack.outputs.{key}", value)]
    for registration in stack.all:
        for key, value in stack.of_components.get(registration.urn, {}).items():
            found += flat(f"{key_of(registration)} output {key}", value)
    for call in stack.calls:
        found += flat(f"lookup {call.token}", dict(call.args))
    return {without_hashes(line, stack) for line in found}


def key_of(registration: Registration) -> str:
    """Its name; a component's with its type, as two may have the same."""
    return registration.name if registration.custom else f"{registration.type.rsplit(':', 1)[1]}({registration.name})"


def of_registration(registration: Registration) -> Iterator[str]:
    key = key_of(registration)
    yield f"{key} is {registration.urn.split('::', 2)[2]}"
    for option, value in sorted(registration.options.items()):
        yield f"{key} option {option} = {json.dumps(value)}"
    for urn in sorted(registration.depends_on):
        yield f"{key} after {urn.rsplit('::', 1)[1]}"
    for name, value in registration.inputs.items():
        yield from flat(f"{key}.{name}", value)


def flat(path: str, value: Any) -> Iterator[str]:
    """One line for each property; a list of plain values is one."""
    value = decoded(path, value)
    if isinstance(value, Mapping) and value:
        for key in value:
            yield from flat(f"{path}.{key}", value[key])
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for index, item in enumerate(value):
            named = next((key for key in ("name", "key") if key in item), None)
            rest = {key: item[key] for key in item if key != named}
            yield from flat(
                f"{path}[{item[named] if named else index}]", rest["value"] if set(rest) == {"value"} else rest
            )
    else:
        yield f"{path} = {json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)}"


def decoded(path: str, value: Any) -> Any:
    """Documents instead of texts that hold them, and the names of files instead of their contents."""
    if isinstance(value, pulumi.AssetArchive):
        return {name: decoded(path, asset) for name, asset in value.assets.items()}
    if isinstance(value, pulumi.StringAsset):
        value = value.text
    if not isinstance(value, str):
        return value
    if path.endswith(".__provider"):
        return type(pickle.loads(base64.b64decode(value))).__name__  # noqa: S301 (the program's own)
    if path.endswith(".userData"):
        return base64.b64decode(value).decode().splitlines()
    for file in (PAGE_FUNCTION, *(ROOT / "lambda").rglob("*.py")):
        if value == file.read_text():
            return f"<{file.relative_to(ROOT)}>"
    return json.loads(value) if value.startswith(("{", "[")) else value


def without_hashes(line: str, stack: Recorded) -> str:
    for name, service in stack.outputs["services"].items():
        line = line.replace(service["version"], f"<tag of {name}>")
    return line
