"""What AWS refuses but the emulator accepts: rules for `check`, each a short object in a type's entry.

A rule gets the inputs whose values are known, and yields problems: the property and `rule, got value; what to do`.
Rules that ask the cloud do so only where a value is new or changed, so that an `up` without changes asks nothing.
"""

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import jmespath
from botocore.exceptions import ClientError, ParamValidationError
from jmespath.exceptions import JMESPathError

from localcloud.provider.definition.templates import AbsentError, Scope
from localcloud.provider.values import Props, at

Problem = tuple[str, str]


class Cloud(Protocol):
    """What rules may ask: the boto client of a service, and what an operation's input looks like."""

    def client(self, service: str) -> Any: ...

    def shape(self, service: str, operation: str) -> Any: ...


@dataclass(frozen=True)
class Case:
    """Inputs to judge. `inputs` has the known values alone; `given` names all that have a value, known or not."""

    context: Cloud
    inputs: Props
    given: frozenset[str]
    old: Props = field(default_factory=dict)
    promised: frozenset[str] = frozenset()  # names of what the same preview has said it would make

    def values(self, path: str) -> list[Any]:
        """The values at a dotted path, through lists: none, one or several."""
        found = [self.inputs]
        for part in path.split("."):
            found = [item[part] for item in found if isinstance(item, Mapping) and item.get(part) is not None]
            found = [one for item in found for one in (item if isinstance(item, list) else [item])]
        return found

    def is_new(self, path: str) -> bool:
        top = path.split(".")[0]
        return self.inputs.get(top) != self.old.get(top)


class Rule:
    """A rule of one type."""

    operations: tuple[str, ...] = ()

    def problems(self, case: Case) -> Iterator[Problem]:
        raise NotImplementedError


@dataclass(frozen=True)
class Matches(Rule):
    """The text has a form; `says` names it."""

    path: str
    pattern: str
    says: str

    def problems(self, case: Case) -> Iterator[Problem]:
        for value in case.values(self.path):
            if not re.fullmatch(self.pattern, str(value)):
                yield self.path, f"must be {self.says}, got {value!r}"


@dataclass(frozen=True)
class OneOf(Rule):
    """The value is one of some."""

    path: str
    options: tuple[Any, ...]

    def problems(self, case: Case) -> Iterator[Problem]:
        for value in case.values(self.path):
            if value not in self.options:
                yield self.path, f"must be one of {', '.join(map(str, self.options))}, got {value!r}"


@dataclass(frozen=True)
class Between(Rule):
    """The number lies in a range."""

    path: str
    low: float
    high: float

    def problems(self, case: Case) -> Iterator[Problem]:
        for value in case.values(self.path):
            if not self.low <= float(value) <= self.high:
                yield self.path, f"must be {self.low:g} to {self.high:g}, got {value!r}"


@dataclass(frozen=True)
class ExactlyOne(Rule):
    """Of several properties one is given, and only one; with `needed` false also none will do."""

    paths: tuple[str, ...]
    needed: bool = True

    def problems(self, case: Case) -> Iterator[Problem]:
        found = [path for path in self.paths if path in case.given]
        if len(found) > 1 or (self.needed and not found):
            yield self.paths[0], f"exactly one of {', '.join(self.paths)}, got {', '.join(found) or 'none'}"


@dataclass(frozen=True)
class AtLeastOne(Rule):
    """Of several properties one or more are given."""

    paths: tuple[str, ...]

    def problems(self, case: Case) -> Iterator[Problem]:
        if not case.given.intersection(self.paths):
            yield self.paths[0], f"at least one of {', '.join(self.paths)} is required, got none"


@dataclass(frozen=True)
class Needed(Rule):
    """A property that the schema calls optional and AWS requires."""

    path: str
    when: Callable[[Props], bool] = lambda _inputs: True

    def problems(self, case: Case) -> Iterator[Problem]:
        if self.path not in case.given and self.when(case.inputs):
            yield self.path, "is required here, got nothing; give it a value"


