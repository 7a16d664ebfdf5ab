"""Items, files and mail as a person uses them, and what the answers carry."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.checkout import Checkout, wait_until
from tests.e2e.site.steps import delete, upload_text


def test_items(page: Page) -> None:
    page.goto("/items")
    expect(page.get_by_role("heading", name="No items yet")).to_be_visible()

    page.get_by_role("button", name="New item").click()
    page.get_by_label("Title").fill("A bicycle")
    page.get_by_role("button", name="Create", exact=True).click()
    items = page.get_by_role("list", name="Items")
    expect(items.get_by_text("A bicycle")).to_be_visible()

    page.get_by_role("button", name="Edit A bicycle").click()
    page.get_by_label("Title").fill("A blue bicycle")
    page.get_by_role("button", name="Save").click()
    page.reload()
    expect(items.get_by_text("A blue bicycle")).to_be_visible()

    delete(page, "A blue bicycle")
    expect(page.get_by_role("heading", name="No items yet")).to_be_visible()


def test_files(page: Page, running: Checkout) -> None:
    files = upload_text(page, "notes.txt", b"a real file")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download notes.txt").click()
    assert download.value.path().read_bytes() == b"a real file"
    stored = running.client("s3").list_objects_v2(Bucket=running.outputs["bucket"])["Contents"]
    assert [row["Size"] for row in stored] == [len(b"a real file")]

    # The row goes at once; the object has gone when the back end answers.
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        delete(page, "notes.txt")
    expect(files.get_by_text("notes.txt")).to_be_hidden()
    assert "Contents" not in running.client("s3").list_objects_v2(Bucket=running.outputs["bucket"])

    page.get_by_role("link", name="Deleted files").click()
    page.get_by_role("button", name="Restore notes.txt").first.click()
    expect(page.get_by_text("Restored “notes.txt”")).to_be_visible()
    page.get_by_role("link", name="Back to files").click()
    expect(files.get_by_text("notes.txt")).to_be_visible()
    delete(page, "notes.txt")
    expect(files.get_by_text("notes.txt")).to_be_hidden()


def test_versions_of_a_file(page: Page) -> None:
    files = upload_text(page, "plan.txt", b"first")
    row = files.get_by_role("listitem").filter(has_text="plan.txt")
    page.get_by_role("button", name="Versions of plan.txt").click()
    chosen = page.get_by_label("New version of plan.txt")
    chosen.set_input_files({"name": "other.txt", "mimeType": "text/plain", "buffer": b"the second"})
    expect(row).to_contain_text("10 bytes")

    page.get_by_role("button", name="Versions of plan.txt").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the version from").last.click()
    assert download.value.path().read_bytes() == b"first"
    page.get_by_role("button", name="Restore the version from").click()
    expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(3)
    page.get_by_role("button", name="Close").click()
    expect(row).to_contain_text("5 bytes")
    delete(page, "plan.txt")
    expect(row).to_be_hidden()


def test_mail_arrives_in_the_local_mailbox(page: Page, running: Checkout) -> None:
    page.goto("/mail")
    page.get_by_label("Subject").fill("Hello from <b>the page</b>")
    page.get_by_label("Message").fill("It works.\n<script>document.title = 'attacked'</script>")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sent to")).to_be_visible()

    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open mailbox").click()
    mailbox = opened.value
    newest = mailbox.get_by_role("article").first
    expect(newest.get_by_role("heading")).to_have_text("Hello from <b>the page</b>")
    expect(newest).to_contain_text(f"To{running.outputs['mail_address']}")
    expect(newest).to_contain_text("It works.\n<script>")
    expect(mailbox).to_have_title("Mailbox")


def test_deep_link_shows_the_page_and_a_missing_asset_does_not(page: Page, running: Checkout) -> None:
    page.goto("/items?page=1")
    expect(page.get_by_role("heading", name="Items", exact=True)).to_be_visible()
    with running.site() as site:
        assert site.get("/assets/missing.js").status_code == 404


def test_errors_of_the_api_stay_its_own(running: Checkout) -> None:
    with running.site() as site:
        missing = site.get("/api/nothing-here")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"


def test_caching_and_security_headers(running: Checkout) -> None:
    with running.site() as site:
        page = site.get("/")
        asset = site.get(re.findall(r'"(/assets/[^"]+\.js)"', page.text)[0])
        api = site.get("/api/items")
    assert page.headers["cache-control"] == "no-cache"
    assert "max-age=31536000" in asset.headers["cache-control"]
    assert "max-age" not in api.headers.get("cache-control", "")
    policy = page.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"


def test_without_a_network_a_click_never_leaves_the_app(page: Page) -> None:
    page.goto("/")
    # The code of all pages is fetched when the browser has nothing else to do.
    wait_until(lambda: bool(page.evaluate("performance.getEntriesByName('idle').length")))
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    for name in ("Items", "Files", "Mail", "Overview"):
        page.get_by_role("navigation").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, exact=True, level=1)).to_be_visible()
        expect(page.get_by_text("You’re offline.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You’re offline.")).to_be_hidden()


def test_a_page_begins_at_its_top_and_stands_where_it_stood_on_the_way_back(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 300})
    page.goto("/")
    expect(page.get_by_text("All systems working")).to_be_visible()
    page.evaluate("window.scrollTo(0, 200)")
    # Not by a click, before which the link would be scrolled to.
    page.get_by_role("navigation").get_by_role("link", name="Mail").dispatch_event("click")
    expect(page.get_by_role("heading", name="Mail", level=1)).to_be_focused()
    assert page.evaluate("window.scrollY") == 0
    page.go_back()
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_focused()
    wait_until(lambda: bool(page.evaluate("window.scrollY === 200")))


def test_no_error_on_the_console(page: Page) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    for path in ("/", "/items", "/files", "/mail"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
    assert problems == []
