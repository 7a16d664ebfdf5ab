"""Fills the templates of the table (`"{vpcId}"`) from a resource's properties."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider.values import at

REFERENCE = re.compile(r"\{([+-]?)([A-Za-z_][\w.]*)\}")


class AbsentError(Exception):
    """A template names a property that is not set."""


@dataclass(frozen=True)
class Scope:
    """What templates may name: the properties and, for an update, the old ones."""

    values: Mapping[str, Any]
    old: Mapping[str, Any] = field(default_factory=dict)

    def look_up(self, sign: str, name: str) -> Any:
        value = at(self.values, name)
        if sign:
            value = added(at(self.old, name), value) if sign == "+" else removed(at(self.old, name), value)
            if not value:
                raise AbsentError(name)
        if value is None:
            raise AbsentError(name)
        return value

    def fill(self, template: Any) -> Any:
        """The template with its references replaced; keys whose value is absent are dropped."""
        if isinstance(template, str):
            whole = REFERENCE.fullmatch(template)
            if whole:
                return self.look_up(whole[1], whole[2])
            return REFERENCE.sub(lambda found: str(self.look_up(found[1], found[2])), template)
        if isinstance(template, Mapping):
            return dict(self._present(template.items()))
        if isinstance(template, list):
            return [value for _, value in self._present((None, item) for item in template)]
        return template

    def _present(self, items: Any) -> Any:
        for key, item in items:
            try:
                yield key, self.fill(item)
            except AbsentError:
                continue

    def text(self, template: str) -> str | None:
        """The filled template, or None where a part of it is absent."""
        try:
            return str(self.fill(template))
        except AbsentError:
            return None


def added(old: Any, new: Any) -> Any:
    """What `new` has that `old` has not: the entries of a map that are new or changed, the elements of a list."""
    if isinstance(new, Mapping):
        return {key: value for key, value in new.items() if (old or {}).get(key) != value}
    return [item for item in new or [] if item not in (old or [])]


def removed(old: Any, new: Any) -> list[Any]:
    """The keys of a map, or the elements of a list, that `new` has no more."""
    return [item for item in old or [] if item not in (new or [])]
