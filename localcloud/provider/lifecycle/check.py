"""`check`: defaults and names filled in, and everything that AWS would refuse told at once."""

import difflib
import hashlib
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from localcloud.provider.aws.convert import NO_PLACE, Sender
from localcloud.provider.definition.resource_type import Call, Send
from localcloud.provider.definition.rules import Case, Problem
from localcloud.provider.definition.templates import REFERENCE
from localcloud.provider.facts.schema import Kind, Property
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.values import UNKNOWN, Props, Unknown, has_unknown, known

# The inputs that the program did not give, as the official provider notes them.
DEFAULTS = "__defaults"
SUFFIX_DIGITS = 7
# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
TAG_KEY_LIMIT, TAG_VALUE_LIMIT, TAGS_LIMIT = 128, 256, 50


def fill_in(handler: Handler, given: Props, old: Props, logical_name: str, seed: bytes) -> tuple[Props, list[Problem]]:
    """The inputs with defaults, the automatic name and all tags."""
    problems: list[Problem] = []
    added: Props = {name: value for name, value in handler.defaults(given).items() if name not in given}
    for path, value in handler.kind.defaults.items():
        top, _, inner = path.partition(".")
        if not inner and top not in given:
            added[top] = value
    auto = handler.kind.auto_name
    if auto and auto.name not in given:
        kept = old.get(auto.name) if auto.name in (old.get(DEFAULTS) or ()) else None
        name = kept or unique_name(logical_name.lower() if auto.lower else logical_name, seed)
        if len(name) > auto.limit:
            problems.append((auto.name, f"at most {auto.limit} characters, got {name!r}; give a shorter name"))
        added[auto.name] = name
    result = {**given, **added, DEFAULTS: sorted(added)}
    if handler.kind.tags:
        result["tagsAll"] = all_tags(handler.context.settings.default_tags, given.get("tags"))
    return result, problems


def unique_name(logical_name: str, seed: bytes) -> str:
    digest = hashlib.sha256(seed).hexdigest() if seed else secrets.token_hex(SUFFIX_DIGITS)
    return f"{logical_name}-{digest[:SUFFIX_DIGITS]}"


def all_tags(defaults: Mapping[str, str], own: Any) -> Any:
    return UNKNOWN if has_unknown(own) else {**defaults, **(own or {})}


def problems_of(handler: Handler, inputs: Props, old: Props) -> list[Problem]:
    """All that is wrong with the inputs, each problem once."""
    found = list(schema_problems(handler, inputs))
    if not found:  # else rules could stumble over values of wrong types
        case = Case(handler.context, known(inputs), frozenset(inputs), old)
        found += sending_problems(handler, inputs)
        found += [problem for rule in handler.kind.rules for problem in rule.problems(case)]
    found += tag_problems(inputs.get("tagsAll"))
    return list(dict.fromkeys(found))


def schema_problems(handler: Handler, inputs: Props) -> Iterator[Problem]:
    properties = handler.schema.inputs
    given = {name: value for name, value in inputs.items() if name not in (DEFAULTS, "tagsAll")}
    yield from of_object(given, Kind("object", properties=properties), "")
    accepted = accepted_names(handler)
    where = f"localcloud/provider/types/{handler.module}.py"
    for name in given:
        if name in properties and name not in accepted:
            yield name, f"is not supported on the laptop yet, got {given[name]!r}; leave it out, or add it in {where}"
    region = given.get("region")
    if isinstance(region, str) and region != handler.context.region:
        yield "region", f"must be the provider's region {handler.context.region} on the laptop, got {region!r}"


def accepted_names(handler: Handler) -> set[str]:
    """The properties that the table or the handler does something with."""
    kind = handler.kind
    names = {"region", *kind.local, *kind.handled, *(name for update in kind.updates for name in update.on)}
    names |= {"tags"} if kind.tags else set()
    names |= {reference[2].split(".")[0] for reference in REFERENCE.finditer(str(kind.create.args))}
    if kind.create.sends is Send.NONE:
        return names
    shape = handler.context.shape(kind.service, kind.create.operation)
    inner = shape.members[kind.create.root] if kind.create.root else shape
    return names | {name for name in handler.schema.inputs if handler.member(inner, name)}


