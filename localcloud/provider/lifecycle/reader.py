"""Reads a resource from AWS, as the state and the inputs that Pulumi stores."""

from collections.abc import Mapping, Sequence
from typing import Any

import jmespath
from botocore.exceptions import ClientError

from localcloud.provider.aws.context import Context
from localcloud.provider.aws.receiver import received_properties
from localcloud.provider.definition.resource_type import Read, ResourceType
from localcloud.provider.definition.templates import AbsentError, Scope
from localcloud.provider.errors import code_of
from localcloud.provider.facts.not_proven import NOT_PROVEN
from localcloud.provider.lifecycle import refresh
from localcloud.provider.lifecycle.caller import Caller
from localcloud.provider.lifecycle.equality import Equality
from localcloud.provider.values import Props

# Parts of AWS's error codes for "it is not there"; a type's entry may name more.
GONE = ("NotFound", "NoSuch", "DoesNotExist", "ResourceNotFound")


class Reader(Caller):
    """Reads resources of one type."""

    def __init__(self, kind: ResourceType, context: Context, subject: str) -> None:
        super().__init__(kind, context, subject)
        self.equality = Equality(kind.same, frozenset(kind.documents), kind.defaults)

    def incoming(self, item: Props) -> Props:
        """The read resource as the properties take it."""
        return item

    def kept(self, state: Props) -> Sequence[str]:
        """The properties that AWS does not return: the state is their only source."""
        return [*self.kind.local, *NOT_PROVEN.get(self.kind.token, {})]

    def read(self, resource_id: str, state: Props) -> Props | None:
        """The resource's properties as they are, or None when it is gone. `state` has those that no API tells."""
        item = self.fetch(resource_id, state)
        return None if item is None else self.state_of(resource_id, item, state)

    def current_id(self, resource_id: str, state: Props) -> str:
        """The id after reading: an import may begin with another name of the resource."""
        found = Scope(state).text(self.kind.state_id) if self.kind.state_id else None
        return found or resource_id

    def current_inputs(self, old: Props, state: Props) -> Props:
        """The inputs that would make what was read. Without old inputs (an import) all that the cloud tells."""
        if old:
            return refresh.refreshed(self.schema, self.equality, self.kept(state), old, state)
        found = refresh.imported(self.schema, self.accepted() - {"region"}, state)
        return {**found, **({"tagsAll": state.get("tagsAll", {})} if self.kind.tags else {})}

    def state_of(self, resource_id: str, item: Props, state: Props) -> Props:
        """The properties of the resource that was read; `state` has those that reading does not tell."""
        found = received_properties(self.incoming(item), self.schema.outputs, self.kind.names)
        known = {**self.from_id(resource_id), **state}
        for name in {*known} & {*found}:
            kind = self.schema.outputs[name].kind
            if kind.name == "string" and self.equality.holds(known[name], found[name], kind, name):
                found[name] = known[name]  # in the program's form: a name instead of an ARN, JSON with its own spaces
        kept = {name: known[name] for name in self.kept(state) if name in known}
        for path in self.kept(state):
            keep_part(found, known, path)
        result = {**found, **kept, **self.computed(resource_id, {**kept, **found}), "region": self.context.region}
        if self.kind.tags:
            result |= self.split_tags(result)
        return {name: value for name, value in result.items() if name in self.schema.outputs}

    def computed(self, resource_id: str, values: Props) -> Props:
        """The outputs that follow from others, such as ARNs that no operation answers."""
        scope = Scope({**self.context.scope(), **values, "id": resource_id})
        texts = {name: scope.text(template) for name, template in self.kind.outputs.items()}
        return {name: text for name, text in texts.items() if text is not None}

    def fetch(self, resource_id: str, state: Props) -> Props | None:
        """The resource as its service describes it: the answers of all reading calls in one. None when it is gone."""
        result: Props = {}
        reads = [*self.kind.reads, *([self.kind.tags.read] if self.kind.tags and self.kind.tags.read else [])]
        for read in reads:
            item = self.one(read, self.scope({**state, **result}, resource_id=resource_id))
            if item is None and not read.optional:
                return None
            result |= item or {}
        return result

    def one(self, read: Read, scope: Scope) -> Props | None:
        try:
            answer = self.operate(read.operation, scope.fill(read.args))
            path = scope.fill(read.item)
        except ClientError as error:
            if self.is_gone(error):
                return None
            raise
        except AbsentError:
            return None
        answer.pop("ResponseMetadata", None)
        found = jmespath.search(path, answer)
        return found if isinstance(found, dict) and found else None

    def is_gone(self, error: ClientError) -> bool:
        code = code_of(error)
        return code in self.kind.gone or code == "404" or any(word in code for word in GONE)

    def split_tags(self, found: Props) -> Props:
        """All tags, and those that are the resource's own; the others are the provider's default tags."""
        every = {key: value for key, value in (found.get("tags") or {}).items() if not key.startswith("aws:")}
        defaults = self.context.settings.default_tags
        return {"tagsAll": every, "tags": {key: value for key, value in every.items() if defaults.get(key) != value}}


def keep_part(found: Any, known: Any, path: str) -> None:
    """Copy a nested property that AWS does not return (`a.b`) from the known value into the one that was read."""
    name, _, rest = path.partition(".")
    if not rest:
        if isinstance(found, dict) and isinstance(known, Mapping) and name in known:
            found[name] = known[name]
        return
    one, other = (part.get(name) if isinstance(part, Mapping) else None for part in (found, known))
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for pair in zip(one, other, strict=True):
            keep_part(*pair, rest)
    else:
        keep_part(one, other, rest)
