"""The recipes' own rules, without running one."""

import json
from pathlib import Path

import pytest

from localcloud.engine import recipes
from localcloud.engine.errors import EngineError


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
    with pytest.raises(EngineError) as refused:
        recipes.node_name(tmp_path)
    assert str(refused.value) == f"node: needed to build this image, and not on PATH; install Node.js{wanted}"
