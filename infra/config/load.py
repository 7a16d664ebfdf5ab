"""Reads a stack's configuration, and says in words what is wrong with it.

Only this module reads Pulumi's configuration, and the one variable that is part of it.
"""

import difflib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from infra.config.beside import broken_rules
from infra.config.section import is_named, section_of
from infra.config.services import AppConfig
from infra.config.stack import StackConfig
from infra.config.values import Problem
from infra.pure.paths import ROOT

APP_FILE = ROOT / "app.yaml"


# Sections of before the services were described.
MOVED: dict[tuple[int | str, ...], str] = {("backend",): "services.backend", ("frontend",): "services.frontend"}


# The exit code of a Python program that has told Pulumi its error already. With any other one, Pulumi reports
# "an unhandled error" beside it.
REPORTED = 32


class ConfigError(Exception):
    """All that is wrong with a stack's configuration, one problem a line."""


def known_keys(section: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in section.model_fields.items()]


def section_at(path: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The section that holds the key at `path`."""
    section: type[BaseModel] | None = StackConfig
    keys = list(path[:-1])
    while keys and section:
        key = keys.pop(0)
        field = next((f for f in section.model_fields.values() if f.alias == key), None)
        section = section_of(field.annotation) if field else None
        if field and is_named(field.annotation):
            keys = keys[1:]
    return section


def remedy(error: ErrorDetails) -> str:
    """What to write instead: the rule's own advice, the nearest known key, or the field's example."""
    if own := error.get("ctx", {}).get("remedy"):
        return str(own)
    path = error["loc"]
    section = section_at(path)
    if error["type"] == "extra_forbidden" and section:
        if path in MOVED:
            return f"write it as {MOVED[path]}"
        near = difflib.get_close_matches(str(path[-1]), known_keys(section), n=1)
        return f"did you mean {near[0]}?" if near else f"remove it; known are {', '.join(known_keys(section))}"
    field = next((f for f in (section.model_fields.values() if section else ()) if f.alias == path[-1]), None)
    if field and field.examples:
        return f"write for example {field.examples[0]}"
    if error["type"] == "tuple_type" and isinstance(error["input"], str):
        return f"write [{', '.join(error['input'].split())}]"
    default = field.get_default(call_default_factory=True) if field and not field.is_required() else None
    if default not in (None, (), {}) and not isinstance(default, BaseModel):
        return f"write for example {shown(default)}"
    return "see docs/configuration.md"


def shown(value: Any) -> str:
    """A value as it would be written in the file."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(str, value))}]"
    return repr(value)


# pydantic's kinds of errors, in the words of somebody who writes YAML; braces hold what its error tells.
RULES = {
    "missing": "is required",
    "extra_forbidden": "is not a known key",
    "model_type": "must be a section with keys of its own",
    "dict_type": "must be a section with a key for each",
    "tuple_type": "must be a list",
    "too_short": "must have {min_length} entries or more",
    "too_long": "must have {max_length} entries or fewer",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of fewer digits",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "rule": "{rule}",
}


def told(problem: Problem) -> str:
    return f"{problem.key}: {problem.rule}; {problem.remedy}"


def describe(error: ErrorDetails) -> list[str]:
    """Each problem as `field: rule, got value; what to write`."""
    path = ".".join(str(key) for key in error["loc"] if key != "[key]")
    details = error.get("ctx", {})
    if error["type"] == "rules":
        prefix = f"{path}." if path else ""
        return [f"{prefix}{told(problem)}" for problem in details["problems"]]
    rule = RULES[error["type"]].format(**details)
    hidden = error["type"] in ("missing", "extra_forbidden") or isinstance(error["input"], BaseModel | dict)
    got = "" if hidden else f", got {shown(error['input'])}"
    return [f"{path}: {rule}{got}; {remedy(error)}"]


def left_over(error: ErrorDetails, app: Mapping[str, Any]) -> list[str]:
    """What to say of a service that the stack's file changes, and that app.yaml does not have, or no longer."""
    name, services = error["loc"][1:2], app.get("services")
    if not isinstance(services, Mapping) or error["loc"] != ("services", *name, "source") or {*name} <= {*services}:
        return []
    known = ", ".join(map(str, services))
    rule = f"services.{name[0]}: must be a service of {APP_FILE.name}, which has {known}"
    return [f"{rule}; take it out of this file, or describe it there"]


def decoded(raw: Mapping[str, str], namespace: str) -> Iterator[tuple[str, Any]]:
    """The project's keys; Pulumi hands objects and lists over as JSON, and everything else as text."""
    for key, value in raw.items():
        prefix, _, name = key.rpartition(":")
        if prefix == namespace:
            try:
                yield name, json.loads(value) if value.startswith(("{", "[")) else value
            except json.JSONDecodeError:
                yield name, value  # text that only looks like JSON; the field's own rule answers it


def misplaced(raw: Mapping[str, str], namespace: str) -> Iterator[str]:
    """Keys that nobody reads, though whoever wrote them meant this program."""
    required = {field.alias for field in StackConfig.model_fields.values() if field.is_required()}
    keys = [tuple(key.rpartition(":")[::2]) for key in raw]
    for prefix in dict.fromkeys(prefix for prefix, name in keys if name in required - {"region"}):
        if prefix != namespace:
            escaped = prefix.replace(".", r"\.")
            yield (
                f"{prefix}: is no longer the project's name, which is {namespace} in Pulumi.yaml; rename the keys:"
                f" sed -i 's/^\\( *\\){escaped}:/\\1{namespace}:/' Pulumi.*.yaml"
            )
    for prefix, name in keys:
        if prefix == "aws":
            where = f"write {namespace}:{name}" if name in known_keys(StackConfig) else "remove it"
            yield f"aws:{name}: is not read, the program sets up AWS by its own keys; {where}"


def merged(common: Any, own: Any) -> Any:
    """`own` over `common`: sections key by key, all else as a whole; `null` takes a key of `common` away."""
    both = over(common, own)
    return without_null(both) if isinstance(own, Mapping) else both


def over(common: Any, own: Any) -> Any:
    """The same with each `null`, for what is still to be laid over something else."""
    if not (isinstance(common, Mapping) and isinstance(own, Mapping)):
        return own
    return {**common, **{key: over(common.get(key), value) for key, value in own.items()}}


def without_null(settings: Any) -> Any:
    if not isinstance(settings, Mapping):
        return settings
    return {key: without_null(value) for key, value in settings.items() if value is not None}


def is_in(settings: Any, key: str) -> bool:
    """Whether the dotted key, or the section that should hold it, is written in `settings`."""
    first, _, rest = key.partition(".")
    if not isinstance(settings, Mapping) or first not in settings:
        return False
    return not rest or not isinstance(settings[first], Mapping) or is_in(settings[first], rest)


def placed(line: str, app: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """A problem with the file that it is in, where that is not the stack's own."""
    key = line.partition(":")[0]
    section = key.rpartition(".")[0]
    belongs = key in known_keys(AppConfig) and key not in own
    is_there = any(is_in(app, part) and not is_in(own, part) for part in (key, section) if part)
    return f"{APP_FILE.name}: {line}" if belongs or is_there else line


def parse(raw: Mapping[str, str], *, namespace: str, app: Mapping[str, Any]) -> StackConfig:
    """Check the keys of `namespace` in a stack's file, as Pulumi hands them over, together with those of app.yaml.

    Raises ConfigError with all problems at once.
    """
    return checked(dict(decoded(raw, namespace)), app=app, known=misplaced(raw, namespace))


def checked(own: Mapping[str, Any], *, app: Mapping[str, Any], known: Iterable[str] = ()) -> StackConfig:
    """The same for the keys of a stack's file as they are written. `known`: problems that were found before."""
    problems = list(known)
    try:
        config = StackConfig.model_validate(merged(app, own))
    except ValidationError as error:
        if own:
            lines = [line for one in error.errors() for line in left_over(one, app) or describe(one)]
            lines += map(told, broken_rules(merged(app, own), error.errors()))
            problems += sorted(placed(line, app, own) for line in lines)
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def section_in(text: str | bytes, name: str) -> dict[str, Any]:
    """The YAML of the file `name`; raises ConfigError where it is no section with keys."""
    import yaml  # here: the tests of the program need no file

    try:
        found = yaml.safe_load(text)
        twice = sorted(repeated(yaml.compose(text, yaml.SafeLoader))) if found else []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ConfigError(f"{where}: must be YAML: {getattr(error, 'problem', None) or error}") from None
    if not isinstance(found, dict):
        raise ConfigError(f"{name}: must be a section with keys, such as services")
    if twice:
        lines = [f"{name}:{line}: {key}: is there before; take another name, or remove one" for line, key in twice]
        raise ConfigError("\n".join(lines))
    return found


def repeated(node: Any) -> Iterator[tuple[int, str]]:
    """The keys, with their lines, that a section has twice: YAML takes the last of them and says nothing."""
    nodes, known = [node], set[int]()
    while nodes:
        one = nodes.pop()
        if id(one) in known or not isinstance(one.value, list):
            continue  # an alias stands for the node itself
        known.add(id(one))
        keys = [part[0] for part in one.value if isinstance(part, tuple)]
        for index, key in enumerate(keys):
            if key.value in [before.value for before in keys[:index]]:
                yield key.start_mark.line + 1, str(key.value)
        nodes += [inner for part in one.value for inner in (part if isinstance(part, tuple) else (part,))]


def app_settings(file: Path) -> dict[str, Any]:
    """What app.yaml says, for all stacks; raises ConfigError where it is no section with keys."""
    try:
        return section_in(file.read_bytes(), file.name)
    except FileNotFoundError:
        raise ConfigError(f"{file.name}: must be there, it says what runs; take it back from git") from None


class SmtpEndpoint(NamedTuple):
    host: str
    port: str


def smtp_endpoint(region: str) -> SmtpEndpoint:
    """Where services send mail by SMTP: SES's endpoint, or the one of `AWS_SES_SMTP_ENDPOINT`.

    That variable is for mail what AWS_ENDPOINT_URL is for AWS's APIs: a local cloud stands in for AWS there.
    https://docs.aws.amazon.com/general/latest/gr/ses.html
    """
    host, _, port = os.environ.get("AWS_SES_SMTP_ENDPOINT", f"email-smtp.{region}.amazonaws.com:587").rpartition(":")
    return SmtpEndpoint(host, port)


def end_program(text: str) -> NoReturn:
    """End the Pulumi program with a message for its user, said once and without a stack trace."""
    import pulumi  # here: commands read the settings too, and importing it takes longer than all of theirs

    pulumi.log.error(text)
    sys.exit(REPORTED)


def end_invalid(problems: str) -> NoReturn:
    """The same, for what the stack's files say: a problem a line."""
    import pulumi

    lines = problems.splitlines()
    file = (
        APP_FILE.name if all(line.startswith(APP_FILE.name) for line in lines) else f"Pulumi.{pulumi.get_stack()}.yaml"
    )
    end_program("\n  ".join([f"{file} is not valid, nothing was changed:", *lines]))


def load() -> StackConfig:
    """The configuration of the stack that Pulumi runs; ends the program with a readable list when it is wrong."""
    import pulumi

    from infra.config.stack_file import with_base  # here: it reads files by what is in this module

    try:
        app, namespace = app_settings(APP_FILE), pulumi.get_project()
        raw = pulumi.runtime.get_config_env()
        own = with_base(dict(decoded(raw, namespace)))
        return checked(own, app=app, known=misplaced(raw, namespace))
    except ConfigError as error:
        end_invalid(str(error))
