"""The image of a page that brings no Dockerfile."""

import json
from pathlib import Path

import pytest

from infra.pure.build_context import ContextError, context_files, copy_context
from infra.pure.image_tag import image_tag
from infra.pure.page_image import MANAGERS, default_dockerfile


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "page"
    (folder / "node_modules/vite").mkdir(parents=True)
    (folder / "node_modules/vite/index.js").touch()
    (folder / "dist").mkdir()
    (folder / "dist/old.js").touch()
    write(folder, vite="8")
    (folder / "package-lock.json").write_text("{}")
    (folder / "index.html").touch()
    return folder


def write(folder: Path, **packages: str) -> None:
    package = {"scripts": {"build": "vite build"}, "devDependencies": packages}
    (folder / "package.json").write_text(json.dumps(package))


def test_its_build_gets_the_sources_and_the_project_s_dockerfile(page: Path, tmp_path: Path) -> None:
    files = ["Dockerfile", "index.html", "package-lock.json", "package.json"]
    assert context_files(page) == files
    copy_context(page, tmp_path / "copy")
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == files
    assert (tmp_path / "copy/Dockerfile").read_text() == default_dockerfile(page)
    assert image_tag(tmp_path / "copy") == image_tag(page)
    assert not (page / "Dockerfile").exists()


def test_its_tag_changes_with_the_project_s_dockerfile(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = image_tag(page)
    monkeypatch.setattr("infra.pure.build_context.default_dockerfile", lambda _: "FROM scratch\n")
    assert image_tag(page) != before


@pytest.mark.parametrize("lock", MANAGERS)
def test_the_lock_decides_who_installs_and_builds(page: Path, lock: str) -> None:
    (page / "package-lock.json").unlink()
    (page / lock).write_text("")
    text = default_dockerfile(page) or ""
    manager = MANAGERS[lock]
    assert f"COPY package.json {lock} ./\nRUN {manager.install}\n" in text
    assert f"RUN {manager.name} run build\n" in text


@pytest.mark.parametrize(("package", "output"), [("vite", "dist"), ("react-scripts", "build"), ("next", "out")])
def test_what_is_served_is_what_its_tool_builds(page: Path, package: str, output: str) -> None:
    write(page, **{package: "1"})
    text = default_dockerfile(page) or ""
    assert f"COPY --from=build /app/{output} ./{output}\n" in text
    assert f'"sirv", "{output}", "--single"' in text


def test_a_dockerfile_and_a_dockerignore_of_its_own_hold(page: Path) -> None:
    (page / ".dockerignore").write_text("*\n!index.html\n")
    assert "dist/old.js" not in context_files(page)
    assert context_files(page) == [".dockerignore", "Dockerfile", "index.html"]
    (page / "Dockerfile").write_text("FROM mine\n")
    copied = page.with_name("own")
    copy_context(page, copied)
    assert (copied / "Dockerfile").read_text() == "FROM mine\n"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("package.json", '{"scripts": {"start": "x"}}'),
        ("package.json", "{"),
        ("package.json", "[]"),
        ("package-lock.json", None),
    ],
)
def test_a_folder_that_is_no_page_with_a_lock_is_refused(page: Path, file: str, text: str | None) -> None:
    if text is None:
        (page / file).unlink()
    else:
        (page / file).write_text(text)
    with pytest.raises(
        ContextError, match=r"page/ must have a Dockerfile, found none; add one, or for a page a package\.json"
    ):
        context_files(page)


def test_a_lock_of_a_later_yarn_needs_a_dockerfile(page: Path) -> None:
    (page / "package-lock.json").unlink()
    (page / "yarn.lock").write_text("__metadata:\n  version: 8\n")
    assert default_dockerfile(page) is None
