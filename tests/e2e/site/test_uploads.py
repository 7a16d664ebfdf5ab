"""Large files: straight from the browser to S3, limited by S3 itself."""

import threading
from pathlib import Path

import httpx
import psutil
from playwright.sync_api import Page, expect

from tests.e2e.checkout import Checkout
from tests.e2e.site.steps import delete, upload_text

MEBIBYTE = 2**20
LARGE = 100 * MEBIBYTE
# What a process may grow by while a file passes it by: noise of the allocator, far from the file's size.
FLAT = 20 * MEBIBYTE


def memory(processes: list[psutil.Process]) -> int:
    return sum(process.memory_info().rss for process in processes if process.is_running())


def backend_processes(running: Checkout) -> list[psutil.Process]:
    with running.containers("com.amazonaws.ecs.container-name=backend") as containers:
        first = [psutil.Process(container.attrs["State"]["Pid"]) for container in containers]
    return [process for one in first for process in (one, *one.children(recursive=True))]


class Peak:
    """The most memory that the back end uses while the block runs."""

    def __init__(self, running: Checkout) -> None:
        self._processes = backend_processes(running)
        assert self._processes
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.before = self.highest = memory(self._processes)

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.highest = max(self.highest, memory(self._processes))

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def test_a_large_file_shows_its_progress_and_passes_the_api_by(page: Page, running: Checkout, tmp_path: Path) -> None:
    large = tmp_path / "large.zip"
    with large.open("wb") as file:
        file.truncate(LARGE)
    page.goto("/files")
    files = page.get_by_role("list", name="Files")
    with Peak(running) as peak:
        page.get_by_label("Files to upload").set_input_files(large)
        expect(page.get_by_role("list", name="Uploads").get_by_role("progressbar")).to_be_visible()
        expect(files.get_by_text("large.zip")).to_be_visible(timeout=60_000)
    assert peak.highest - peak.before < FLAT

    delete(page, "large.zip")
    expect(files).to_have_count(0)


def test_s3_itself_refuses_more_than_was_permitted(running: Checkout) -> None:
    with running.site() as site:
        limits = site.get("/api/files/limits").json()
        wanted = {"name": "a.txt", "content_type": "text/plain", "size": limits["max_bytes"] + 1}
        assert site.post("/api/files", json=wanted).status_code == 422
        ticket = site.post("/api/files", json={**wanted, "size": 10}).json()
        form = ticket["upload"]
        for content, status in ((b"x" * 11, 400), (b"x" * 10, 204)):
            sent = httpx.post(form["url"], data=form["fields"], files={"file": content}, timeout=10)
            assert sent.status_code == status, sent.text
            if status == 400:
                assert "EntityTooLarge" in sent.text
        assert site.delete(f"/api/files/{ticket['file']['id']}").status_code == 204


def test_an_upload_is_never_a_page_of_the_site(page: Page, running: Checkout) -> None:
    upload_text(page, "evil.txt", b"<script>alert(1)</script>")
    page.get_by_role("button", name="Preview evil.txt").click()
    expect(page.get_by_role("dialog")).to_contain_text("<script>alert(1)</script>")
    page.keyboard.press("Escape")
    with running.site() as site:
        (stored,) = site.get("/api/files").json()["items"]
        for disposition in ("inline", "attachment"):
            answer = site.get(f"/api/files/{stored['id']}/download", params={"disposition": disposition})
            assert answer.status_code == 307
            assert not answer.headers["location"].startswith(running.url)
            served = httpx.get(answer.headers["location"])
            assert served.headers["content-type"].startswith("text/plain")
            assert served.headers["content-disposition"].startswith(disposition)
        assert site.delete(f"/api/files/{stored['id']}").status_code == 204