@dataclass(frozen=True)
class Cidr(Rule):
    """An IPv4 network with a prefix in a range and no host bits."""

    path: str
    shortest: int = 0
    longest: int = 32

    def problems(self, case: Case) -> Iterator[Problem]:
        for value in case.values(self.path):
            reason = cidr_problem(value, self.shortest, self.longest)
            if reason:
                yield self.path, reason


def cidr_problem(value: str, shortest: int, longest: int) -> str:
    try:
        network = ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        return f"must be an IPv4 range such as 10.0.0.0/16, got {value!r}"
    if "/" not in value:
        return f"must say its length, got {value!r}; write {value}/32"
    if not shortest <= network.prefixlen <= longest:
        return f"must be /{shortest} to /{longest}, got {value!r}"
    if str(network) != value:
        return f"must be the first address of its range, got {value!r}; write {network}"
    return ""


@dataclass(frozen=True)
class Document(Rule):
    """JSON; with `policy`, an IAM policy document."""

    path: str
    policy: bool = True
    kind: type[Any] = dict
    limit: int = 0

    def problems(self, case: Case) -> Iterator[Problem]:
        for value in case.values(self.path):
            reason = self.reason(value)
            if reason:
                yield self.path, reason

    def reason(self, value: str) -> str:
        try:
            document = json.loads(value)
        except ValueError as error:
            return f"must be JSON, got {value[:60]!r}: {error}"
        if not isinstance(document, self.kind):
            return f"must be a JSON {'object' if self.kind is dict else 'list'}, got {value[:60]!r}"
        size = len("".join(value.split()))
        if self.limit and size > self.limit:
            return f"must be at most {self.limit} characters without white space, got {size}"
        return policy_problem(dict(document)) if self.policy else ""


def policy_problem(document: Mapping[str, Any]) -> str:
    """Why IAM would call the policy malformed, or an empty text."""
    statements = document.get("Statement")
    if not statements:
        return "must be a policy with a Statement, got none; write {'Version': '2012-10-17', 'Statement': [...]}"
    if document.get("Version", "2008-10-17") not in ("2012-10-17", "2008-10-17"):
        return f"Version must be 2012-10-17, got {document['Version']!r}"
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            return f"every Statement needs Effect Allow or Deny, got {statement!r}"
        if not statement.get("Action") and not statement.get("NotAction"):
            return f"every Statement needs an Action, got {statement!r}"
    return ""


@dataclass(frozen=True)
class Exists(Rule):
    """What the property names is there. `args` and `item` are templates in which `{value}` is what it names."""

    path: str
    what: str
    service: str
    operation: str
    args: Mapping[str, Any]
    item: str = "@"

    @property
    def operations(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.operation,)

    def problems(self, case: Case) -> Iterator[Problem]:
        if not case.is_new(self.path):
            return
        for value in case.values(self.path):
            if value not in case.promised and not self.is_there(case, value):
                yield (
                    self.path,
                    f"must name {self.what} that exists, got {value!r}; if it was deleted, run `pulumi refresh` first",
                )

    def is_there(self, case: Case, value: Any) -> bool:
        scope = Scope({**case.inputs, "value": value, "name": str(value).rsplit("/", 1)[-1]})
        try:
            answer = getattr(case.context.client(self.service), self.operation)(**scope.fill(self.args))
            return bool(jmespath.search(scope.fill(self.item), answer))
        except (ClientError, ParamValidationError, JMESPathError):
            return False
        except AbsentError:
            return True


@dataclass(frozen=True)
class Says(Rule):
    """A rule of one type's own: the function tells what is wrong, or an empty text."""

    path: str
    judge: Callable[[Case, Any], str]
    operations: tuple[str, ...] = ()

    def problems(self, case: Case) -> Iterator[Problem]:
        value = at(case.inputs, self.path)
        reason = self.judge(case, value) if value is not None else ""
        if reason:
            yield self.path, reason


def is_public_key(value: str) -> bool:
    """Whether it is an OpenSSH public key of a kind that EC2 imports."""
    parts = value.split()
    if len(parts) < 2 or parts[0] not in ("ssh-rsa", "ssh-ed25519"):
        return False
    try:
        blob = base64.b64decode(parts[1], validate=True)
    except binascii.Error:
        return False
    return blob[4 : 4 + len(parts[0])] == parts[0].encode()
