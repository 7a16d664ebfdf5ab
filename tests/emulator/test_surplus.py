"""Which log events are forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from localcloud.emulator.surplus import surplus

Streams = st.lists(st.lists(st.integers(0, 50)).map(sorted), max_size=5)


def test_the_oldest_events_of_all_streams_are_too_many() -> None:
    assert surplus([[1, 5, 6], [2, 3, 9], []], 4) == [1, 1, 0]


def test_nothing_is_too_much_up_to_the_limit() -> None:
    assert surplus([[1, 2], [3]], 3) == [0, 0]
    assert surplus([[1, 2], [3]], 2) == [1, 0]


def test_of_events_of_the_same_time_exactly_the_limit_stays() -> None:
    assert surplus([[7] * 10], 3) == [7]


@given(Streams, st.integers(0, 20))
def test_the_limit_stays_and_no_forgotten_event_is_newer(streams: list[list[int]], limit: int) -> None:
    counts = surplus(streams, limit)
    forgotten = [time for times, count in zip(streams, counts, strict=True) for time in times[:count]]
    kept = [time for times, count in zip(streams, counts, strict=True) for time in times[count:]]
    assert len(kept) == min(limit, len(kept) + len(forgotten))
    assert not forgotten or not kept or max(forgotten) <= min(kept)
