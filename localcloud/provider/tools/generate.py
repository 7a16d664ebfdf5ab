"""Writes `schema.json` from the classes of `pulumi_aws`.

`python -m localcloud.provider.tools.generate --write`, or `--check` to fail where the file is stale.

`schema_additions.json` adds what the classes do not tell: which properties are sets, which AWS fills in where they are
left out, and which are secret beyond those that the classes mark. Extend it by hand for a new type, from the
documentation.
"""

import importlib
import inspect
import json
import re
import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
import pulumi
from pulumi import _types

from localcloud.provider.aws.functions import FUNCTIONS
from localcloud.provider.facts import schema
from localcloud.provider.types import TYPES

FACTS = schema.FILE.with_name("schema_additions.json")
SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}
MODULES = {"lambda": "lambda_", "index": ""}


def module_of(token: str) -> Any:
    name = token.split(":")[1].split("/")[0]
    return importlib.import_module(f"pulumi_aws.{MODULES.get(name, name)}".rstrip("."))


def unwrapped(annotation: Any) -> Any:
    """The type inside Input, Output and Optional, however they are nested."""
    args = [arg for arg in typing.get_args(annotation) if arg is not type(None)]
    if typing.get_origin(annotation) is pulumi.Output:
        return unwrapped(args[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        plain = [arg for arg in args if typing.get_origin(arg) is not pulumi.Output and "Awaitable" not in str(arg)]
        objects = [arg for arg in plain if inspect.isclass(arg) and _types.is_input_type(arg)]
        # A policy document may come as JSON, and goes out as JSON.
        return str if str in plain else unwrapped((objects or plain or args)[0])
    return annotation


@dataclass(frozen=True)
class Facts:
    """What `schema_additions.json` says about a type: dotted paths of properties."""

    sets: frozenset[str]
    filled: frozenset[str]
    secrets: frozenset[str]

    @classmethod
    def of(cls, row: Mapping[str, list[str]]) -> "Facts":
        return cls(*(frozenset(row.get(name, ())) for name in ("sets", "filled", "secrets")))


def kind_of(annotation: Any, path: str, facts: Facts) -> Any:
    found = unwrapped(annotation)
    origin = typing.get_origin(found)
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return {"map": kind_of(typing.get_args(found)[1], path, facts)}
    if origin is not None:
        return {"set" if path in facts.sets else "list": kind_of(typing.get_args(found)[0], path, facts)}
    if found in SCALARS:
        return SCALARS[found]
    if not inspect.isclass(found):
        return "any"
    if issubclass(found, pulumi.Archive | pulumi.Asset):
        return "archive"
    if _types.is_input_type(found):
        return {"object": arguments(found, f"{path}.", facts)}
    if _types.is_output_type(found):
        parts = _types.output_type_types(found)
        return {"object": {name: kind_of(kind, f"{path}.{name}", facts) for name, kind in sorted(parts.items())}}
    return "any"


def arguments(cls: type, prefix: str, facts: Facts) -> dict[str, Any]:
    """The properties of a class of arguments, the required ones flagged."""
    names = _types.input_type_py_to_pulumi_names(cls)
    needed = {
        names[name]
        for name, parameter in inspect.signature(cls).parameters.items()
        if name in names and parameter.default is inspect.Parameter.empty
    }
    parts = _types.input_type_types(cls)
    result = {name: kind_of(kind, prefix + name, facts) for name, kind in sorted(parts.items())}
    for flag, names_of_flag in (("r", needed), ("f", {n for n in result if prefix + n in facts.filled})):
        result |= {name: flagged(result[name], flag) for name in names_of_flag}
    return result


def flagged(form: Any, flag: str) -> Any:
    flags, kind = form if isinstance(form, list) else ("", form)
    return [flags + flag, kind]


def resource(token: str, facts: Facts) -> dict[str, Any]:
    module, name = module_of(token), token.rsplit(":", 1)[1]
    cls = getattr(module, name)
    home = sys.modules[cls.__module__]
    # `InitArgs` where a block of another type has the shorter name.
    args = getattr(home, f"{name}InitArgs", None) or getattr(home, f"{name}Args")
    properties = arguments(args, "", facts)
    for prop, annotation in _types.resource_types(cls).items():
        if prop not in properties:
            properties[prop] = flagged(kind_of(annotation, prop, facts), "c")
    marked = re.search(r"additional_secret_outputs=(\[.*?\])", inspect.getsource(cls))
    for secret in {*facts.secrets, *(json.loads(marked[1]) if marked else ())}:
        properties[secret] = flagged(properties[secret], "s")
    return {"properties": dict(sorted(properties.items()))}


def camel(name: str) -> str:
    head, *rest = name.rstrip("_").split("_")
    return head + "".join(part.title() for part in rest)


def function(token: str) -> dict[str, Any]:
    module, name = module_of(token), token.rsplit(":", 1)[1]
    call = getattr(module, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
    result = getattr(sys.modules[call.__module__], name[0].upper() + name[1:] + "Result")
    properties = {
        camel(key): flagged(kind_of(parameter.annotation, camel(key), Facts.of({})), "r")
        if parameter.default is inspect.Parameter.empty
        else kind_of(parameter.annotation, camel(key), Facts.of({}))
        for key, parameter in inspect.signature(call).parameters.items()
        if key != "opts"
    }
    parts = _types.output_type_types(result)
    return {
        "properties": properties,
        "results": {key: kind_of(annotation, key, Facts.of({})) for key, annotation in sorted(parts.items())},
    }


def generated() -> str:
    facts = json.loads(FACTS.read_text())
    found = {token: resource(token, Facts.of(facts.get(token, {}))) for token in sorted(TYPES)}
    found |= {token: function(token) for token in sorted(FUNCTIONS)}
    rows = [f"{json.dumps(token)}: {json.dumps(form, separators=(',', ':'))}" for token, form in found.items()]
    return "{\n" + ",\n".join(rows) + "\n}\n"


@click.command()
@click.option("--write/--check", "write", required=True)
def main(write: bool) -> None:
    """Write the file, or fail when it is stale."""
    text = generated()
    if write:
        schema.FILE.write_text(text)
    elif not schema.FILE.exists() or schema.FILE.read_text() != text:
        raise click.ClickException(
            f"{schema.FILE.name} is stale; run `python -m localcloud.provider.tools.generate --write`"
        )


if __name__ == "__main__":
    main()
