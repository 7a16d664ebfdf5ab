"""Which log events the emulator forgets."""

from collections import Counter
from collections.abc import Sequence

MILLISECONDS_PER_DAY = 86_400_000


def surplus(streams: Sequence[Sequence[int]], limit: int) -> list[int]:
    """How many of each stream's events, oldest first, are not among the newest `limit` of the group.

    A stream is given by the times of its events, in their order.
    """
    if sum(map(len, streams)) <= limit:
        return [0] * len(streams)
    events = sorted((time, number) for number, times in enumerate(streams) for time in times)
    forgotten = Counter(number for _, number in events[: len(events) - limit])
    return [forgotten[number] for number in range(len(streams))]
