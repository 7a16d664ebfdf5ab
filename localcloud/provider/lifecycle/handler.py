"""The life cycle of a resource, driven by its entry in the table. A type that needs more has a subclass there."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jmespath
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from localcloud.place import CREATED_HEADER, CREATION_HEADER
from localcloud.provider.definition.rules import Problem
from localcloud.provider.definition.templates import AbsentError, Scope, added, removed
from localcloud.provider.errors import InitError, ProviderError, describe
from localcloud.provider.lifecycle.check import problems_of
from localcloud.provider.lifecycle.difference import Difference, between
from localcloud.provider.lifecycle.inputs import Naming, all_tags, fill_in
from localcloud.provider.lifecycle.paths import top
from localcloud.provider.lifecycle.reader import Reader
from localcloud.provider.values import UNKNOWN, Props

POLL_SECONDS = 0.2
WAIT_SECONDS = 600.0


class Handler(Reader):
    """Checks, compares, creates, reads, updates and deletes resources of one type.

    `born` is told the id of a resource, and what only its creation tells, once the cloud has it, which may be long
    before it is ready. Until then its creation is known by the name `creation`: asked for a second time by that name,
    the emulator makes nothing twice.
    """

    born: Callable[[str, Props], None] = staticmethod(lambda *_: None)
    creation: str = ""

    def defaults(self, given: Props) -> Props:
        """Inputs that follow from others; `check` adds those that the program does not give."""
        return {}

    # What changes nothing in the cloud.

    def check(
        self, given: Props, old: Props, naming: Naming, promised: frozenset[str] = frozenset()
    ) -> tuple[Props, list[Problem]]:
        """The inputs with defaults, the automatic name and all tags, and what AWS would refuse of them."""
        filled, problems = fill_in(self.kind, given, self.defaults(given), old, naming)
        if self.kind.tags:
            filled["tagsAll"] = all_tags(self.context.settings.default_tags, given.get("tags"))
        return filled, problems + problems_of(self, filled, old, promised)

    def difference(self, old: Props, new: Props) -> Difference:
        """What an update of the inputs would change."""
        return between(self.kind, self.schema, self.equality, old, new)

    def changed(self, old: Props, new: Props, names: Sequence[str]) -> bool:
        return any(
            not self.equality.holds(old.get(name), new.get(name), self.schema.outputs[name].kind, name)
            for name in names
        )

    def preview(self, new: Props, state: Props) -> Props:
        """The state after a deployment, as far as it is known before. An empty `state` means a creation."""
        outputs = self.schema.outputs
        given = {name: value for name, value in {**new, "region": self.context.region}.items() if name in outputs}
        if not state:
            return {**dict.fromkeys(outputs, UNKNOWN), **given}
        kept = {name: value for name, value in state.items() if name not in self.schema.inputs or outputs[name].filled}
        return {**kept, **dict.fromkeys(self.kind.volatile, UNKNOWN), **given}

    # Create.

    def create(self, inputs: Props) -> tuple[str, Props]:
        """Make the resource; returns its id and its state."""
        name = {CREATION_HEADER: self.creation} if self.creation else {}
        answer = self.call(self.kind.create, inputs, old={}, tags=True, headers=name)
        resource_id, remembered = self.identify(inputs, answer), self.remembered(answer)
        self.born(resource_id, remembered)
        try:
            return resource_id, self.finish(resource_id, inputs, remembered)
        except (ProviderError, ClientError, BotoCoreError) as error:
            text = describe(self.subject, error)
            state = {**inputs, **self.computed(resource_id, inputs), **remembered}
            text = f"{text}; it exists now, the next run goes on with it"
            raise InitError(text, resource_id, state, inputs) from error

    def recall(self, creation: str, inputs: Props) -> tuple[str, Props] | None:
        """What `born` is told of a creation that was killed before it knew; None where it made nothing."""
        try:
            answer = self.call(self.kind.create, inputs, old={}, tags=True, headers={CREATED_HEADER: creation})
            return self.identify(inputs, answer), self.remembered(answer)
        except (ProviderError, ClientError, ParamValidationError, AbsentError):
            return None

    def identify(self, inputs: Props, answer: Mapping[str, Any]) -> str:
        found = Scope({**self.context.scope(), **self.flat(inputs), **answer}).text(self.kind.id)
        if found is None:
            raise ProviderError(f"{self.subject}: the creation's answer names no id: {answer}")
        return found

    def remembered(self, answer: Mapping[str, Any]) -> Props:
        """What only the creation's answer tells of the resource."""
        return {name: Scope(answer).fill(template) for name, template in self.kind.remembers.items()}

    def finish(self, resource_id: str, inputs: Props, remembered: Props) -> Props:
        """What a creation has left to do once the cloud has the resource; its state."""
        born = {**inputs, **remembered}
        self.settle(resource_id, born)
        state = self.wait_ready(resource_id, born)
        self.refuse_forgotten(inputs, state)
        return state

    def settle(self, resource_id: str, inputs: Props) -> None:
        """Send what the creating operation does not accept."""
        for update in self.kind.updates:
            is_set = any(inputs.get(name) is not None for name in update.on)
            if update.settles and is_set and update.when(inputs):
                self.call(update.call, inputs, old={}, resource_id=resource_id)
        if self.kind.tags and not self.kind.tags.create:
            self.update_tags(resource_id, {}, inputs, inputs)

    # Update.

    def update(self, resource_id: str, old: Props, state: Props, new: Props) -> Props:
        """Bring the resource from the inputs `old` to `new`."""
        for update in self.kind.updates:
            if update.after_changes and self.changed(old, new, update.on) and update.when(new):
                self.call(update.call, new, old=old, resource_id=resource_id, state=state)
        if self.kind.tags:
            self.update_tags(resource_id, old, new, state)
        computed = {name: value for name, value in state.items() if name not in self.schema.inputs}
        result = self.wait_ready(resource_id, {**computed, **new})
        self.refuse_forgotten(new, result)
        return result

    # Delete.

    def delete(self, resource_id: str, state: Props) -> None:
        """Delete the resource and wait until it is gone; one that is gone already is no error."""
        if self.kind.delete is None:
            return
        try:
            self.call(self.kind.delete, {}, old={}, resource_id=resource_id, state=state)
        except ClientError:
            # Services have many error codes for "not there", so look whether it is there.
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

    # Waiting.

    def wait_ready(self, resource_id: str, values: Props) -> Props:
        """The state, once the resource may be used."""
        item: Props | None = None

        def look() -> bool:
            nonlocal item
            item = self.fetch(resource_id, values)
            if item is None:
                self.fail(f"{resource_id} is not there right after it was made or changed")
            if self.kind.failed and jmespath.search(self.kind.failed, item):
                self.fail(f"{resource_id} failed: {jmespath.search(self.kind.failed, item)}")
            return not self.kind.ready or bool(jmespath.search(self.kind.ready, item))

        self.wait(look, f"{resource_id} to be ready")
        return self.state_of(resource_id, item or {}, values)

    def refuse_forgotten(self, inputs: Props, state: Props) -> None:
        """Fail if the emulator did not store one of the inputs, rather than ignore it silently."""
        lost = self.difference(self.current_inputs(inputs, state), inputs).paths
        shown = [path for path in lost if top(path) not in ("tags", "tagsAll")]
        if shown:
            self.fail(
                f"{', '.join(shown)}: the emulator does not keep it, so the laptop proves nothing about it; leave it"
                " out, or name it with its reason in localcloud/provider/facts/not_proven.py"
            )

    def wait(self, done: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                self.fail(f"waited {seconds:.0f} s for {what}")
            time.sleep(POLL_SECONDS)
