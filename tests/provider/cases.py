"""How the life-cycle test treats each type: one case per type, gathered from the modules of `case_tables`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider.values import Props


@dataclass(frozen=True)
class Ref:
    """An output of another case's resource; `Ref("vpc", "id")`."""

    case: str
    output: str = "id"


@dataclass(frozen=True)
class Ask:
    """A question to AWS: the operation, its arguments (`{id}` and outputs filled in), and a JMESPath of the answer."""

    service: str
    operation: str
    args: Mapping[str, Any] = field(default_factory=dict)
    item: str = "@"


@dataclass(frozen=True, kw_only=True)
class Case:
    """The life of one resource of a type."""

    token: str
    inputs: Props
    ask: Ask  # AWS's description of it; none when it is gone
    shows: Mapping[str, Any] = field(default_factory=dict)  # JMESPath on that description -> what it must be
    change: Props = field(default_factory=dict)  # in place; None takes an input out
    shows_changed: Mapping[str, Any] = field(default_factory=dict)
    replace: Sequence[Props] = ()  # each of these must make a new resource
    outputs: Mapping[str, str] = field(default_factory=dict)  # output -> regular expression
    import_id: str = "{id}"
    behind: tuple[str, str, Mapping[str, Any]] | None = None  # service, operation, arguments: a change behind the back
    lives: bool = True  # False for what others need and only one may have
    stays: bool = False  # AWS keeps something in its place after the deletion
