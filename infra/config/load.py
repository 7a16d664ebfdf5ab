"""Reads a stack's configuration, and says in words what is wrong with it.

Only this module reads Pulumi's configuration.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from infra.config.sections import StackConfig


class ConfigError(Exception):
    """All that is wrong with a stack's configuration, one problem a line."""


def known_keys(section: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in section.model_fields.items()]


def section_at(path: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The section that holds the key at `path`."""
    section: type[BaseModel] = StackConfig
    for key in path[:-1]:
        field = next((f for f in section.model_fields.values() if f.alias == key), None)
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return None
        section = field.annotation
    return section


def remedy(error: ErrorDetails) -> str:
    """What to write instead: the rule's own advice, the nearest known key, or the field's example."""
    if own := error.get("ctx", {}).get("remedy"):
        return str(own)
    path = error["loc"]
    section = section_at(path)
    if error["type"] == "extra_forbidden" and section:
        near = difflib.get_close_matches(str(path[-1]), known_keys(section), n=1)
        return f"did you mean {near[0]}?" if near else f"remove it; known are {', '.join(known_keys(section))}"
    field = next((f for f in (section.model_fields.values() if section else ()) if f.alias == path[-1]), None)
    if field and field.examples:
        return f"write for example {field.examples[0]}"
    if field and not field.is_required() and not isinstance(field.get_default(call_default_factory=True), BaseModel):
        return f"write for example {field.get_default()}"
    return "see docs/configuration.md"


def describe(error: ErrorDetails) -> str:
    """One problem as `field: rule, got value; what to write`."""
    path = ".".join(str(part) for part in error["loc"]) or "stack"
    rules = {
        "missing": "is required",
        "extra_forbidden": "is not a known key",
        "model_type": "must be a section with keys of its own",
    }
    rule = rules.get(error["type"], error["msg"].replace("Input should be", "must be"))
    value = error["input"]
    shown = error["type"] not in ("missing", "extra_forbidden") and not isinstance(value, BaseModel | dict)
    return f"{path}: {rule}{f', got {value!r}' if shown else ''}; {remedy(error)}"


def decoded(raw: Mapping[str, str], namespace: str) -> Iterator[tuple[str, Any]]:
    """The project's keys; Pulumi hands objects and lists over as JSON, and everything else as text."""
    for key, value in raw.items():
        prefix, _, name = key.rpartition(":")
        if prefix == namespace:
            try:
                yield name, json.loads(value) if value.startswith(("{", "[")) else value
            except json.JSONDecodeError:
                yield name, value  # text that only looks like JSON; the field's own rule answers it


def parse(raw: Mapping[str, str], *, namespace: str) -> StackConfig:
    """Check all keys of `namespace`; raises ConfigError with all problems at once."""
    try:
        return StackConfig.model_validate(dict(decoded(raw, namespace)))
    except ValidationError as error:
        problems = sorted(describe(problem) for problem in error.errors())
        raise ConfigError("\n".join(problems)) from None


def load() -> StackConfig:
    """The configuration of the stack that Pulumi runs; ends the program with a readable list when it is wrong."""
    try:
        return parse(pulumi.runtime.get_config_env(), namespace=pulumi.get_project())
    except ConfigError as error:
        title = f"Pulumi.{pulumi.get_stack()}.yaml is not valid, nothing was changed:"
        raise pulumi.RunError("\n  ".join([title, *str(error).splitlines()])) from None
