"""`make dev`: the services from their folders, through one address, beside the deployed site."""

import re
import signal
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from localcloud import access
from tests.e2e.checkout import SOURCE, Checkout, wait_until
from tests.e2e.development import START_SECONDS, Development

MESSAGE = "There is no valid session."


@pytest.fixture(scope="module")
def development(running: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Development]:
    modules = running.root / "frontend/node_modules"
    if not modules.exists():
        subprocess.run(["cp", "-a", SOURCE / "frontend/node_modules", modules], check=True)
        modules.touch()  # newer than the lock file, which is a copy as well
    with Development.of(running, tmp_path_factory.mktemp("dev") / "output") as made:
        yield made


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
