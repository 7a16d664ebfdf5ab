"""`make dev`: the services from their folders, through one address, beside the deployed site."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import httpx
import pytest

from localcloud import access
from tests.e2e.checkout import SOURCE, Checkout, wait_until

# Of a machine that does much else at the time.
START_SECONDS = 120
MESSAGE = "There is no valid session."


class Development:
    """A running `make dev` of a checkout, its output kept."""

    def __init__(self, checkout: Checkout, output: IO[str]) -> None:
        self.checkout, self.output = checkout, output
        where = ["--port", str(checkout.port), "--folder", str(checkout.place.folder)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "localcloud.dev", *where],
            cwd=checkout.root, env=checkout.environment, start_new_session=True,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.site = httpx.Client(base_url=f"http://127.0.0.1:{checkout.place.dev_port}", timeout=60)

    @property
    def lines(self) -> str:
        self.output.seek(0)
        return self.output.read()

    def until(self, words: str) -> None:
        def said() -> bool:
            assert self.process.poll() is None, self.lines
            return words in self.lines

        wait_until(said, START_SECONDS)

    def processes(self) -> list[int]:
        """Those that run in the checkout's folders of source."""
        folders = {self.checkout.root / "backend", self.checkout.root / "frontend"}
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and (entry / "cwd").readlink() in folders:
                    found.append(int(entry.name))
        return found


@pytest.fixture(scope="module")
def development(running: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Development]:
    modules = running.root / "frontend/node_modules"
    if not modules.exists():
        subprocess.run(["cp", "-a", SOURCE / "frontend/node_modules", modules], check=True)
        modules.touch()  # newer than the lock file, which is a copy as well
    with (tmp_path_factory.mktemp("dev") / "output").open("w+") as output:
        made = Development(running, output)
        try:
            made.until("Ctrl-C ends it")
            yield made
        finally:
            made.process.kill()
            made.process.wait()
            made.site.close()


def policy(answer: httpx.Response) -> str:
    return re.sub(r" '(sha256|nonce)-[^']+'", "", answer.headers["content-security-policy"])


def test_the_page_is_vites_with_the_headers_of_the_deployed_one(running: Checkout, development: Development) -> None:
    page = development.site.get("/items")
    with running.stranger() as visitor:
        deployed = visitor.get("/items")
    assert "/@vite/client" in page.text and development.site.get("/src/main.tsx").status_code == 200
    assert policy(page) == policy(deployed)
    same = ("x-content-type-options", "x-frame-options", "referrer-policy", "permissions-policy",
            "strict-transport-security")  # fmt: skip
    assert {name: page.headers[name] for name in same} == {name: deployed.headers[name] for name in same}


def test_who_signs_in_reaches_database_and_bucket_with_the_rights_of_the_task(development: Development) -> None:
    site = development.site
    assert site.get("/api/overview").status_code == 401
    password = access.password(development.checkout.place)
    site.post("/api/session", json={"password": password}).raise_for_status()
    parts = site.get("/api/overview").raise_for_status().json()
    assert parts["version"] == "development"
    assert [parts[part]["state"] for part in ("database", "bucket", "mail")] == ["ok"] * 3, parts


def test_a_changed_file_of_the_back_end_is_seen(development: Development) -> None:
    file, site = "backend/app/session/service.py", development.site
    site.cookies.clear()
    assert site.get("/api/overview").json()["detail"] == MESSAGE
    development.checkout.edit(file, re.escape(MESSAGE), "Changed.")
    try:
        wait_until(lambda: site.get("/api/overview").json().get("detail") == "Changed.", START_SECONDS)
    finally:
        development.checkout.edit(file, re.escape("Changed."), MESSAGE)


def test_the_end_leaves_no_process_and_the_deployed_site_serves_on(running: Checkout, development: Development) -> None:
    assert development.processes()
    development.process.send_signal(signal.SIGINT)
    assert development.process.wait(60) == 0, development.lines
    assert "Traceback" not in development.lines
    assert development.processes() == []
    with running.stranger() as visitor:
        assert visitor.get("/").status_code == 200
