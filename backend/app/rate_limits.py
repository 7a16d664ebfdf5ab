"""How often something may be done: counted in this process alone, so that nothing else must answer for a request."""

import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from app.errors import TooManyRequests

# As many clients are told apart; with more, those are forgotten first whose minute began first. About 3 MB.
CAPACITY = 20_000


def per_minute(count: int) -> RateLimitItem:
    return RateLimitItemPerMinute(count)


class Counters(Storage):
    """The library's own storage in memory grows without bound, and starts a thread every 10 ms to tidy itself up."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._windows: dict[str, tuple[int, float]] = {}  # count and end; by start, which is their order of insertion

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def get(self, key: str) -> int:
        count, end = self._windows.get(key, (0, 0.0))
        return count if time.time() < end else 0

    def get_expiry(self, key: str) -> float:
        return self._windows.get(key, (0, time.time()))[1]

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        if count := self.get(key):
            self._windows[key] = (count + amount, self._windows[key][1])
            return count + amount
        self._windows.pop(key, None)
        if len(self._windows) >= CAPACITY:
            del self._windows[next(iter(self._windows))]
        self._windows[key] = (amount, time.time() + expiry)
        return amount

    def check(self) -> bool:
        return True

    def clear(self, key: str) -> None:
        self._windows.pop(key, None)

    def reset(self) -> int:
        forgotten = len(self._windows)
        self._windows.clear()
        return forgotten


class RateLimits:
    """Fixed windows: a minute begins with the first request in it."""

    def __init__(self) -> None:
        self._counters = Counters()
        self._windows = FixedWindowRateLimiter(self._counters)

    def check(self, limit: RateLimitItem, *key: str, detail: str) -> None:
        """Raises TooManyRequests when `limit` is used up for this key."""
        if not self._windows.test(limit, *key):
            raise self._exceeded(limit, *key, detail=detail)

    def take(self, limit: RateLimitItem, *key: str, detail: str) -> None:
        """Count one; raises TooManyRequests when that was one too many."""
        if not self._windows.hit(limit, *key):
            raise self._exceeded(limit, *key, detail=detail)

    def _exceeded(self, limit: RateLimitItem, *key: str, detail: str) -> TooManyRequests:
        left = self._counters.get_expiry(limit.key_for(*key)) - time.time()
        return TooManyRequests(detail, seconds=max(1, math.ceil(left)))
