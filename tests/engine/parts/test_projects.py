"""What the engine says of an app whose files have mistakes."""

from pathlib import Path

import pytest

from localcloud.engine.errors import EngineError
from localcloud.engine.projects import check_python, read_json, read_toml


def test_a_mistake_in_a_projects_file_is_told_with_its_line(tmp_path: Path) -> None:
    toml, package = tmp_path / "pyproject.toml", tmp_path / "package.json"
    toml.write_text("[project]\nname = x\n")
    with pytest.raises(EngineError, match=r"^pyproject.toml:2: Invalid value"):
        read_toml(toml)
    package.write_text('{\n  "name": "x",\n}\n')
    with pytest.raises(EngineError, match=r"^package.json:[23]: .*column"):
        read_json(package)
    package.write_text("[]")
    with pytest.raises(EngineError, match=r"^package.json:1: must be an object in braces"):
        read_json(package)
    for file, read in ((toml, read_toml), (package, read_json)):
        file.write_bytes(b"\xff")
        with pytest.raises(EngineError, match=f"^{file.name}:1: .*codec can't decode"):
            read(file)


def test_all_files_that_are_not_python_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "srv").mkdir()
    (tmp_path / "app/good.py").write_text("assert (1, 'a warning only')\n")
    (tmp_path / "app/x.py").write_text("\ndef (\n")
    (tmp_path / "srv/zero.py").write_bytes(b"a = '\0'\n")
    with pytest.raises(EngineError) as caught:
        check_python(tmp_path, "/srv")
    first, second = caught.value.message.splitlines()
    assert first == "app/x.py:2: invalid syntax: def ("
    assert second.startswith("zero.py:1: source code ")
