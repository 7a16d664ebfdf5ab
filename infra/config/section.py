"""What every section of the configuration is."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from infra.config.values import Problem, several


class Section(BaseModel):
    """Frozen, with camelCase keys in the file, and no key that is not described here."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    def rules(self) -> Iterable[Iterator[Problem]]:
        """Of each rule between keys the problems that it finds, where each key is right by itself."""
        return ()

    @model_validator(mode="after")
    def keeps_its_rules(self) -> Self:
        if error := several(chain.from_iterable(self.rules())):
            raise error
        return self


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The kind of section that a field holds, alone, optional, or each under a name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := section_of(part))), None)


def is_named(annotation: Any) -> bool:
    """Whether a field holds several sections, each under a name of its own."""
    return get_origin(annotation) is dict
