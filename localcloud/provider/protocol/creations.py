"""Creations that survive an engine that was killed: each is noted in the journal, and taken over by the next one."""

import threading

from localcloud.provider.errors import InitError
from localcloud.provider.lifecycle.handler import Handler
from localcloud.provider.protocol.journal import Journal
from localcloud.provider.values import Props


class Creations:
    """Makes resources; for each URN one at a time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._locks: dict[str, threading.Lock] = {}

    def create(self, handler: Handler, urn: str, inputs: Props) -> tuple[str, Props]:
        """The id and the state of the resource: one that an interrupted run left, or a new one."""
        # A creation goes on after its engine was killed: the next run's creation waits until it has ended.
        with self._locks.setdefault(urn, threading.Lock()):
            return self._take_over(handler, urn, inputs) or self._make(handler, urn, inputs)

    def _make(self, handler: Handler, urn: str, inputs: Props) -> tuple[str, Props]:
        self._journal.write(urn, "", inputs)
        handler.born = lambda resource_id: self._journal.write(urn, resource_id, inputs, finished=False)
        try:
            resource_id, state = handler.create(inputs)
        except InitError as error:
            self._journal.write(urn, error.resource_id, inputs)
            raise
        except BaseException:
            self._journal.forget(urn)
            raise
        self._journal.write(urn, resource_id, inputs)
        return resource_id, state

    def _take_over(self, handler: Handler, urn: str, inputs: Props) -> tuple[str, Props] | None:
        """The resource that an interrupted run made under this URN, if its inputs are the wanted ones.

        Otherwise it is deleted, unless it holds data, and None is returned. So is one that was not finished.
        """
        entry = self._journal.find(urn)
        if entry is None or not entry.resource_id:
            return None
        state = handler.read(entry.resource_id, {**entry.inputs, **inputs})
        if state is None:
            return None
        is_wanted, holds_data = not handler.difference(entry.inputs, inputs).paths, handler.kind.holds_data
        if is_wanted and (entry.finished or holds_data):
            if not entry.finished:
                state = handler.finish(entry.resource_id, inputs, {})
            self._journal.write(urn, entry.resource_id, inputs)
            return entry.resource_id, state
        self._journal.forget(urn)
        if not holds_data:
            handler.delete(entry.resource_id, {**entry.inputs, **state})
        return None
