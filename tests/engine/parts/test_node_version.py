"""Which Node.js there is, and which one is asked for."""

import asyncio
import json
from pathlib import Path

import pytest

from localcloud.engine import recipes
from localcloud.engine.errors import EngineError
from localcloud.engine.node_apps import npm_packages
from localcloud.engine.recipes import Cache


@pytest.mark.parametrize(
    ("engines", "wanted"), [({"engines": {"node": "^20.19.0 || >=24.0.0"}}, " ^20.19.0 || >=24.0.0"), ({}, "")]
)
def test_a_missing_node_is_asked_for_in_the_versions_of_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engines: dict[str, object], wanted: str
) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"name": "page", **engines}))
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setenv("PATH", str(tmp_path))
    recipes.node_version.cache_clear()
    recipes.version_of.cache_clear()
    with pytest.raises(EngineError) as refused:
        asyncio.run(npm_packages(Cache(tmp_path / "cache", ""), tmp_path, print))  # type: ignore[arg-type] # unused
    assert str(refused.value) == f"node: needed to build this image, and not on PATH; install Node.js{wanted}"


def test_the_node_on_path_tells_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "node").write_text("#!/bin/sh\necho v24.1.0\n")
    (tmp_path / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    recipes.node_version.cache_clear()
    recipes.version_of.cache_clear()
    assert recipes.node_version() == "24.1.0"
    assert " node 24.1.0 " in recipes.tools()
    monkeypatch.setenv("PATH", "/nowhere")
    assert " node none " in recipes.tools()
    recipes.node_version.cache_clear()
    recipes.version_of.cache_clear()
