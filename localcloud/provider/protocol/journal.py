"""A record of creations that the engine may not have saved: it was killed before it wrote its own state file.

Such a resource exists in the cloud but in no state. The next creation under the same URN takes it over, so that
running the interrupted command again continues it, and no orphan is left.
"""

import json
import threading
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from localcloud.provider.values import Props


@dataclass(frozen=True)
class Entry:
    """A creation: `resource_id` is empty until it is known; `finished` when it was ready; `creation` is its name.

    `remembered`: what its answer alone tells, such as an ARN without which the resource cannot be read.
    """

    resource_id: str
    inputs: Props
    finished: bool = True
    creation: str = ""
    remembered: Props = field(default_factory=dict)

    @property
    def known(self) -> Props:
        return {**self.inputs, **self.remembered}


class Journal:
    """Kept in memory, and in a file where one is given."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        if file and file.exists():
            rows = json.loads(file.read_text() or "{}")
            self._entries = {urn: Entry(**row) for urn, row in rows.items()}

    def find(self, urn: str) -> Entry | None:
        with self._lock:
            return self._entries.get(urn)

    def begin(self, urn: str, inputs: Props) -> str:
        """Note a creation before it is asked for; the name that it has from now on."""
        creation = uuid.uuid4().hex
        self._put(urn, Entry("", plain(inputs), finished=False, creation=creation))
        return creation

    def write(
        self, urn: str, resource_id: str, inputs: Props, remembered: Props | None = None, *, finished: bool = True
    ) -> None:
        self._put(urn, Entry(resource_id, plain(inputs), finished, remembered=plain(remembered or {})))

    def made_on(self, resource_id: str) -> list[str]:
        """The URNs of creations whose inputs name a resource, the newest first."""
        name = json.dumps(resource_id)
        with self._lock:
            return [urn for urn, entry in reversed(self._entries.items()) if name in json.dumps(entry.inputs)]

    def of_stack(self, stack: str) -> list[str]:
        """The URNs of a stack's creations, the newest first."""
        with self._lock:
            return [urn for urn in reversed(self._entries) if urn.startswith(f"urn:pulumi:{stack}::")]

    def _put(self, urn: str, entry: Entry) -> None:
        with self._lock:
            self._entries[urn] = entry
            self._save()

    def seen(self, urn: str, resource_id: str) -> None:
        """The engine sent a request about the resource, so its state has it: the entry is no longer needed."""
        with self._lock:
            entry = self._entries.get(urn)
            if entry and entry.resource_id == resource_id:
                del self._entries[urn]
                self._save()

    def forget(self, urn: str) -> None:
        with self._lock:
            if self._entries.pop(urn, None):
                self._save()

    def _save(self) -> None:
        if self._file:
            draft = self._file.with_suffix(".new")
            draft.write_text(json.dumps({urn: asdict(entry) for urn, entry in self._entries.items()}))
            draft.replace(self._file)


def plain(value: Any) -> Any:
    """The part that JSON can hold. Archives are left out (the inputs also have their hash), and so are passwords."""
    if isinstance(value, dict):
        kept = {key: plain(item) for key, item in value.items() if key not in ("password", "secretString")}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) else None
