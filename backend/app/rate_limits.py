"""How often something may be done: counted in this process alone, so that no request waits for another service."""

import math
import time

from app.errors import TooManyRequests

WINDOW_SECONDS = 60
# So many keys are told apart; with more, those are forgotten first whose minute began first. About 3 MB.
CAPACITY = 20_000


class RateLimit:
    """At most `per_minute` for each key, in fixed windows: the minute of a key begins with its first count."""

    def __init__(self, per_minute: int, *, detail: str) -> None:
        """`detail`: what a client is told when it is refused."""
        self._per_minute = per_minute
        self._detail = detail
        self._windows: dict[str, tuple[int, float]] = {}  # count and end; in the order in which they began

    def check(self, key: str = "") -> None:
        """Raises TooManyRequests when the limit is used up for this key; counts nothing."""
        now = time.monotonic()
        count, end = self._window(key, now)
        self._allow(count + 1, end - now)

    def take(self, key: str = "") -> None:
        """Count one; raises TooManyRequests when that was one too many."""
        now = time.monotonic()
        count, end = self._window(key, now)
        if count == 0:
            self._windows.pop(key, None)
            if len(self._windows) >= CAPACITY:
                del self._windows[next(iter(self._windows))]
        self._windows[key] = (count + 1, end)
        self._allow(count + 1, end - now)

    def _window(self, key: str, now: float) -> tuple[int, float]:
        """Count and end of the window that is open, or of one that begins now."""
        known = self._windows.get(key)
        return known if known and now < known[1] else (0, now + WINDOW_SECONDS)

    def _allow(self, count: int, seconds_left: float) -> None:
        if count > self._per_minute:
            raise TooManyRequests(self._detail, seconds=math.ceil(seconds_left))
