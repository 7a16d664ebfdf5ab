"""Where a local cloud keeps its files and sockets."""

import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

import pytest

from localcloud.errors import LocalCloudError
from localcloud.place import ROOT, Place


@pytest.fixture(autouse=True)
def temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of the test's own, with a path that is short enough for sockets."""
    with TemporaryDirectory() as name:
        monkeypatch.setattr("tempfile.tempdir", name)
        yield


def test_the_port_decides_the_folder_unless_one_is_given(tmp_path: Path) -> None:
    assert Place.of(4600).folder == ROOT / ".local/4600"
    assert Place.of(4600, tmp_path).folder == tmp_path


def test_two_places_have_sockets_of_their_own(tmp_path: Path) -> None:
    assert Place.of(1, tmp_path / "a").sockets != Place.of(1, tmp_path / "b").sockets


def test_the_folder_of_sockets_is_made_for_this_user_alone(tmp_path: Path) -> None:
    place = Place.of(1, tmp_path / "a")
    place.make_folders()
    assert place.sockets.stat().st_mode & 0o777 == 0o700
    assert Place.of(1, tmp_path / "a").sockets == place.sockets


@pytest.mark.parametrize("mode", [0o777, 0o710, 0o701, 0o704])
def test_sockets_are_refused_in_a_folder_that_others_can_enter(tmp_path: Path, mode: int) -> None:
    place = Place.of(1, tmp_path / "a")
    place.sockets.mkdir()
    place.sockets.chmod(mode)
    with pytest.raises(LocalCloudError, match=r"must be a folder of user \d+ .*delete it, or set TMPDIR"):
        Place.of(1, tmp_path / "a").control_socket  # noqa: B018


def test_sockets_are_refused_in_a_folder_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place.of(1, tmp_path / "a")
    place.make_folders()
    owner = place.sockets.stat().st_uid
    fresh = Place.of(1, tmp_path / "a")
    monkeypatch.setattr("os.getuid", lambda: owner + 1)
    (place.sockets).rename(place.sockets.with_name(place.sockets.name.replace(f"-{owner}-", f"-{owner + 1}-")))
    with pytest.raises(LocalCloudError, match=rf"got drwx------ of user {owner};"):
        fresh.sockets  # noqa: B018


def test_sockets_are_refused_behind_a_link(tmp_path: Path) -> None:
    place = Place.of(1, tmp_path / "a")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    place.sockets.symlink_to(private)
    with pytest.raises(LocalCloudError, match="delete it, or set TMPDIR"):
        Place.of(1, tmp_path / "a").sockets  # noqa: B018


def test_a_folder_that_appears_while_the_cloud_starts_is_refused_too(tmp_path: Path) -> None:
    place = Place.of(1, tmp_path / "a")
    place.sockets.mkdir()
    place.sockets.chmod(0o777)
    with pytest.raises(LocalCloudError, match="delete it, or set TMPDIR"):
        place.make_folders()


def test_a_path_too_long_for_sockets_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/tmp/" + "x" * 80)  # noqa: S108
    with pytest.raises(LocalCloudError, match=r"^TMPDIR: .*86 bytes at most"):
        Place.of(1, tmp_path).sockets  # noqa: B018


def test_pulumi_finds_its_state_below_any_path(tmp_path: Path) -> None:
    place = Place.of(1, tmp_path / "100% a?b #c")
    url = urlsplit(place.pulumi_environment["PULUMI_BACKEND_URL"])
    assert (url.scheme, unquote(url.path), url.query, url.fragment) == (
        "file", str(place.folder / "pulumi"), "metadata=skip", "",
    )  # fmt: skip


def test_pulumi_reaches_nothing_but_this_local_cloud(tmp_path: Path) -> None:
    environment = Place.of(5000, tmp_path).pulumi_environment
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5000"
    assert environment["AWS_SES_SMTP_ENDPOINT"] == "127.0.0.1:5008"
    assert environment["PULUMI_DEBUG_PROVIDERS"] == "aws:5001"
    assert environment["AWS_SECRET_ACCESS_KEY"] == Place.of(5000, tmp_path).credentials.secret_key
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"


def test_credentials_are_random_stay_the_same_and_are_for_their_owner(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    one, again, other = Place.of(1, folder), Place.of(1, folder), Place.of(1, tmp_path / "other")
    assert one.credentials == again.credentials
    assert one.credentials.secret_key != other.credentials.secret_key
    assert one.credentials.secret_key not in repr(one.credentials)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes == {"state": 0o700, "credentials.json": 0o600}


def test_a_state_folder_of_an_earlier_version_is_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Place.of(1, tmp_path).make_folders()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_pulumi_runs_this_checkouts_program_and_tools_before_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/users/own")
    environment = Place.of(5000, tmp_path).pulumi_environment
    assert environment["PATH"] == f"{sys.prefix}/bin:{ROOT}/.tools/pulumi/bin:/users/own"
    assert environment["PULUMI_HOME"] == str(tmp_path / "pulumi-home")


def test_pulumi_needs_nothing_from_the_network_or_the_user(tmp_path: Path) -> None:
    environment = Place.of(5000, tmp_path).pulumi_environment
    assert environment["PULUMI_CONFIG_PASSPHRASE"]  # else it asks
    assert environment["PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
