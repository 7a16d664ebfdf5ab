"""Creations that survive an engine that was killed: each is noted in the journal, and taken over by the next one."""

import threading
from collections.abc import Callable
from dataclasses import replace

from botocore.exceptions import ClientError

from localcloud.provider.errors import InitError, ProviderError
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.protocol.journal import Entry, Journal
from localcloud.provider.values import Props


class Creations:
    """Makes resources; for each URN one at a time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._locks: dict[str, threading.Lock] = {}

    def create(self, handler: Handler, urn: str, inputs: Props) -> tuple[str, Props]:
        """The id and the state of the resource: one that an interrupted run left, or a new one."""
        # A creation goes on after its engine was killed: the next run's creation waits until it has ended.
        with self._lock(urn):
            return self._take_over(handler, urn, inputs) or self._make(handler, urn, inputs)

    def clear_on(
        self, resource_id: str, handler_of: Callable[[str], Handler], above: frozenset[str] = frozenset()
    ) -> bool:
        """Delete what an interrupted run made on a resource, so that it can go itself; whether there was anything.

        `above` are the URNs for whose sake this is done: inputs name their own resource, too.
        """
        urns = [urn for urn in self._journal.made_on(resource_id) if urn not in above]
        cleared = [urn for urn in urns if self._clear(urn, handler_of, above)]
        return bool(cleared)

    def clear_stack(self, stack: str, handler_of: Callable[[str], Handler]) -> None:
        """Delete what interrupted runs of a stack made, which is destroyed: no run will take it over, or used it."""
        for urn in self._journal.of_stack(stack):
            self._clear(urn, handler_of, with_data=True)

    def _clear(
        self,
        urn: str,
        handler_of: Callable[[str], Handler],
        above: frozenset[str] = frozenset(),
        *,
        with_data: bool = False,
    ) -> bool:
        """Delete what an interrupted run made and no engine knows; what holds data when it may, too."""
        handler = handler_of(urn)
        with self._lock(urn):
            entry = self._found(handler, urn, {})
        if entry is None:  # it made nothing
            self._journal.forget(urn)
        if entry is None or (handler.kind.holds_data and not with_data):
            return False
        self.clear_on(entry.resource_id, handler_of, above | {urn})
        state = handler.read(entry.resource_id, entry.known)
        if state is not None:
            handler.delete(entry.resource_id, {**entry.known, **state})
        self._journal.forget(urn)
        return True

    def _lock(self, urn: str) -> threading.Lock:
        return self._locks.setdefault(urn, threading.Lock())

    def _make(self, handler: Handler, urn: str, inputs: Props) -> tuple[str, Props]:
        handler.creation = self._journal.begin(urn, inputs)
        handler.born = lambda resource_id, remembered: self._journal.write(
            urn, resource_id, inputs, remembered, finished=False
        )
        try:
            resource_id, state = handler.create(inputs)
        except InitError as error:
            self._journal.write(urn, error.resource_id, inputs, remembered(handler, error.state), finished=False)
            raise
        except (ProviderError, ClientError):
            entry = self._journal.find(urn)
            if entry and not entry.resource_id:  # it was refused; of a lost connection nobody knows what came of it
                self._journal.forget(urn)
            raise
        self._journal.write(urn, resource_id, inputs, remembered(handler, state))
        return resource_id, state

    def _found(self, handler: Handler, urn: str, inputs: Props) -> Entry | None:
        """What an interrupted run made under this URN. The journal has no secrets, which `inputs` adds."""
        entry = self._journal.find(urn)
        if entry is None or entry.resource_id:
            return entry
        recalled = handler.recall(entry.creation, {**inputs, **entry.inputs})
        return replace(entry, resource_id=recalled[0], remembered=recalled[1]) if recalled else None

    def _take_over(self, handler: Handler, urn: str, inputs: Props) -> tuple[str, Props] | None:
        """The resource that an interrupted run made under this URN, if its inputs are the wanted ones.

        Otherwise it is deleted, unless it holds data, and None is returned. So is one that was not finished.
        """
        entry = self._found(handler, urn, inputs)
        if entry is None:
            return None
        state = handler.read(entry.resource_id, {**entry.known, **inputs})
        if state is None:
            return None
        is_wanted, holds_data = not handler.difference(entry.inputs, inputs).paths, handler.kind.holds_data
        if is_wanted and (entry.finished or holds_data):
            if not entry.finished:
                state = handler.finish(entry.resource_id, inputs, entry.remembered)
            self._journal.write(urn, entry.resource_id, inputs, entry.remembered)
            return entry.resource_id, state
        self._journal.forget(urn)
        if not holds_data:
            handler.delete(entry.resource_id, {**entry.known, **state})
        return None


def remembered(handler: Handler, state: Props) -> Props:
    return {name: state[name] for name in handler.kind.remembers if name in state}
