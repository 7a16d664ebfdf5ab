"""Lighthouse on a page of a running site."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.e2e.browser import FLAGS

TOOLS = Path(__file__).parent / "tools/node_modules"


def lighthouse(
    url: str, folder: Path, categories: Sequence[str], cookies: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """One report of the mobile profile; `folder` is for its files."""
    headers, report = folder / "headers.json", folder / "report.json"
    headers.write_text(json.dumps({"Cookie": "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)}))
    command = [
        "node", str(TOOLS / "lighthouse/cli/index.js"), url, "--output=json", f"--output-path={report}", "--quiet",
        f"--only-categories={','.join(categories)}", f"--extra-headers={headers}",
        f"--chrome-flags={' '.join(['--headless=new', *FLAGS])}",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or shutil.which("google-chrome") or ""}
    result = subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment)
    assert result.returncode == 0, result.stderr
    read: dict[str, Any] = json.loads(report.read_text())
    return read
