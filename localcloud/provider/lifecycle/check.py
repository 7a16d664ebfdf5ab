"""`check`: everything that AWS would refuse, reported together."""

from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.provider.aws.sender import NO_PLACE
from localcloud.provider.definition.rules import Case, Problem
from localcloud.provider.facts.mismatches import of_object
from localcloud.provider.facts.schema import Kind
from localcloud.provider.lifecycle.caller import Caller
from localcloud.provider.values import DEFAULTS, Props, Unknown, known

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
TAG_KEY_LIMIT, TAG_VALUE_LIMIT, TAGS_LIMIT = 128, 256, 50


def problems_of(caller: Caller, inputs: Props, old: Props, promised: frozenset[str] = frozenset()) -> list[Problem]:
    """All that is wrong with the inputs, each problem once. `promised`: see `rules.Case`."""
    found = list(schema_problems(caller, inputs))
    if not found:  # otherwise rules could fail on values of the wrong type
        found += sending_problems(caller, inputs)
        case = Case(caller.context, known(inputs), frozenset(inputs), old, promised)
        found += [problem for rule in caller.kind.rules for problem in rule.problems(case)]
    found += tag_problems(inputs.get("tagsAll"))
    return list(dict.fromkeys(found))


def schema_problems(caller: Caller, inputs: Props) -> Iterator[Problem]:
    """What the official provider's schema says, and what of it the laptop does not support."""
    properties, accepted = caller.schema.inputs, caller.accepted()
    given = {name: value for name, value in inputs.items() if name not in (DEFAULTS, "tagsAll")}
    yield from of_object(given, Kind("object", properties=properties), "")
    where = f"localcloud/provider/types/{module_of(caller.kind.service)}.py"
    for name in given:
        if name in properties and name not in accepted:
            yield name, f"is not supported on the laptop yet, got {given[name]!r}; leave it out, or add it in {where}"
    region = given.get("region")
    if isinstance(region, str) and region != caller.context.region:
        yield "region", f"must be the provider's region {caller.context.region} on the laptop, got {region!r}"


def module_of(service: str) -> str:
    """The module of the table in which the service's types are."""
    return {"application-autoscaling": "appautoscaling", "elbv2": "lb", "lambda": "lambda_"}.get(service, service)


def sending_problems(caller: Caller, inputs: Props) -> Iterator[Problem]:
    """What botocore's model of the service says: enumerations, lengths, ranges, and parts that have no place."""
    values = {name: stripped(value) for name, value in inputs.items() if not isinstance(value, Unknown)}
    create = caller.kind.create
    for call in (create, *(update.call for update in caller.kind.updates)):
        for path, reason in caller.converted(call, values)[1]:
            # Skipped: what `outgoing` added, because the program cannot correct it; and a property that has a member in
            # the creation but none in the update.
            if path.split(".")[0] in inputs and (call is create or reason != NO_PLACE):
                yield path, reason


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
