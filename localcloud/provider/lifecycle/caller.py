"""The calls of a type's operations: what goes into them, from the table and the properties."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from localcloud.provider.aws.context import Context, marked
from localcloud.provider.aws.members import match
from localcloud.provider.aws.sender import Sender, fitted
from localcloud.provider.definition.resource_type import Call, ResourceType, Send
from localcloud.provider.definition.rules import Problem
from localcloud.provider.definition.templates import REFERENCE, Scope
from localcloud.provider.errors import ProviderError
from localcloud.provider.facts import schema
from localcloud.provider.values import Props


class Caller:
    """Calls the operations of one type; `subject` names the resource in errors."""

    operations: ClassVar[tuple[str, ...]] = ()  # those that the table does not name

    def __init__(self, kind: ResourceType, context: Context, subject: str) -> None:
        self.kind = kind
        self.context = context
        self.subject = subject
        self.schema = schema.of(kind.token)

    def outgoing(self, values: Props) -> Props:
        """The properties as the operations take them. For subclasses."""
        return values

    def call(
        self,
        call: Call,
        values: Props,
        *,
        old: Props,
        resource_id: str | None = None,
        state: Props | None = None,
        tags: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Run an operation with the properties it sends and its arguments filled in."""
        shape = self.context.shape(self.kind.service, call.operation)
        params, _ = self.converted(call, values)
        if call.root and params:
            params = {call.root: [params] if shape.members[call.root].type_name == "list" else params}
        scope = self.scope({**(state or {}), **self.flat(values)}, old, resource_id)
        params = merged(params, fitted(scope.fill(call.args), shape))
        if tags and values.get("tagsAll"):
            params |= self.tags_at_creation(shape, values["tagsAll"])
        with marked(headers or {}):
            return self.operate(call.operation, params)

    def converted(self, call: Call, values: Props) -> tuple[dict[str, Any], list[Problem]]:
        """The properties that the call sends, as its operation takes them, and what the operation would refuse."""
        if call.sends is Send.NONE:
            return {}, []
        shape = self.shape(call)
        sender = Sender(self.kind.names, frozenset(self.kind.documents))
        return sender.structure(self.sent(call, values, shape), shape), sender.problems

    def sent(self, call: Call, values: Props, shape: Any) -> Props:
        """The properties that the call sends."""
        given = {name: value for name, value in self.outgoing(dict(values)).items() if value is not None}
        if not isinstance(call.sends, Send):
            return {name: given[name] for name in call.sends if name in given}
        hidden = {"tagsAll", "region", *self.kind.handled, *(["tags"] if self.kind.tags else [])}
        return {name: value for name, value in given.items() if name not in hidden and self.has_member(shape, name)}

    def shape(self, call: Call) -> Any:
        """The structure in which the call's properties lie: where it is in a list, it is the only one there."""
        shape = self.context.shape(self.kind.service, call.operation)
        if not call.root:
            return shape
        root = shape.members[call.root]
        return root.member if root.type_name == "list" else root

    def has_member(self, shape: Any, name: str) -> bool:
        target = self.kind.names.get(name)
        return bool(match(shape.members, name)) if target is None else target.split(".")[0] in shape.members

    def accepted(self) -> set[str]:
        """The properties that the table or the type's handler does something with."""
        kind = self.kind
        names = {"region", *kind.local, *kind.handled, *(name for update in kind.updates for name in update.on)}
        names |= {"tags"} if kind.tags else set()
        names |= {reference[2].split(".")[0] for reference in REFERENCE.finditer(str(kind.create.args))}
        if kind.create.sends is Send.NONE:
            return names
        shape = self.shape(kind.create)
        return names | {name for name in self.schema.inputs if self.has_member(shape, name)}

    def tags_at_creation(self, shape: Any, tags: Mapping[str, str]) -> dict[str, Any]:
        style = self.kind.tags
        if style is None or not style.create:
            return {}
        value = [{"ResourceType": style.resource_type, "Tags": dict(tags)}] if style.resource_type else dict(tags)
        return {style.create: fitted(value, shape.members[style.create])}

    def flat(self, values: Props) -> Props:
        """The properties as templates name them: by Pulumi's names, after `outgoing`."""
        return {**values, **self.outgoing(values)}

    def scope(self, values: Props, old: Props | None = None, resource_id: str | None = None) -> Scope:
        scope = {**self.context.scope(), **values}
        if resource_id is not None:
            scope["id"] = resource_id
            scope |= {key: value for key, value in self.from_id(resource_id).items() if scope.get(key) is None}
        return Scope(scope, self.flat(old or {}))

    def from_id(self, resource_id: str) -> Props:
        """What the id itself tells: what an import has, where nothing else is known."""
        found = re.fullmatch(self.kind.import_id, resource_id) if self.kind.import_id else None
        return {key: value for key, value in found.groupdict().items() if value is not None} if found else {}

    def operate(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        return dict(getattr(self.context.client(self.kind.service), operation)(**params))

    def fail(self, text: str) -> NoReturn:
        raise ProviderError(f"{self.subject}: {text}")


def merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """`one` with `other` put over it, structures part by part."""
    result = dict(one)
    for key, value in other.items():
        both = isinstance(result.get(key), dict) and isinstance(value, Mapping)
        result[key] = merged(result[key], value) if both else value
    return result
