"""A deployment of the front end under way, and pages that note what they do not get."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.e2e.checkout import Checkout

# Of the entry script and of a chunk that is loaded later, so that both get other names.
CHANGES = (
    ("frontend/src/main.tsx", r"\A", 'console.info("rolled");\n'),
    ("frontend/src/routes/items-route.tsx", r"\A", 'console.info("rolled too");\n'),
)
TIMEOUT_SECONDS = 300

# A bound for what hangs: a busy machine must not fail a test.
expect.set_options(timeout=60_000)


@contextmanager
def rolling(running: Checkout, number: int) -> Iterator[threading.Event]:
    """`up` with a changed front end; the event is set when it has ended."""
    for file, pattern, text in CHANGES:
        running.edit(file, pattern, text.replace("rolled", f"rolled {number}"))
    ended, failures = threading.Event(), []

    def up() -> None:
        try:
            running.up()
        except BaseException as error:
            failures.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=up)
    thread.start()
    try:
        yield ended
    finally:
        thread.join(TIMEOUT_SECONDS)
    assert not failures, failures


def watch(page: Page, failed: list[str]) -> Page:
    """Note whatever a page asked for and did not get."""
    page.on("response", lambda answer: failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("pageerror", lambda error: failed.append(str(error)))
    return page
