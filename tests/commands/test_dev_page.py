"""Pages of Vite's development server under the site's content security policy."""

import base64
import hashlib
import re

import pytest

from localcloud.dev.page import admitted, allowing, is_of_vite

PREAMBLE = b'import { injectIntoGlobalHook } from "/@react-refresh";\ninjectIntoGlobalHook(window);'
OWN = b"document.title = 'mine'"
PAGE = (
    b'<!doctype html><html><head lang="en"><script type="module">' + PREAMBLE + b"</script>"
    b'<script type="module" src="/@vite/client"></script></head><body><script>' + OWN + b"</script></body></html>"
)
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'"


def digest(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"


def test_vites_own_inline_script_runs_and_the_users_is_blocked_as_when_deployed() -> None:
    _, policy = admitted(PAGE, POLICY)
    assert f"script-src 'self' {digest(PREAMBLE)};" in policy
    assert digest(OWN) not in policy and "unsafe-inline" not in policy


def test_vites_client_finds_the_nonce_that_its_styles_may_have() -> None:
    body, policy = admitted(PAGE, POLICY)
    found = re.search(rb'<head lang="en"><meta property="csp-nonce" nonce="([\w-]+)">', body)
    assert found and policy.endswith(f"style-src 'self' 'nonce-{found[1].decode()}'")
    assert body.replace(found[0], b'<head lang="en">') == PAGE


def test_each_page_has_a_nonce_of_its_own() -> None:
    assert admitted(PAGE, POLICY) != admitted(PAGE, POLICY)


def test_a_page_without_vites_client_is_another_servers() -> None:
    assert is_of_vite(PAGE) and not is_of_vite(b"<html><head></head></html>")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("script-src 'self'; img-src *", "script-src 'self' 'x'; img-src *"),
        ("default-src 'self'", "default-src 'self'; script-src 'self' 'x'"),
        ("script-src 'none'", "script-src 'x'"),
        ("img-src *", "img-src *"),
    ],
)
def test_a_source_is_added_to_the_directive_that_limits_it(before: str, after: str) -> None:
    assert allowing(before, "script-src", "'x'") == after
