"""A disk that is full or may not be written is told in one sentence, before the work."""

import errno
from pathlib import Path
from types import SimpleNamespace

import pytest

from localcloud import room, stack
from localcloud.errors import LocalCloudError
from localcloud.place import Place
from tests.commands.conftest import Command, FakePulumi


def test_room_is_looked_for_where_the_folder_will_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> SimpleNamespace:
        asked.append(path)
        return SimpleNamespace(free=50 * room.MEGABYTE)

    monkeypatch.setattr("shutil.disk_usage", usage)
    room.check_folder(tmp_path / "not/yet", 50 * room.MEGABYTE)
    with pytest.raises(LocalCloudError, match=r"not/yet: needs 51 MB of free space, and its disk has 50 MB; make room"):
        room.check_folder(tmp_path / "not/yet", 51 * room.MEGABYTE)
    assert asked == [tmp_path] * 2


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, _: path != tmp_path)
    with pytest.raises(LocalCloudError, match=f"^{tmp_path}: may not be written by this user"):
        room.check_folder(tmp_path / "state", 1)


def test_up_on_a_full_disk_starts_nothing(
    command: Command, place: Place, pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=room.STATE_BYTES - 1))
    assert command("up", code=1).output.startswith(f"Error: {place.folder}: needs 200 MB of free space")
    assert not place.folder.exists() and pulumi.calls == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_disk_that_fails_in_the_middle_of_a_command_is_told_without_a_stack_trace(
    command: Command, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(_: Place) -> None:
        raise OSError(number, "the reason", "/some/file")

    monkeypatch.setattr(stack, "outputs", fail)
    assert command("url", code=1).output == "Error: /some/file: the reason\n"
