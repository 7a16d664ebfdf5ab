"""A real Chromium, the system's."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

# Chromium phones home at start unless told not to; the tests must not depend on what that meets.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
# A website of strangers, whose names lead to this machine: by DNS, whoever owns a name decides where it leads.
EVIL = "evil.example"
STRANGERS = f"--host-resolver-rules=MAP *.{EVIL} 127.0.0.1"
# Chromium's sandbox refuses to run as root.
FLAGS = [*QUIET, STRANGERS, *(["--no-sandbox"] if os.getuid() == 0 else [])]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; a missing one fails the test instead of skipping it."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("chromium: not found on PATH; `make develop` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
