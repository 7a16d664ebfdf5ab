"""The rules between keys, checked beside keys that are wrong, so that all problems are told at once.

A rule counts where all that it looks at is right by itself.
"""

import functools
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, create_model
from pydantic_core import ErrorDetails

from infra.config.rules import RULES
from infra.config.section import Section, is_named, section_of
from infra.config.services import AppConfig, JobConfig, QueueConfig, ServiceConfig
from infra.config.stack import StackConfig
from infra.config.values import Problem

Place = tuple[int | str, ...]
Kind = TypeVar("Kind", bound=BaseModel)


def broken_rules(settings: Mapping[str, Any], errors: Collection[ErrorDetails]) -> Iterator[Problem]:
    """Those that pydantic did not come to, since it checks the whole only when each part is right."""
    wrong = set(places(errors))
    if not all(wrong):
        return  # the whole was checked
    parents = {place[:length] for place in map(place_of, errors) for length in range(1, len(place))}
    for place, kind, written in sections(StackConfig, settings):
        if place in parents:
            for problem in rules_of(place, partial(kind, written, below(place, wrong))):
                yield problem
                wrong.add(tuple(problem.key.split(".")))
    bad = {str(place[0]) for place in wrong}
    right = values(StackConfig, settings, {(key,) for key in bad})
    if isinstance(settings.get("services"), Mapping):
        known = app(settings, wrong)
        for problem in known.app_problems():
            # Whether a service has routes is known only where all services are.
            if "services" not in bad or problem.key != "services":
                yield problem
        right = {"services": known.services, **right}
    stack = StackConfig.model_construct(**right)
    for keys, rule in RULES:
        if not any(concerns(place, key) for place in wrong for key in keys):
            yield from rule(stack)


def concerns(place: Place, key: str) -> bool:
    """Whether what is wrong at a place is the key, a part of it, or the section that holds it."""
    return all(one in ("*", str(other)) for one, other in zip(key.split("."), place, strict=False))


def places(errors: Collection[ErrorDetails]) -> Iterator[Place]:
    """The keys that are wrong."""
    for error in errors:
        problems = error.get("ctx", {}).get("problems")
        if problems is None or not error["loc"]:
            yield place_of(error)
        else:  # a rule of one section: of its keys, those that it names
            yield from ((*error["loc"], *problem.key.split(".")) for problem in problems)


def place_of(error: ErrorDetails) -> Place:
    """Where it is; a name that is wrong stands where its section does."""
    place = error["loc"]
    return place[:-1] if place and place[-1] == "[key]" else place


def below(place: Place, wrong: Collection[Place]) -> set[Place]:
    """The keys that are wrong in the section at `place`, as it has them."""
    return {one[len(place) :] for one in wrong if one[: len(place)] == place and len(one) > len(place)}


def sections(kind: type[BaseModel], written: Any, place: Place = ()) -> Iterator[tuple[Place, type[Section], Any]]:
    """All that are written, with their place."""
    if not isinstance(written, Mapping):
        return
    if issubclass(kind, Section):
        yield place, kind, written
    for field in kind.model_fields.values():
        key, value = str(field.alias), written.get(str(field.alias))
        if (held := section_of(field.annotation)) is None:
            continue
        if not is_named(field.annotation):
            yield from sections(held, value, (*place, key))
        elif isinstance(value, Mapping):
            for name, one in value.items():
                yield from sections(held, one, (*place, key, name))


def rules_of(place: Place, section: Section) -> Iterator[Problem]:
    """The problems of each of its rules, up to where that asks for a key that is wrong."""
    path = ".".join(map(str, place))
    for rule in section.rules():
        with suppress(AttributeError):
            yield from (replace(problem, key=f"{path}.{problem.key}") for problem in rule)


def partial(kind: type[Kind], written: Mapping[str, Any], wrong: Collection[Place]) -> Kind:
    """A section without its keys that are wrong: to ask for one is an AttributeError."""
    right = values(kind, written, wrong)
    found = kind.model_construct(**right)
    for name, field in kind.model_fields.items():
        if field.alias not in right and any(field.alias == place[0] for place in wrong):
            found.__dict__.pop(name, None)
    return found


def values(kind: type[BaseModel], written: Mapping[str, Any], wrong: Collection[Place]) -> dict[str, Any]:
    """The keys that are right; of those with texts under names, the texts that are."""
    found = {}
    for field in kind.model_fields.values():
        key, inside = str(field.alias), below((str(field.alias),), wrong)
        if key not in written or (key,) in wrong:
            continue
        value = written[key]
        if inside and not (is_named(field.annotation) and section_of(field.annotation) is None):
            continue
        if inside:
            value = {name: one for name, one in value.items() if name not in {place[0] for place in inside}}
        found[key] = getattr(alone(kind, key).model_validate({key: value}), key)
    return found


@functools.cache
def alone(kind: type[BaseModel], key: str) -> type[BaseModel]:
    """A section with one key alone; it takes a while to make."""
    field = next(field for field in kind.model_fields.values() if field.alias == key)
    fields: dict[str, Any] = {key: (field.annotation, field)}
    one: type[BaseModel] = create_model(key, **fields)
    return one


def app(settings: Mapping[str, Any], wrong: Collection[Place]) -> AppConfig:
    """What runs, without the keys that are wrong; all names are there."""
    jobs, queues = (settings.get(key) for key in ("jobs", "queues"))
    return AppConfig.model_construct(
        services={name: service(name, one, wrong) for name, one in settings["services"].items()},
        jobs={
            name: made(JobConfig, {"service": one["service"]})
            for name, one in (jobs.items() if isinstance(jobs, Mapping) else ())
            if isinstance(one, Mapping) and isinstance(one.get("service"), str)
        },
        queues=dict.fromkeys(queues if isinstance(queues, Mapping) else (), QueueConfig()),
    )


def service(name: str, written: Any, wrong: Collection[Place]) -> ServiceConfig:
    bad = below(("services", name), wrong)
    right = values(ServiceConfig, written, bad) if isinstance(written, Mapping) else {}
    if any(place[0] == "dockerfile" for place in bad):
        right["dockerfile"] = ""  # what else is told of an image depends on it
    if any(place[0] == "uses" for place in bad):
        right.pop("environment", None)  # what they stand for depends on `uses`
    return made(ServiceConfig, {"source": "", **right})


def made(kind: type[Kind], written: dict[str, Any]) -> Kind:
    """A section that nothing is checked of."""
    return kind.model_construct(**written)
