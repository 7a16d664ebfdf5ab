"""What every page must be: usable by everyone, small, and with nothing from third parties."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from tests.e2e.checkout import Checkout
from tests.e2e.lighthouse import TOOLS, lighthouse
from tests.e2e.site.conftest import DEVICES, OpenPage

PAGES = ("/", "/items", "/files", "/mail", "/nowhere")
# The build's own budget (frontend/scripts/budget.mjs) is for brotli; CloudFront here compresses the bucket's files with
# gzip, a sixth more, and each answer has its headers.
FIRST_LOAD_BYTES = 125_000
# The page is painted with or without its typeface, so it has a bound of its own.
FONT_BYTES = 31_000
# What the browser asked for before it was idle; then the page fetches the code of all others.
NEEDED = """() => {
    const idle = performance.getEntriesByName("idle")[0].startTime
    return performance.getEntriesByType("resource").filter(entry => entry.startTime < idle).map(entry => entry.name)
}"""
# Playwright's own `wait_for_function` evaluates a text, which the page's policy forbids.
UNTIL_IDLE = """() => new Promise(resolve => {
    const look = () => performance.getEntriesByName("idle").length > 0 ? resolve() : setTimeout(look, 50)
    look()
})"""
LIGHTHOUSE = ("accessibility", "best-practices")
LIGHTHOUSE_SCORE = 95


def violations(page: Page) -> list[str]:
    page.add_script_tag(path=TOOLS / "axe-core/axe.min.js")
    found = page.evaluate("axe.run()")["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", DEVICES)
def test_axe_finds_nothing(open_page: OpenPage, session: Any, device: str, scheme: Any) -> None:
    options = {"color_scheme": scheme, "reduced_motion": "reduce", "bypass_csp": True, **DEVICES[device]}
    pages = [(open_page(storage_state=session, **options), path) for path in PAGES]
    found = {}
    for page, path in [*pages, (open_page(**options), "/sign-in")]:
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_load_state("networkidle")
        found[path] = violations(page)
    assert found == {path: [] for path in found}


def large(response: Response) -> bool:
    """CloudFront compresses what has 1,000 bytes or more."""
    return len(response.body()) >= 1_000


@pytest.mark.parametrize("path", ["/", "/items"])
def test_first_load_is_small_and_the_sites_own(open_page: OpenPage, session: Any, running: Checkout, path: str) -> None:
    page = open_page(storage_state=session)
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(path)
    page.evaluate(UNTIL_IDLE)
    page.wait_for_load_state("networkidle")
    assert {urlsplit(response.url).netloc for response in responses} == {urlsplit(running.url).netloc}
    needed = [running.url + path, *page.evaluate(NEEDED)]
    fonts = [response for response in responses if response.url.endswith(".woff2")]
    assert fonts and sum(len(font.body()) for font in fonts) < FONT_BYTES
    loaded = [r for r in responses if r.url in needed and "/api/" not in r.url and r not in fonts]
    sizes = {r.url: r.request.sizes() for r in loaded}
    total = sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes.values())
    print(f"first load of {path}: {total} bytes in {len(loaded)} answers")
    assert total < FIRST_LOAD_BYTES, sizes
    scripts = [response for response in loaded if response.url.endswith(".js")]
    assert scripts and all(
        script.headers.get("content-encoding") in ("br", "gzip") for script in scripts if large(script)
    )


@pytest.mark.parametrize("path", ["/", "/items"])
def test_lighthouse_on_a_phone(running: Checkout, session: Any, tmp_path: Path, path: str) -> None:
    """Its score for speed is a benchmark (`make bench-page`), because it depends on what else the machine does."""
    report = lighthouse(running.url + path, tmp_path, LIGHTHOUSE, cookies=session["cookies"])
    scores = {name: round(100 * category["score"]) for name, category in report["categories"].items()}
    lost = [audit["id"] for audit in report["audits"].values() if audit.get("score") is not None and audit["score"] < 1]
    assert min(scores.values()) >= LIGHTHOUSE_SCORE, f"{scores}, for {lost}"
