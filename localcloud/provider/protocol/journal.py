"""Creations whose end the engine may not have seen: killed between the call and its own state file.

Such a resource is in the cloud and in no state. The next creation under the same URN takes it over, so that the
command that was interrupted goes on, and leaves nothing behind.
"""

import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from localcloud.provider.values import Props


@dataclass(frozen=True)
class Entry:
    """A creation: `resource_id` is empty while it is under way."""

    resource_id: str
    inputs: Props


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

    def write(self, urn: str, resource_id: str, inputs: Props) -> None:
        with self._lock:
            self._entries[urn] = Entry(resource_id, plain(inputs))
            self._save()

    def seen(self, urn: str, resource_id: str) -> None:
        """The engine knows the resource: it spoke of it."""
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
    """What JSON can hold: archives are left out, their hash stands beside them. No password is written down."""
    if isinstance(value, dict):
        kept = {key: plain(item) for key, item in value.items() if key not in ("password", "secretString")}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) else None
