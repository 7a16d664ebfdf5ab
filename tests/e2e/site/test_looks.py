"""What every page and state looks like, in both themes and two sizes, against pictures that are kept in `looks/`.

`pytest tests/e2e/site/test_looks.py --update-snapshots` takes them anew; look at each that changed.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.site import answers
from tests.e2e.site.answers import Problem
from tests.e2e.site.conftest import DEVICES, RESULTS, OpenPage

FOLDER = Path(__file__).parent / "looks"
# The release of Chromium that took the pictures: the next one may draw the edges of letters otherwise.
TAKEN_WITH = FOLDER / "chromium.txt"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PIXELS, PIXELS_OF_ANOTHER_RELEASE = 50, 20_000
# How many pixels differ by more than a shade; all of the larger picture where the sizes differ.
COMPARE = """async ([one, other]) => {
    const draw = async (data) => {
        const image = new Image()
        image.src = "data:image/png;base64," + data
        await image.decode()
        const canvas = new OffscreenCanvas(image.width, image.height)
        const context = canvas.getContext("2d")
        context.drawImage(image, 0, 0)
        return context.getImageData(0, 0, image.width, image.height)
    }
    const [a, b] = [await draw(one), await draw(other)]
    if (a.width !== b.width || a.height !== b.height) return Math.max(a.data.length, b.data.length) / 4
    let count = 0
    for (let at = 0; at < a.data.length; at += 4)
        if ([0, 1, 2].some(channel => Math.abs(a.data[at + channel] - b.data[at + channel]) > 48)) count += 1
    return count
}"""
# What differs each time: the site's address, and how long an answer took.
ALWAYS_THE_SAME = r"""() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
        const { data } = texts.currentNode
        const same = data.replaceAll(location.host, "d111111abcdef8.cloudfront.localhost:4566")
            .replaceAll(location.port, "4566").replace(/[\d.]+ m?s$/, "5 ms")
        if (same !== data) texts.currentNode.data = same
    }
}"""


def nothing(_: Page) -> None: ...


def go_offline(page: Page) -> None:
    page.context.set_offline(True)


def click(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name).first.click()


def refuse_password(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()


@dataclass(frozen=True, kw_only=True)
class State:
    """`shows`: a text that is there when the page is complete. `do`: what leads to the state."""

    path: str
    shows: str
    changed: Mapping[str, Any] = field(default_factory=dict)
    do: Callable[[Page], None] = nothing


NONE: dict[str, Any] = {"items": [], "total": 0}
DOWN = Problem(503, "The database does not answer")
STRANGER = {**answers.ANSWERS["/api/session"], "signed_in": False}
STATES = {
    "overview": State(path="/", shows="All systems working"),
    "overview-database-down": State(
        path="/", shows="connection refused",
        changed={"/api/overview": {**answers.OVERVIEW, "database": answers.DATABASE_DOWN}},
    ),
    "overview-back-end-down": State(
        path="/", shows="Only the back end knows", changed={"/api/overview": Problem(502, "Bad gateway")}
    ),
    "items": State(path="/items", shows="Repair the blue bicycle"),
    "items-empty": State(path="/items", shows="No items yet", changed={"/api/items": NONE}),
    "items-not-found": State(path="/items?q=nothing", shows="Nothing matches", changed={"/api/items": NONE}),
    "items-down": State(path="/items", shows="does not answer", changed={"/api/items": DOWN}),
    "items-offline": State(path="/items", shows="offline", do=go_offline),
    "item-new": State(path="/items", shows="optional", do=click("New item")),
    "files": State(path="/files", shows="notes.txt"),
    "files-empty": State(path="/files", shows="No files yet", changed={"/api/files": NONE}),
    "files-deleted": State(
        path="/files?deleted=yes", shows="old notes.txt", changed={"/api/files": {"items": answers.DELETED, "total": 1}}
    ),
    "mail": State(path="/mail", shows="Hello"),
    "mail-none": State(path="/mail", shows="me@example.com", changed={"/api/mail/messages": {"mails": []}}),
    "nowhere": State(path="/nowhere", shows="overview"),
    "sign-in": State(path="/sign-in", shows="Password", changed={"/api/session": STRANGER}),
    "sign-in-refused": State(
        path="/sign-in", shows="not the right password", do=refuse_password,
        changed={"/api/session": STRANGER, "POST /api/session": Problem(401, "Wrong password")},
    ),
    "unavailable": State(path="/", shows="couldn’t be reached", changed={"/api/session": DOWN}),
}  # fmt: skip


def differing(page: Page, one: bytes, other: bytes) -> int:
    return int(page.evaluate(COMPARE, [base64.b64encode(picture).decode() for picture in (one, other)]))


@pytest.mark.parametrize("device", DEVICES)
def test_every_state_looks_as_it_did(
    open_page: OpenPage, browser: Browser, request: pytest.FixtureRequest, device: str
) -> None:
    update = request.config.getoption("--update-snapshots")
    same_release = TAKEN_WITH.exists() and TAKEN_WITH.read_text().strip() == browser.version
    allowed = PIXELS if same_release else PIXELS_OF_ANOTHER_RELEASE
    blank, changed = open_page(), {}
    for name, state in STATES.items():
        page = open_page(reduced_motion="reduce", **DEVICES[device])
        for scheme, picture in pictures(page, state):
            file = FOLDER / f"{name}-{device}-{scheme}.png"
            if update:
                file.write_bytes(picture)
            elif not file.exists() or (count := differing(blank, picture, file.read_bytes())) > allowed:
                changed[file.name] = f"{count} pixels" if file.exists() else "new"
                RESULTS.mkdir(exist_ok=True)
                (RESULTS / file.name).write_bytes(picture)
        page.close()
    if update:
        TAKEN_WITH.write_text(f"{browser.version}\n")
    assert not changed, f"these look otherwise; the new ones are in {RESULTS.name}/: {changed}"


def pictures(page: Page, state: State) -> Iterator[tuple[str, bytes]]:
    page.clock.set_fixed_time(answers.NOW)
    answers.answer(page.context, state.changed)
    page.goto(state.path)
    page.get_by_role("heading", level=1).wait_for()
    state.do(page)
    expect(page.get_by_text(state.shows).first).to_be_visible()
    page.evaluate("document.fonts.ready")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(ALWAYS_THE_SAME)
        yield scheme, page.screenshot(full_page=True, animations="disabled", caret="hide")
