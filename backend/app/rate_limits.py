"""Rate limits, counted in the memory of this process, so that no request waits for another service."""

import math
import time

from app.errors import TooManyRequests

WINDOW_SECONDS = 60
# How many keys are remembered, in about 3 MB. When there are more, the key with the oldest window is forgotten.
CAPACITY = 20_000


class RateLimit:
    """At most `per_minute` requests for each key, in fixed windows: a key's window starts with its first request."""

    def __init__(self, per_minute: int, *, detail: str) -> None:
        """`detail`: the text that a refused client gets."""
        self._per_minute = per_minute
        self._detail = detail
        self._windows: dict[str, tuple[int, float]] = {}  # count and end of each window, oldest window first

    def check(self, key: str = "") -> None:
        """Raises TooManyRequests when this key has used up its limit. Counts nothing."""
        now = time.monotonic()
        count, end = self._window(key, now)
        self._allow(count + 1, end - now)

    def take(self, key: str = "") -> None:
        """Count one request; raises TooManyRequests when it is above the limit."""
        now = time.monotonic()
        count, end = self._window(key, now)
        if count == 0:
            self._windows.pop(key, None)
            if len(self._windows) >= CAPACITY:
                del self._windows[next(iter(self._windows))]
        self._windows[key] = (count + 1, end)
        self._allow(count + 1, end - now)

    def _window(self, key: str, now: float) -> tuple[int, float]:
        """Count and end of the key's open window, or of a new window that starts now."""
        known = self._windows.get(key)
        return known if known and now < known[1] else (0, now + WINDOW_SECONDS)

    def _allow(self, count: int, seconds_left: float) -> None:
        if count > self._per_minute:
            raise TooManyRequests(self._detail, seconds=math.ceil(seconds_left))
