"""What every section of the configuration is."""

from collections.abc import Iterator
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from infra.config.values import Problem, several


class Section(BaseModel):
    """Frozen, with camelCase keys in the file, and no key that is not described here."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    def problems(self) -> Iterator[Problem]:
        """Broken rules between keys, each of which is right by itself."""
        yield from ()

    @model_validator(mode="after")
    def keeps_its_rules(self) -> Self:
        if error := several(self.problems()):
            raise error
        return self
