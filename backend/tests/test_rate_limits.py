"""Rate limits: exact at the limit, one window for each key, and bounded in memory."""

from collections.abc import Callable

import pytest

from app import rate_limits
from app.errors import TooManyRequests
from app.rate_limits import CAPACITY, RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(rate_limits, "time", clock)
    return clock


def retry_after(limited: Callable[[str], None], key: str = "") -> int | None:
    """How many seconds to wait; None when it succeeds now."""
    try:
        limited(key)
    except TooManyRequests as error:
        return int(error.headers["Retry-After"])
    return None


def test_the_first_above_the_limit_is_refused_until_the_minute_is_over(clock: Clock) -> None:
    limit = RateLimit(2, detail="too often")
    assert [retry_after(limit.take), retry_after(limit.take)] == [None, None]
    clock.now += 0.5
    assert retry_after(limit.take) == 60, "59.5 seconds, rounded up"
    clock.now += 59
    assert retry_after(limit.take) == 1
    clock.now += 0.5
    assert [retry_after(limit.take) for _ in range(3)] == [None, None, 60]


def test_a_refusal_says_why() -> None:
    with pytest.raises(TooManyRequests, match="too often"):
        RateLimit(0, detail="too often").take()


def test_a_refused_request_does_not_make_the_minute_longer(clock: Clock) -> None:
    limit = RateLimit(1, detail="too often")
    limit.take()
    clock.now += 30
    assert retry_after(limit.take) == 30
    clock.now += 30
    assert retry_after(limit.take) is None


def test_a_check_says_what_the_next_take_would_say_and_counts_nothing(clock: Clock) -> None:
    limit = RateLimit(1, detail="too often")
    assert [retry_after(limit.check) for _ in range(3)] == [None] * 3
    limit.take()
    clock.now += 15
    assert retry_after(limit.check) == retry_after(limit.take) == 45


def test_every_key_is_counted_alone(clock: Clock) -> None:
    limit = RateLimit(1, detail="too often")
    assert [retry_after(limit.take, key) for key in ("", "a", "b", "a")] == [None, None, None, 60]


def test_with_too_many_keys_the_one_whose_minute_began_first_is_forgotten(clock: Clock) -> None:
    limit = RateLimit(1, detail="too often")
    limit.take("first")
    limit.take("second")
    clock.now += 60
    limit.take("first")  # its new window starts later than that of `second`
    for number in range(CAPACITY - 2):
        limit.take(str(number))
    assert retry_after(limit.check, "first") == 60, "as many as there is room for"
    limit.take("one more")
    assert retry_after(limit.check, "first") == 60
    limit.take("and another")
    assert retry_after(limit.check, "first") is None


def test_counting_needs_no_more_memory_whatever_comes() -> None:
    limit = RateLimit(1, detail="too often")
    for number in range(CAPACITY + 100):
        limit.take(str(number))
    assert [len(kept) for kept in vars(limit).values() if isinstance(kept, dict)] == [CAPACITY]
