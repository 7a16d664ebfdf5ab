"""A steady, bounded load on one URL, and what came of it."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

import httpx

from tests.e2e.checkout import wait_until

INTERVAL_SECONDS = 0.02
MAXIMUM_REQUESTS = 20_000
# After the block, so that what it left is asked too, and a busy machine has as many answers as a quiet one.
MORE_REQUESTS = 60


@dataclass
class Results:
    """Answers by status code or error, and what `observe` made of each answer."""

    statuses: Counter[str] = field(default_factory=Counter)
    observed: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> dict[str, int]:
        return {status: count for status, count in self.statuses.items() if status != "200"}


@contextmanager
def steady_load(
    connect: Callable[[], AbstractContextManager[httpx.Client]], path: str, observe: Callable[[httpx.Response], str]
) -> Iterator[Results]:
    """Ask for `path` fifty times a second from two threads until the block ends, and some times more."""
    results, stopped, lock = Results(), threading.Event(), threading.Lock()

    def ask() -> None:
        with connect() as client:
            for _ in range(MAXIMUM_REQUESTS):
                if stopped.is_set():
                    return
                try:
                    response = client.get(path)
                    status, seen = str(response.status_code), observe(response)
                except httpx.HTTPError as error:
                    status, seen = type(error).__name__, ""
                with lock:
                    results.statuses[status] += 1
                    results.observed[seen] += 1
                time.sleep(INTERVAL_SECONDS)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield results
        enough = results.statuses.total() + MORE_REQUESTS
        wait_until(lambda: results.statuses.total() >= enough or bool(results.failed))
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
