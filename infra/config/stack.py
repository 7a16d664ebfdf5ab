"""The configuration of a stack: its sections, checked by the rules between them."""

from collections.abc import Iterable, Iterator

from infra.config.rules import RULES
from infra.config.sections import StackSections
from infra.config.values import Problem


class StackConfig(StackSections):
    """All settings of one stack, which fit together."""

    def rules(self) -> Iterable[Iterator[Problem]]:
        return (self.app_problems(), *(rule(self) for _, rule in RULES))
