"""What every page must be: usable by everyone, small, fast, and with nothing from third parties."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from tests.e2e.browser import FLAGS
from tests.e2e.checkout import Checkout
from tests.e2e.site.conftest import DEVICES, OpenPage

TOOLS = Path(__file__).parents[1] / "tools/node_modules"
PAGES = ("/", "/items", "/files", "/mail", "/nowhere")
FIRST_LOAD_BYTES = 120_000
LIGHTHOUSE = {"performance": 95, "accessibility": 95, "best-practices": 95}
LIGHTHOUSE_RUNS = 3


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


@pytest.mark.parametrize("path", ["/", "/items"])
def test_first_load_is_small_and_the_sites_own(open_page: OpenPage, session: Any, running: Checkout, path: str) -> None:
    page = open_page(storage_state=session)
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert {urlsplit(response.url).netloc for response in responses} == {urlsplit(running.url).netloc}
    loaded = [response for response in responses if "/api/" not in response.url]
    sizes = {r.url: r.request.sizes() for r in loaded}
    total = sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes.values())
    print(f"first load of {path}: {total} bytes in {len(loaded)} answers")
    assert total < FIRST_LOAD_BYTES, sizes
    scripts = [response for response in loaded if response.url.endswith(".js")]
    assert scripts and all(script.headers.get("content-encoding") == "br" for script in scripts)


def lighthouse(url: str, cookie: dict[str, str], folder: Path) -> dict[str, Any]:
    """One report of the mobile profile."""
    headers, report = folder / "headers.json", folder / "report.json"
    headers.write_text(json.dumps({"Cookie": f"{cookie['name']}={cookie['value']}"}))
    command = [
        "node", str(TOOLS / "lighthouse/cli/index.js"), url, "--output=json", f"--output-path={report}", "--quiet",
        f"--only-categories={','.join(LIGHTHOUSE)}", f"--extra-headers={headers}",
        f"--chrome-flags={' '.join(['--headless=new', *FLAGS])}",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or shutil.which("google-chrome") or ""}
    result = subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment)
    assert result.returncode == 0, result.stderr
    read: dict[str, Any] = json.loads(report.read_text())
    return read


@pytest.mark.parametrize("path", ["/", "/items"])
def test_lighthouse_on_a_phone(running: Checkout, session: Any, tmp_path: Path, path: str) -> None:
    """The best of a few runs: what else the machine does can only lower a score."""
    (cookie,) = session["cookies"]
    for _ in range(LIGHTHOUSE_RUNS):
        report = lighthouse(running.url + path, cookie, tmp_path)
        scores = {name: round(100 * category["score"]) for name, category in report["categories"].items()}
        print(f"Lighthouse, {path}: {scores}")
        low = {name for name, score in scores.items() if score < LIGHTHOUSE[name]}
        if not low:
            return
    lost = [
        f"{audit['id']}: {audit.get('displayValue') or audit['title']}"
        for audit in report["audits"].values()
        if audit.get("score") is not None and audit["score"] < 0.9
    ]
    pytest.fail(f"{scores}, for {lost}")
