"""The rules between keys, checked beside keys that are wrong, so that all problems are told at once.

A rule counts where all that it looks at is right by itself.
"""

import functools
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, create_model
from pydantic_core import ErrorDetails

from infra.config.rules import RULES
from infra.config.services import AppConfig, JobConfig, QueueConfig, ServiceConfig
from infra.config.stack import StackConfig
from infra.config.values import Problem, text_of

Place = tuple[int | str, ...]
Kind = TypeVar("Kind", bound=BaseModel)


def broken_rules(settings: Mapping[str, Any], errors: Collection[ErrorDetails]) -> Iterator[Problem]:
    """Those that pydantic did not come to, since it checks the whole only when each part is right."""
    wrong = set(places(errors))
    if not all(wrong):
        return  # the whole was checked
    if isinstance(settings.get("services"), Mapping):
        services_are_right = not any(place[0] == "services" for place in wrong)
        for problem in app(settings, wrong).app_problems():
            # Whether a service has routes is known only where all services are.
            if services_are_right or problem.key != "services":
                yield problem
    sections = {str(place[0]) for place in wrong}
    right = StackConfig.model_construct(**values(settings, sections))
    for keys, rule in RULES:
        if not sections & set(keys):
            yield from rule(right)


def places(errors: Collection[ErrorDetails]) -> Iterator[Place]:
    """The keys that are wrong."""
    for error in errors:
        problems = error.get("ctx", {}).get("problems")
        if problems is None or not error["loc"]:
            yield error["loc"]
        else:  # a rule of one section: of its keys, those that it names
            yield from ((*error["loc"], *problem.key.split(".")) for problem in problems)


def values(settings: Mapping[str, Any], wrong: Collection[str]) -> dict[str, Any]:
    """The sections that are right; of the others, and of those that are not written, the default."""
    found = {}
    for field in StackConfig.model_fields.values():
        alias = str(field.alias)
        if alias in settings and alias not in wrong:
            found[alias] = getattr(section(alias).model_validate({alias: settings[alias]}), alias)
    return found


@functools.cache
def section(key: str) -> type[BaseModel]:
    """The configuration with one key alone; it takes a while to make."""
    field = next(field for field in StackConfig.model_fields.values() if field.alias == key)
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
    bad = {place[2] for place in wrong if place[:2] == ("services", name) and len(place) > 2}
    known = {str(field.alias) for field in ServiceConfig.model_fields.values()} - bad
    right = {key: value for key, value in written.items() if key in known} if isinstance(written, Mapping) else {}
    if "dockerfile" in bad:
        right.pop("buildArgs", None)  # which of them it takes, it alone tells
    variables = {} if "uses" in bad else right.get("environment", {})  # what they stand for depends on `uses`
    right["environment"] = {key: text_of(value) for key, value in variables.items()}
    return made(ServiceConfig, {"source": "", **right})


def made(kind: type[Kind], written: dict[str, Any]) -> Kind:
    """A section that nothing is checked of."""
    return kind.model_construct(**written)
