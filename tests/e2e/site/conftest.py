"""One stack for all tests of the site, and a browser in the sizes that people have."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser import chromium
from tests.e2e.checkout import Checkout

RESULTS = Path(__file__).parents[3] / "test-results"
DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}

# It runs when a test asks for it; before the next January nobody else does.
JOBS = """\
jobs:
  nightly:
    service: backend
    command: [python, -c, "print('done')"]
    schedule: cron(0 3 1 1 ? *)
"""

OpenPage = Callable[..., Page]

# A machine that does much else at the time must not fail a test.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="package")
def running(
    tmp_path_factory: pytest.TempPathFactory, ports: Iterator[int], docker_host: str | None
) -> Iterator[Checkout]:
    made = Checkout.copy(tmp_path_factory.mktemp("site"), next(ports), docker_host)
    with (made.root / "app.yaml").open("a") as app:
        app.write(JOBS)
    try:
        made.up()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def session(running: Checkout) -> Any:
    """What a browser keeps that has signed in."""
    with running.site() as site:
        (cookie,) = site.cookies.jar
    kept = {"name": cookie.name, "value": cookie.value, "domain": urlsplit(running.url).hostname, "path": "/"}
    flags = {"expires": cookie.expires, "httpOnly": True, "secure": False, "sameSite": "Strict"}
    return {"cookies": [{**kept, **flags}], "origins": []}


@pytest.fixture
def open_page(running: Checkout, browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens a page of a new visitor; keeps what it looked like when the test failed."""
    failed_before = request.session.testsfailed
    with ExitStack() as stack:
        opened: list[tuple[BrowserContext, Page]] = []

        def open_page(**options: Any) -> Page:
            context = stack.enter_context(browser.new_context(base_url=running.url, **options))
            page = context.new_page()
            opened.append((context, page))
            return page

        yield open_page
        if request.session.testsfailed > failed_before:
            RESULTS.mkdir(exist_ok=True)
            for number, (_, page) in enumerate(opened):
                page.screenshot(path=RESULTS / f"{request.node.name}-{number}.png", full_page=True)


@pytest.fixture(params=DEVICES)
def page(request: pytest.FixtureRequest, open_page: OpenPage, session: Any) -> Page:
    """A page of someone who is signed in, on a desktop and on a phone."""
    return open_page(storage_state=session, **DEVICES[request.param])
