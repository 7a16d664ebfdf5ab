"""Archives of clients: nothing in them reaches outside of the folder that they are unpacked in."""

import io
import tarfile
from pathlib import Path

import pytest

from localcloud.engine import archives
from localcloud.engine.build import unpack
from localcloud.engine.errors import EngineError

ALICE = b"alice"


def member(name: str, data: bytes = b"", **changes: object) -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    for key, value in changes.items():
        setattr(entry, key, value)
    return entry, data


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> io.BytesIO:
    result = io.BytesIO()
    with tarfile.open(fileobj=result, mode="w") as bundle:
        for entry, data in members:
            bundle.addfile(entry, io.BytesIO(data))
    result.seek(0)
    return result


def link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, type=tarfile.SYMTYPE, linkname=target)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    result = tmp_path / "context"
    result.mkdir()
    return result


@pytest.mark.parametrize(
    "members",
    [
        [member("../escaped", ALICE)],
        [member("a/../../escaped", ALICE)],
        [link("out", ".."), member("out/escaped", ALICE)],
        [link("out", "/"), member("out/tmp/escaped", ALICE)],
        [member("file", type=tarfile.FIFOTYPE)],
    ],
    ids=["parent", "parent of a folder", "link to the parent", "link to the root", "neither file, folder nor link"],
)
def test_what_leads_out_of_the_context_is_refused(folder: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    with pytest.raises(EngineError, match="build context: ") as caught:
        unpack(archive(*members), folder)
    assert caught.value.status == 400
    assert not (folder.parent / "escaped").exists()


def test_something_that_is_no_archive_is_refused(folder: Path) -> None:
    with pytest.raises(EngineError, match="build context") as caught:
        unpack(io.BytesIO(b"x" * 2000), folder)
    assert caught.value.status == 400


def test_a_python_that_cannot_unpack_safely_unpacks_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tarfile, "data_filter")
    with pytest.raises(EngineError, match=r"needs Python 3\.11\.4 or newer") as caught:
        unpack(archive(member("a", ALICE)), folder)
    assert caught.value.status == 500
    assert list(folder.iterdir()) == []


def test_a_context_is_unpacked_with_its_links(folder: Path) -> None:
    unpack(archive(member("a/b", ALICE), link("c", "a/b")), folder)
    assert (folder / "c").read_bytes() == ALICE
    assert (folder / "c").is_symlink()


def test_a_context_is_named_by_paths_contents_and_who_may_be_executed(tmp_path: Path) -> None:
    def name(*members: tuple[tarfile.TarInfo, bytes]) -> str:
        place = tmp_path / str(len(list(tmp_path.iterdir())))
        place.mkdir()
        return unpack(archive(*members), place)

    base = name(member("a", b"1", mode=0o644), link("l", "a"))
    assert base == name(link("l", "a"), member("a", b"1", mode=0o600, mtime=99), member("empty", type=tarfile.DIRTYPE))
    others = [
        name(member("b", b"1", mode=0o644), link("l", "a")),
        name(member("a", b"2", mode=0o644), link("l", "a")),
        name(member("a", b"1", mode=0o755), link("l", "a")),
        name(member("a", b"1", mode=0o644), link("l", "b")),
        name(member("a", b"1", mode=0o644)),
    ]
    assert base not in others
    assert len(set(others)) == 5


def test_files_of_a_context_are_readable_by_all_and_writable_by_the_owner(folder: Path) -> None:
    unpack(archive(member("a", mode=0o600), member("b", mode=0o700)), folder)
    assert [(folder / name).stat().st_mode & 0o777 for name in "ab"] == [0o644, 0o755]


def test_files_are_put_at_a_path_of_the_container_with_their_modes(folder: Path) -> None:
    archives.put(archive(member("key", ALICE, mode=0o600), member("/d/cert", mode=0o644)), folder, "/etc/tls")
    assert (folder / "etc/tls/key").read_bytes() == ALICE
    assert (folder / "etc/tls/key").stat().st_mode & 0o777 == 0o600
    assert (folder / "etc/tls/d/cert").stat().st_mode & 0o777 == 0o644


def test_the_path_in_the_container_is_made_and_named_in_refusals(folder: Path) -> None:
    with pytest.raises(EngineError, match="archive: "):
        archives.put(archive(member("../escaped")), folder, "/a/b")
    archives.put(archive(), folder, "/c/d")
    assert (folder / "c/d").is_dir()


@pytest.mark.parametrize(("path", "name"), [("/", "../escaped"), ("/../", "escaped"), ("../..", "a")])
def test_nothing_is_put_outside_of_the_container(folder: Path, path: str, name: str) -> None:
    with pytest.raises(EngineError) as caught:
        archives.put(archive(member(name, ALICE)), folder, path)
    assert caught.value.status == 400
    assert sorted(found.name for found in folder.parent.iterdir()) == ["context"]
