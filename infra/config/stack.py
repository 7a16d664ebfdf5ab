"""The configuration of a stack: its sections, checked by the rules between them."""

from collections.abc import Iterator

from infra.config.rules import RULES
from infra.config.sections import StackSections
from infra.config.values import Problem


class StackConfig(StackSections):
    """All settings of one stack, which fit together."""

    def problems(self) -> Iterator[Problem]:
        yield from self.app_problems()
        for _, rule in RULES:
            yield from rule(self)
