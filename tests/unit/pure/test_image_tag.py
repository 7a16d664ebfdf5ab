"""An image's tag follows what its build can see, and nothing else."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from docker.utils.build import exclude_paths
from hypothesis import example, given
from hypothesis import strategies as st

from infra.pure.dockerignore import admitted_files
from infra.pure.image_tag import image_tag
from infra.pure.paths import image_folder


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "backend"
    (folder / "app").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY app /app\n")
    (folder / ".dockerignore").write_text("*\n!app\n**/__pycache__\n# a comment\n")
    (folder / "app/main.py").write_text("print()\n")
    (folder / "README.md").write_text("not for the build\n")
    return folder


def test_only_what_dockerignore_admits_counts(context: Path) -> None:
    assert admitted_files(context) == [".dockerignore", "Dockerfile", "app/main.py"]
    before = image_tag(context)
    (context / "README.md").write_text("changed\n")
    (context / "app/__pycache__").mkdir()
    (context / "app/__pycache__/main.pyc").write_bytes(b"\0")
    assert image_tag(context) == before


def test_times_and_places_do_not_count(context: Path, tmp_path: Path) -> None:
    before = image_tag(context)
    for file in context.rglob("*"):
        os.utime(file, (time.time() + 3600,) * 2)
    context.rename(tmp_path / "elsewhere")
    assert image_tag(tmp_path / "elsewhere") == before


@pytest.mark.parametrize(
    "change",
    [
        lambda c: (c / "app/main.py").write_text("print(1)\n"),
        lambda c: (c / "app/main.py").chmod(0o755),
        lambda c: (c / "app/main.py").rename(c / "app/other.py"),
        lambda c: (c / "app/new.py").write_text(""),
        lambda c: (c / "Dockerfile").write_text("FROM debian\n"),
        lambda c: (c / "app/link").symlink_to("main.py"),
    ],
    ids=["content", "mode", "name", "new file", "Dockerfile", "link"],
)
def test_contents_modes_and_names_count(context: Path, change: Any) -> None:
    before = image_tag(context)
    change(context)
    assert image_tag(context) != before


@given(st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=4), max_size=4), st.data())
def test_different_files_never_share_a_tag(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], data: st.DataObject
) -> None:
    others = data.draw(st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=4), max_size=4))
    tags = []
    for content in (files, others):
        folder = tmp_path_factory.mktemp("context")
        (folder / "Dockerfile").touch()
        for name, value in content.items():
            (folder / name).write_bytes(value)
        tags.append(image_tag(folder))
    assert (tags[0] == tags[1]) == (files == others)


def test_a_folder_without_a_dockerfile_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="must have a Dockerfile, found none; add one"):
        image_tag(tmp_path)


def test_a_tag_stays_what_it_was_from_version_to_version(context: Path) -> None:
    """Another algorithm would rebuild every image and restart every service of every stack."""
    assert image_tag(context) == "972ed34886bd2e86"


# Beside the Docker SDK, which sends what the tag is made of.

TREE = ("Dockerfile", "a", "aB/c", "aB/d.py", "b/a/c.pyc", "b/a/d/c", "b/[x]", "c.py", "d/b/A", "d/b/c^")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for path in TREE:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    (folder / "link").symlink_to("b")
    return folder


def as_the_sdk_reads_it(context: Path, lines: list[str]) -> list[str]:
    patterns = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    paths = [context / path for path in exclude_paths(str(context), patterns)]
    return sorted(str(path.relative_to(context)) for path in paths if path.is_symlink() or not path.is_dir())


words = st.text("abcdAB.*?[]!^\\x-/ #", min_size=1, max_size=8)


@given(st.lists(words | st.sampled_from([f"!{path}" for path in TREE]), max_size=5))
@example(["[!ab]"])
@example(["[ab]"])
@example(["[^a]"])
@example(["*", "!b", "**/c", "b/a/*"])
@example(["**/*.py?", "b/[[]x]", "[!a-b]", "[^a]*", "d/../aB/", "!"])
def test_a_dockerignore_is_read_as_the_docker_sdk_reads_it(tree: Path, lines: list[str]) -> None:
    (tree / ".dockerignore").write_text("\n".join(lines))
    try:
        wanted = as_the_sdk_reads_it(tree, lines)
    except Exception:  # a bracket that is no regular expression
        with pytest.raises(Exception):  # noqa: B017
            admitted_files(tree)
        return
    assert admitted_files(tree) == wanted


@pytest.mark.parametrize("app", ["backend", "frontend"])
def test_the_apps_own_are_read_as_the_docker_sdk_reads_them(app: str) -> None:
    folder = image_folder(app)
    found = admitted_files(folder)
    assert found == as_the_sdk_reads_it(folder, (folder / ".dockerignore").read_text().splitlines())
    assert len(found) > 20
