"""Saves the state of the emulator's services while it runs: each service's when it changed, at a bounded cost."""

import contextlib
import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SAVE_INTERVAL_SECONDS = 2.0
# Whether a state changed is found by reading it. A state that takes long to read is read less often, so that no
# service costs more than 2 % of a core, however much it holds.
REST_PER_COST = 50.0
# A state that changes while it is read is read again at once.
ATTEMPTS = 3
# A round takes milliseconds. When none has ended for so long, saving hangs.
OVERDUE_SECONDS = 30.0

State = Callable[[], Any]

logger = logging.getLogger(__name__)


@dataclass
class Seen:
    """What is known of a service: the digest of what its file holds, and when to read its state again."""

    digest: bytes = b""
    due: float = 0.0


@dataclass(kw_only=True)
class Saver:
    """Keeps `<folder>/<service>.json` in agreement with what `states` gives.

    `encode` makes a file's text of a service's name and state. `intervals` are seconds between two looks at a service.
    """

    folder: Path
    states: Callable[[], Mapping[str, State]]
    encode: Callable[[str, Any], str]
    intervals: Mapping[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._round = threading.Lock()
        self._over = threading.Event()
        self._saved = self.clock()
        self._error: str | None = None
        self._problems: list[str] = []

    def start(self) -> None:
        threading.Thread(target=self._save_until_over, name="save-state", daemon=True).start()

    def finish(self) -> None:
        """Save everything for the last time."""
        self._over.set()
        self.save(everything=True)

    def health(self) -> dict[str, Any]:
        """Whether the files hold the state of a moment ago."""
        age = round(self.clock() - self._saved, 1)
        error = self._error or (f"saving has hung for {age:.0f} s" if age > OVERDUE_SECONDS else None)
        return {"status": "failing" if error else "ok", "saved_seconds_ago": age, "error": error}

    def save(self, *, everything: bool = False) -> None:
        """One round: write what changed. A service that fails is tried again in the next round.

        What is read last is written first, so that it is never without what the others have, however the round ends.
        """
        with self._round:
            started, self._problems = self.clock(), []
            texts = {}
            for service, state in self.states().items():
                seen = self._seen.setdefault(service, Seen())
                if everything or self.clock() >= seen.due:
                    with self._noted(service):
                        texts[service] = self._read(service, state)
            for service, text in reversed(texts.items()):
                with self._noted(service):
                    self._write(service, text)
            self._error = "; ".join(self._problems) or None
            if not self._problems:
                self._saved = started

    @contextlib.contextmanager
    def _noted(self, service: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # the others are saved all the same
            logger.exception("%s was not saved", service)
            self._problems.append(f"{service}: {type(error).__name__}: {error}")
            self._seen[service].due = 0

    def _save_until_over(self) -> None:
        while not self._over.wait(SAVE_INTERVAL_SECONDS):
            try:
                self.save()
            except Exception as error:  # without this thread nothing would be saved, and nobody would be told
                logger.exception("the state was not saved")
                self._error = f"{type(error).__name__}: {error}"

    def _read(self, service: str, state: State) -> str:
        started = time.thread_time()
        text = steady(lambda: self._text(service, state()))
        cost = time.thread_time() - started
        self._seen[service].due = self.clock() + max(REST_PER_COST * cost, self.intervals.get(service, 0))
        return text

    def _write(self, service: str, text: str) -> None:
        digest = hashlib.sha256(text.encode()).digest()
        if text and digest != self._seen[service].digest:
            write(self.folder / f"{service}.json", text)
            self._seen[service].digest = digest

    def _text(self, service: str, value: Any) -> str:
        """Empty for a service that has no state to save."""
        return "" if value is None else self.encode(service, value)


def steady(read: Callable[[], str]) -> str:
    """What `read` returns; once more where a change in the middle of it made it fail."""
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(RuntimeError):
            return read()
    return read()


def write(file: Path, text: str) -> None:
    """Replace a file in one step, so that a crash leaves the old text or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.new")
    try:
        with unfinished.open("w") as sink:
            sink.write(text)
            sink.flush()
            os.fsync(sink.fileno())
        unfinished.replace(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
