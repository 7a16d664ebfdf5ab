"""The life of a resource, driven by its entry in the table. A type that differs has a subclass beside its entry."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import jmespath
from botocore.exceptions import ClientError

from localcloud.provider.aws.context import Context
from localcloud.provider.aws.convert import TAG_KEYS, Sender, match, received_properties
from localcloud.provider.definition.resource_type import Call, Read, ResourceType, Send
from localcloud.provider.definition.templates import AbsentError, Scope, added, removed
from localcloud.provider.errors import InitError, ProviderError, code_of, describe
from localcloud.provider.facts import schema
from localcloud.provider.facts.not_proven import NOT_PROVEN
from localcloud.provider.lifecycle.equality import Equality
from localcloud.provider.values import Props

POLL_SECONDS = 0.2
WAIT_SECONDS = 600.0
# The names AWS gives to "it is not there", beside those of a type's entry.
GONE = ("NotFound", "NoSuch", "DoesNotExist", "ResourceNotFound")


class Handler:
    """Creates, reads, updates and deletes resources of one type."""

    operations: tuple[str, ...] = ()  # those that the table does not name

    def __init__(self, kind: ResourceType, context: Context, subject: str) -> None:
        self.kind = kind
        self.context = context
        self.subject = subject
        self.schema = schema.of(kind.token)
        self.equality = Equality(kind.same, frozenset(kind.documents), kind.defaults)

    # What subclasses change most.

    def outgoing(self, values: Props) -> Props:
        """The properties as the operations take them."""
        return values

    def incoming(self, item: Props) -> Props:
        """The read resource as the properties take it."""
        return item

    def defaults(self, inputs: Props) -> Props:
        """Inputs that follow from others; `check` adds those that the program does not give."""
        return {}

    def current_id(self, resource_id: str, state: Props) -> str:
        """The id after reading: an import may begin with another name of the resource."""
        found = Scope(state).text(self.kind.state_id) if self.kind.state_id else None
        return found or resource_id

    @property
    def module(self) -> str:
        """The module of the table in which the type's service is."""
        return {"elbv2": "lb", "lambda": "lambda_"}.get(self.kind.service, self.kind.service)

    # The life of a resource.

    def create(self, inputs: Props, old: Props | None = None) -> tuple[str, Props]:
        """Make the resource; returns its id and its state."""
        answer = self.call(self.kind.create, inputs, old={}, tags=True)
        resource_id = self.identify(inputs, answer)
        try:
            born = {**inputs, **self.remembered(answer)}
            self.settle(resource_id, born)
            state = self.wait_ready(resource_id, born)
            self.refuse_forgotten(inputs, state)
            return resource_id, state
        except (ProviderError, ClientError) as error:
            text = describe(self.subject, error) if isinstance(error, ClientError) else str(error)
            state = {**inputs, **self.computed(resource_id, inputs), **self.remembered(answer)}
            text = f"{text}; it exists now, the next run goes on with it"
            raise InitError(text, resource_id, state, inputs) from error

    def identify(self, inputs: Props, answer: Mapping[str, Any]) -> str:
        found = Scope({**self.context.scope(), **self.flat(inputs), **answer}).text(self.kind.id)
        if found is None:
            raise ProviderError(f"{self.subject}: the creation's answer names no id: {answer}")
        return found

    def remembered(self, answer: Mapping[str, Any]) -> Props:
        """The outputs that reading needs and that only the creation's answer tells."""
        return {name: Scope(answer).fill(template) for name, template in self.kind.remembers.items()}

    def settle(self, resource_id: str, inputs: Props) -> None:
        """What the creating operation does not take."""
        for update in self.kind.updates:
            if update.settles and any(self.is_set(inputs, name) for name in update.on) and update.when(inputs):
                self.call(update.call, inputs, old={}, resource_id=resource_id)
        if self.kind.tags and not self.kind.tags.create:
            self.update_tags(resource_id, {}, inputs, inputs)

    def is_set(self, inputs: Props, name: str) -> bool:
        return inputs.get(name) is not None

    def read(self, resource_id: str, state: Props) -> Props | None:
        """The resource's properties as they are, or None when it is gone. `state` has those that no API tells."""
        item = self.fetch(resource_id, state)
        return None if item is None else self.state_of(resource_id, item, state)

    def state_of(self, resource_id: str, item: Props, state: Props) -> Props:
        """The properties of the resource that was read; `state` has those that reading does not tell."""
        found = received_properties(self.incoming(item), self.schema.outputs, self.names())
        known = {**self.from_id(resource_id), **state}
        for name in {*known} & {*found}:
            kind = self.schema.outputs[name].kind
            if kind.name == "string" and self.equality.holds(known[name], found[name], kind, name):
                found[name] = known[name]  # as the program writes it: a name for an ARN, JSON in its own form
        kept = {name: known[name] for name in self.kept(state) if name in known}
        for path in self.kept(state):
            keep_part(found, known, path)
        result = {**found, **kept, **self.computed(resource_id, {**kept, **found}), "region": self.context.region}
        if self.kind.tags:
            self.split_tags(result)
        return {name: value for name, value in result.items() if name in self.schema.outputs}

    def names(self) -> Mapping[str, str]:
        return self.kind.names

    def kept(self, state: Props) -> Sequence[str]:
        """The properties that reading does not tell."""
        return [*self.kind.local, *NOT_PROVEN.get(self.kind.token, {})]

    def computed(self, resource_id: str, values: Props) -> Props:
        """The outputs that follow from others, such as ARNs that no operation answers."""
        scope = Scope({**self.context.scope(), **values, "id": resource_id})
        texts = {name: scope.text(template) for name, template in self.kind.outputs.items()}
        return {name: text for name, text in texts.items() if text is not None}

    def fetch(self, resource_id: str, state: Props) -> Props | None:
        """The resource as its service describes it: the answers of all reading calls in one."""
        result: Props = {}
        reads = [*self.kind.reads, *([self.kind.tags.read] if self.kind.tags and self.kind.tags.read else [])]
        for read in reads:
            scope = self.scope({**state, **result}, resource_id=resource_id)
            item = self.one(read, scope)
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

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        """Bring the resource from the inputs `old` to `new`."""
        for update in self.kind.updates:
            if update.after_changes and self.changed(old, new, update.on) and update.when(new):
                self.call(update.call, new, old=old, resource_id=resource_id, state=state)
        if self.kind.tags:
            self.update_tags(resource_id, old, new, state)
        result = self.wait_ready(resource_id, {**self.carried(state), **new})
        self.refuse_forgotten(new, result)
        return result

    def carried(self, state: Props) -> Props:
        """The computed properties that an update leaves as they are."""
        return {name: value for name, value in state.items() if name not in self.schema.inputs}

    def changed(self, old: Props, new: Props, names: Sequence[str]) -> bool:
        return any(
            not self.equality.holds(old.get(name), new.get(name), self.schema.outputs[name].kind, name)
            for name in names
        )

    def delete(self, resource_id: str, state: Props) -> None:
        """Delete the resource and wait until it is gone; one that is gone already is no error."""
        if self.kind.delete is None:
            return
        try:
            self.call(self.kind.delete, {}, old={}, resource_id=resource_id, state=state)
        except ClientError:
            # Services have many words for "not there": what matters is that it is not.
            if self.fetch(resource_id, state) is not None:
                raise
        if self.kind.waits_gone:
            self.wait(lambda: self.fetch(resource_id, state) is None, f"{resource_id} to be gone")

    # Tags.

    def update_tags(self, resource_id: str, old: Props, new: Props, state: Props | None = None) -> None:
        style = self.kind.tags
        if style is None:
            return
        state = {**self.computed(resource_id, new), **(state or {})}
        before, after = old.get("tagsAll") or {}, new.get("tagsAll") or {}
        if removed(before, after):
            self.call(style.remove, new, old=old, resource_id=resource_id, state=state)
        if added(before, after):
            self.call(style.add, new, old=old, resource_id=resource_id, state=state)

    def split_tags(self, result: Props) -> None:
        """All tags, and those that are the resource's own: the rest are the provider's default tags."""
        every = {k: v for k, v in (result.get("tags") or {}).items() if not k.startswith("aws:")}
        defaults = self.context.settings.default_tags
        result["tagsAll"] = every
        result["tags"] = {key: value for key, value in every.items() if defaults.get(key) != value}

    # Calls.

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

    def call(
        self, call: Call, values: Props, *, old: Props, resource_id: str | None = None,
        state: Props | None = None, tags: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """Run an operation with the properties it sends and its arguments filled in."""
        shape = self.context.shape(self.kind.service, call.operation)
        params: dict[str, Any] = {}
        sent = self.sent(call, values)
        if sent:
            inner = shape.members[call.root] if call.root else shape
            parts = Sender(self.names(), frozenset(self.kind.documents)).structure(sent, inner)
            params = {call.root: parts} if call.root else parts
        scope = self.scope({**(state or {}), **self.flat(values)}, old, resource_id)
        params = merged(params, fitted(scope.fill(call.args), shape))
        style = self.kind.tags
        if tags and style and style.create and values.get("tagsAll"):
            params |= self.tags_at_creation(shape, values["tagsAll"])
        return self.operate(call.operation, params)

    def tags_at_creation(self, shape: Any, tags: Mapping[str, str]) -> dict[str, Any]:
        style = self.kind.tags
        assert style is not None  # noqa: S101 - for the type checker
        value: Any = dict(tags)
        if style.resource_type:
            value = [{"ResourceType": style.resource_type, "Tags": value}]
        return {style.create: fitted(value, shape.members[style.create])}

    def sent(self, call: Call, values: Props) -> Props:
        """The properties that go into an operation's input."""
        if call.sends is Send.NONE:
            return {}
        given = self.outgoing(dict(values))
        hidden = {"tagsAll", "region", *self.kind.handled, *(["tags"] if self.kind.tags else [])}
        shape = self.context.shape(self.kind.service, call.operation)
        inner = shape.members[call.root] if call.root else shape
        if call.sends is not Send.ALL:
            return {name: given[name] for name in call.sends if given.get(name) is not None}
        return {
            name: value
            for name, value in given.items()
            if name not in hidden and value is not None and self.member(inner, name)
        }

    def member(self, shape: Any, name: str) -> str | None:
        target = self.names().get(name)
        if target is None:
            return match(shape.members, name)
        return target if target.split(".")[0] in shape.members else None

    def operate(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        return dict(getattr(self.context.client(self.kind.service), operation)(**params))

    def is_gone(self, error: ClientError) -> bool:
        code = code_of(error)
        return code in self.kind.gone or code == "404" or any(word in code for word in GONE)

    def fail(self, text: str) -> NoReturn:
        raise ProviderError(f"{self.subject}: {text}")

    # Waiting.

    def wait_ready(self, resource_id: str, values: Props) -> Props:
        """The state, once the resource may be used."""
        item: Props | None = None

        def look() -> bool:
            nonlocal item
            item = self.fetch(resource_id, values)
            if item is None:
                raise ProviderError(f"{self.subject}: {resource_id} is not there right after it was made or changed")
            if self.kind.failed and jmespath.search(self.kind.failed, item):
                raise ProviderError(f"{self.subject}: {resource_id} failed: {jmespath.search(self.kind.failed, item)}")
            return not self.kind.ready or bool(jmespath.search(self.kind.ready, item))

        self.wait(look, f"{resource_id} to be ready")
        return self.state_of(resource_id, item or {}, values)

    def refuse_forgotten(self, inputs: Props, state: Props) -> None:
        """Fail where the emulator did not keep what it was told: nothing is passed over in silence."""
        from localcloud.provider.lifecycle.difference import between, refreshed_inputs

        told = refreshed_inputs(self, inputs, state)
        lost = [path for path in between(self, told, inputs).paths if path.split(".")[0] not in ("tags", "tagsAll")]
        if lost:
            self.fail(
                f"{', '.join(lost)}: the emulator does not keep it, so the laptop proves nothing about it; leave it"
                " out, or name it with its reason in localcloud/provider/facts/not_proven.py"
            )

    def wait(self, done: Any, what: str, seconds: float = WAIT_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise ProviderError(f"{self.subject}: waited {seconds:.0f} s for {what}")
            time.sleep(POLL_SECONDS)


def fitted(value: Any, shape: Any) -> Any:
    """An argument in the form its shape wants: maps as lists of keys and values, names as lists of keys."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        return {key: fitted(item, shape.members[key]) for key, item in value.items()}
    if shape.type_name == "structure" and isinstance(value, list):
        return {"Items": fitted(value, shape.members["Items"])}
    if shape.type_name == "list" and isinstance(value, Mapping):
        return Sender()._list(value, shape, "")
    if shape.type_name == "list" and isinstance(value, list):
        if value and shape.member.type_name == "structure" and all(isinstance(item, str) for item in value):
            keys = [name for name in shape.member.members if name in TAG_KEYS]
            return [{keys[0]: item} for item in value]
        return [fitted(item, shape.member) for item in value]
    if shape.type_name == "list":
        return [value]
    return value


def keep_part(found: Any, known: Any, path: str) -> None:
    """Put a part that reading does not tell (`a.b`) from the known value into the one that was read."""
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


def merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """`one` with `other` put over it, structures part by part."""
    result = dict(one)
    for key, value in other.items():
        both = isinstance(result.get(key), dict) and isinstance(value, Mapping)
        result[key] = merged(result[key], value) if both else value
    return result