def of_object(value: Mapping[str, Any], kind: Kind, prefix: str) -> Iterator[Problem]:
    """Unknown and missing properties, and values of the wrong type."""
    for name in value:
        if name not in kind.properties:
            close = difflib.get_close_matches(name, kind.properties, 1)
            hint = f"did you mean {close[0]}?" if close else "remove it"
            yield prefix + name, f"is no property here; {hint}"
    for name, prop in kind.properties.items():
        if name in value and value[name] is not None:
            yield from of_value(value[name], prop, prefix + name)
        elif prop.required:
            yield prefix + name, "is required, got nothing; give it a value"


WORDS = {"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
         "list": "a list", "set": "a list", "map": "a map", "object": "an object", "archive": "an archive"}  # fmt: skip


def of_value(value: Any, prop: Property, path: str) -> Iterator[Problem]:
    kind = prop.kind
    if isinstance(value, Unknown) or kind.name == "any":
        return
    if not fits(value, kind.name):
        shown = "a secret" if prop.secret else repr(value)
        yield path, f"must be {WORDS[kind.name]}, got {shown}"
    elif kind.name == "object":
        yield from of_object(value, kind, f"{path}.")
    elif kind.element and isinstance(value, list):
        for item in value:
            yield from of_value(item, Property(kind.element, secret=prop.secret), path)
    elif kind.element:
        for key, item in value.items():
            yield from of_value(item, Property(kind.element, secret=prop.secret), f"{path}.{key}")


def fits(value: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str | bool | int | float)  # numbers and booleans become texts
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "list" | "set":
            return isinstance(value, list)
        case "map" | "object":
            return isinstance(value, Mapping)
    return isinstance(value, pulumi.Archive | pulumi.Asset)


def sending_problems(handler: Handler, inputs: Props) -> list[Problem]:
    """What botocore's model of the service says: enumerations, lengths, ranges, and parts that have no place."""
    values = {name: stripped(value) for name, value in inputs.items() if not isinstance(value, Unknown)}
    found: list[Problem] = []
    calls: list[Call] = [handler.kind.create, *(update.call for update in handler.kind.updates)]
    for call in calls:
        if call.sends is Send.NONE:
            continue
        shape = handler.context.shape(handler.kind.service, call.operation)
        sender = Sender(handler.names(), frozenset(handler.kind.documents))
        sender.structure(handler.sent(call, values), shape.members[call.root] if call.root else shape)
        # What `outgoing` adds beside the program's properties is not the program's fault; and what only the creation
        # takes needs no place in an update.
        first = call is handler.kind.create
        found += [row for row in sender.problems if row[0].split(".")[0] in inputs and (first or row[1] != NO_PLACE)]
    return found


def stripped(value: Any) -> Any:
    """The value without its unknown parts; a list with one is left out, its length may count."""
    if isinstance(value, Mapping):
        return {key: stripped(item) for key, item in value.items() if not isinstance(item, Unknown)}
    if isinstance(value, list):
        return None if any(isinstance(item, Unknown) for item in value) else [stripped(item) for item in value]
    return value


def tag_problems(tags: Any) -> Iterator[Problem]:
    if not isinstance(tags, Mapping):
        return
    if len(tags) > TAGS_LIMIT:
        yield "tags", f"at most {TAGS_LIMIT} with the provider's default tags, got {len(tags)}"
    for key, value in tags.items():
        if not 0 < len(key) <= TAG_KEY_LIMIT or len(str(value)) > TAG_VALUE_LIMIT:
            yield "tags", f"keys have 1 to {TAG_KEY_LIMIT} characters and values at most {TAG_VALUE_LIMIT}, got {key!r}"
        if key.lower().startswith("aws:"):
            yield "tags", f"keys must not begin with aws:, got {key!r}"
