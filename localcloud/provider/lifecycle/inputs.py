"""The inputs that the program did not give: defaults, the automatic name, and the provider's default tags."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.provider.definition.resource_type import AutoName, ResourceType
from localcloud.provider.definition.rules import Problem
from localcloud.provider.values import DEFAULTS, UNKNOWN, Props, has_unknown

SUFFIX_DIGITS = 7


@dataclass(frozen=True)
class Naming:
    """From what an automatic name is made: the resource's logical name, and the engine's seed for its digits."""

    logical_name: str
    seed: bytes

    def name(self, auto: AutoName) -> str:
        digits = hashlib.sha256(self.seed).hexdigest() if self.seed else secrets.token_hex(SUFFIX_DIGITS)
        logical_name = self.logical_name.lower() if auto.lower else self.logical_name
        return f"{logical_name}-{digits[:SUFFIX_DIGITS]}"


def fill_in(
    kind: ResourceType, given: Props, derived: Props, old: Props, naming: Naming
) -> tuple[Props, list[Problem]]:
    """The inputs with what `derived` and the table add, and the problems of the automatic name."""
    problems: list[Problem] = []
    table = {path: value for path, value in kind.defaults.items() if "." not in path}
    added = {name: value for name, value in {**derived, **table}.items() if name not in given}
    auto = kind.auto_name
    if auto and auto.name not in given:
        kept = old.get(auto.name) if auto.name in (old.get(DEFAULTS) or ()) else None
        name = kept or naming.name(auto)
        if len(name) > auto.limit:
            problems.append((auto.name, f"at most {auto.limit} characters, got {name!r}; give a shorter name"))
        added[auto.name] = name
    return {**given, **added, DEFAULTS: sorted(added)}, problems


def all_tags(defaults: Mapping[str, str], own: Any) -> Any:
    """The resource's own tags over the provider's default tags."""
    return UNKNOWN if has_unknown(own) else {**defaults, **(own or {})}
