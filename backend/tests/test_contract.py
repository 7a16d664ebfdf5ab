"""The OpenAPI document, from which the front end's API client is generated."""

import json
import re
from pathlib import Path

import httpx
import pytest

from app import openapi
from tests.backend import run


def test_the_committed_document_is_what_the_code_says_and_needs_no_environment() -> None:
    printed = run("app.openapi", env={})
    assert printed.stdout == openapi.COMMITTED.read_text()
    assert run("app.openapi", "--check", env={}).returncode == 0


def test_a_stale_document_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stale = tmp_path / "openapi.json"
    stale.write_text(openapi.COMMITTED.read_text() + " ")
    monkeypatch.setattr(openapi, "COMMITTED", stale)
    assert openapi.main(["--check"]) == 1


def test_the_process_serves_the_same_document(api: httpx.Client) -> None:
    assert api.get("/openapi.json").json() == json.loads(openapi.COMMITTED.read_text())


def test_operations_have_names_that_a_client_can_use() -> None:
    paths = json.loads(openapi.document())["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names), names
    assert len(set(names)) == len(names)


def test_every_declared_error_is_a_problem_document() -> None:
    document = json.loads(openapi.document())
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], operation["operationId"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
