"""`make screenshots`: takes README's pictures of the overview anew, from the local cloud that runs."""

import argparse

from playwright.sync_api import expect

from localcloud import access, stack
from localcloud.errors import LocalCloudError
from localcloud.place import ROOT, Place
from tests.e2e.browser import chromium

FOLDER = ROOT / "docs/images"
WINDOW = {"width": 1200, "height": 800}


def take(link: str) -> None:
    """`link`: one that signs in."""
    with chromium() as browser:
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=WINDOW, color_scheme=scheme)  # type: ignore[arg-type]  # a literal
            page.goto(link)
            expect(page.get_by_role("heading", name="Overview")).to_be_visible()
            expect(page.get_by_text("All systems working")).to_be_visible(timeout=30_000)
            # The first look is slower than the others, as long as the page is loading.
            with page.expect_response("**/api/overview"):
                pass
            page.screenshot(path=FOLDER / f"overview-{scheme}.png", full_page=True, animations="disabled")
            page.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    place = Place.of(parser.parse_args().port)
    try:
        url = stack.outputs(place)["url"]
        take(access.sign_in_link(place, url) or url)
    except (KeyError, LocalCloudError):
        raise SystemExit("no stack runs here; run `make up`") from None
