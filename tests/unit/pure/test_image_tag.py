"""An image's tag follows what its build can see, and nothing else."""

import os
import socket
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from docker.utils.build import exclude_paths
from hypothesis import example, given
from hypothesis import strategies as st

from infra.pure.build_context import ContextError, copy_context
from infra.pure.dockerignore import LEFTOVER, admitted_files
from infra.pure.image_tag import image_tag


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
    with pytest.raises(ContextError, match="must have a Dockerfile, found none; add one"):
        image_tag(tmp_path)


def test_a_tag_stays_what_it_was_from_version_to_version(context: Path) -> None:
    """Another algorithm would rebuild every image and restart every service of every stack."""
    assert image_tag(context) == "972ed34886bd2e86"


@pytest.mark.parametrize(
    "leftover",
    [
        *(".env", ".env.local", ".env.production.local", "main.py~", ".main.py.swp", "#main.py#", ".#main.py"),
        *(".DS_Store", "._main.py", "Thumbs.db", "main.py.orig", ".git/config", "__pycache__/main.cpython-313.pyc"),
    ],
)
def test_what_editors_and_machines_leave_behind_is_in_no_image_though_its_folder_is_admitted(
    context: Path, leftover: str
) -> None:
    before = image_tag(context)
    (context / "app" / leftover).parent.mkdir(exist_ok=True)
    (context / "app" / leftover).write_text("SECRET=1\n")
    (context / ".dockerignore").write_text(f"*\n!app\n!app/{leftover}\n**/__pycache__\n# a comment\n")
    assert admitted_files(context) == [".dockerignore", "Dockerfile", "app/main.py"]
    (context / ".dockerignore").write_text("*\n!app\n**/__pycache__\n# a comment\n")
    assert image_tag(context) == before


@pytest.mark.parametrize("name", [".env.production", "env", ".swc", "._", "a.swp.py", "git"])
def test_what_only_looks_like_a_leftover_is_admitted(context: Path, name: str) -> None:
    (context / "app" / name).touch()
    assert (f"app/{name}" in admitted_files(context)) is (name != "._")


def test_all_files_that_no_image_can_hold_are_named_with_what_to_do(context: Path) -> None:
    app = context / "app"
    os.mkfifo(app / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(app / "listener"))
    Path(os.fsdecode(os.fsencode(app) + b"/caf\xe9.txt")).touch()
    (app / "hosts").symlink_to("/etc/hosts")
    (app / "secret").symlink_to("../../secret")
    (app / "round").symlink_to("hosts")
    with pytest.raises(ContextError) as caught:
        image_tag(context)
    absolute = "an absolute path, which leads elsewhere in an image"
    outside = "which is outside of backend/ and so not in an image"
    advice = "; change or remove it, or keep it out with a line in backend/.dockerignore"
    assert str(caught.value).splitlines() == [
        f"image: backend/app/caf\\xe9.txt has a name or a target that is not UTF-8{advice}",
        f"image: backend/app/hosts is a link to /etc/hosts, {absolute}{advice}",
        f"image: backend/app/listener is a socket{advice}",
        f"image: backend/app/pipe is a named pipe{advice}",
        f"image: backend/app/round is a link to hosts, {outside}{advice}",
        f"image: backend/app/secret is a link to ../../secret, {outside}{advice}",
    ]


def test_odd_files_outside_of_the_image_are_nobodys_concern(context: Path) -> None:
    before = image_tag(context)
    os.mkfifo(context / "pipe")
    Path(os.fsdecode(os.fsencode(context) + b"/caf\xe9")).mkdir()
    (context / "hosts").symlink_to("/etc/hosts")
    assert image_tag(context) == before


def test_the_builder_gets_the_same_whatever_the_machines_umask(context: Path, tmp_path: Path) -> None:
    (context / "app/run.sh").touch(mode=0o700)
    (context / "app/link").symlink_to("main.py")
    for file in (context / "app", context / "app/main.py", context / "Dockerfile"):
        file.chmod(file.stat().st_mode & 0o700)
    before = os.umask(0o077)
    try:
        (tmp_path / "copy").mkdir()
        copy_context(context, tmp_path / "copy")
    finally:
        os.umask(before)
    modes = {str(p.relative_to(tmp_path)): oct(p.stat().st_mode & 0o777) for p in (tmp_path / "copy").rglob("*")}
    folders, files = dict.fromkeys(["copy/app"], "0o755"), ("Dockerfile", ".dockerignore", "app/main.py", "app/link")
    assert modes == {**folders, **dict.fromkeys([f"copy/{f}" for f in files], "0o644"), "copy/app/run.sh": "0o755"}
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o755
    assert (tmp_path / "copy/app/link").readlink() == Path("main.py")
    assert image_tag(tmp_path / "copy") == image_tag(context)


# Beside the Docker SDK.

TREE = ("Dockerfile", "a", "aB/c", "aB/d.py", "b/a/c.pyx", "b/a/d/c", "b/[x]", "c.py", "d/b/A", "d/b/c^")


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
    files = sorted(str(path.relative_to(context)) for path in paths if path.is_symlink() or not path.is_dir())
    return [file for file in files if not any(LEFTOVER.match(part) for part in file.split("/"))]


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


def test_what_a_build_is_given_is_part_of_what_it_makes(context: Path) -> None:
    tags = [image_tag(context, given) for given in ({}, {"A": ""}, {"A": "1"}, {"B": "1"}, {"A": "1", "B": "2"})]
    assert len(set(tags)) == len(tags) and tags[0] == image_tag(context)
    assert image_tag(context, {"B": "2", "A": "1"}) == tags[-1]


def test_the_dockerfile_may_be_in_a_folder_below_and_counts(context: Path) -> None:
    (context / "api").mkdir()
    for name in ("Dockerfile", "worker.Dockerfile"):
        (context / "api" / name).write_text("FROM scratch\n")
    assert admitted_files(context, dockerfile="api/Dockerfile") == [".dockerignore", "api/Dockerfile", "app/main.py"]
    tags = [image_tag(context, dockerfile=name) for name in ("Dockerfile", "api/Dockerfile", "api/worker.Dockerfile")]
    assert len(set(tags)) == 3
    (context / "api/Dockerfile").write_text("FROM debian\n")
    assert image_tag(context, dockerfile="api/Dockerfile") != tags[1]
    assert image_tag(context) == tags[0]
    with pytest.raises(ContextError, match="image: backend/web/Dockerfile must be a Dockerfile, found none"):
        image_tag(context, dockerfile="web/Dockerfile")


def test_a_dockerfiles_own_list_stands_for_the_folders(context: Path, tmp_path: Path) -> None:
    (context / "api").mkdir()
    (context / "api/Dockerfile").write_text("FROM scratch\n")
    (context / "api/Dockerfile.dockerignore").write_text("app\n")
    wanted = ["Dockerfile", "README.md", "api/Dockerfile", "api/Dockerfile.dockerignore"]
    assert admitted_files(context, dockerfile="api/Dockerfile") == wanted
    copy_context(context, tmp_path / "copy", "api/Dockerfile")
    assert image_tag(tmp_path / "copy", dockerfile="api/Dockerfile") == image_tag(context, dockerfile="api/Dockerfile")
