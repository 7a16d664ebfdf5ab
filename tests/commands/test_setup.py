"""toolchain/setup.py: what it asks of a machine, and what it does with a download."""

import hashlib
import importlib.util
import io
import platform
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

from localcloud.place import ROOT


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("toolchain_setup", ROOT / "toolchain/setup.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "TOOLS", tmp_path)
    monkeypatch.setattr(module, "PULUMI_BIN", tmp_path)
    return module


@pytest.mark.parametrize(
    ("version", "is_right"),
    [
        ((18, 20, 8), False), ((20, 18, 3), False), ((20, 19, 0), True), ((20, 20, 2), True), ((21, 7, 3), False),
        ((22, 11, 0), False), ((22, 13, 0), True), ((23, 1, 0), False), ((24, 0, 0), True), ((26, 1, 0), True),
    ],
)  # fmt: skip
def test_node_is_taken_only_in_the_versions_that_the_front_end_s_tools_run_with(
    setup: ModuleType, version: tuple[int, ...], is_right: bool
) -> None:
    assert setup.in_range(version, setup.node_range()) is is_right


def test_a_version_that_does_not_fit_is_told_with_those_that_do(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v22.11.0\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(setup.SetupError, match=r"node: needs \^20\.19\.0 .*, got 22\.11\.0"):
        setup.require_versions()


def test_a_command_that_hangs_is_not_waited_for(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = tmp_path / "hanging"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(setup, "ASK_SECONDS", 0.1)
    monkeypatch.setattr(setup, "STEP_SECONDS", 0.1)
    assert setup.version("hanging") is None
    with pytest.raises(setup.SetupError, match=r"`hanging` did not end"):
        setup.run("hanging", cwd=tmp_path)


def release(folder: Path, setup: ModuleType, *, checksum: str | None = None) -> None:
    """A release in a folder, as the official one is laid out."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}[platform.machine()]
    name = f"pulumi-v{setup.PULUMI_VERSION}-linux-{machine}.tar.gz"
    (folder / f"v{setup.PULUMI_VERSION}").mkdir(parents=True)
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for path in ("pulumi/pulumi", "../../pulumi-language-python"):
            member = tarfile.TarInfo(path)
            member.size = 7
            tar.addfile(member, io.BytesIO(b"program"))
    files = folder / f"v{setup.PULUMI_VERSION}"
    (files / name).write_bytes(content.getvalue())
    listed = checksum or hashlib.sha256(content.getvalue()).hexdigest()
    (files / f"pulumi-{setup.PULUMI_VERSION}-checksums.txt").write_text(f"{'0' * 64}  other\n{listed}  {name}\n")
    setup.PULUMI_RELEASES = folder.as_uri()


def test_a_release_with_the_right_checksum_is_unpacked_beside_nothing_else(setup: ModuleType, tmp_path: Path) -> None:
    release(tmp_path / "releases", setup)
    assert setup.download_pulumi()
    assert (tmp_path / "pulumi").read_bytes() == b"program"
    assert (tmp_path / "pulumi-language-python").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("checksum", ["f" * 64, "(not listed)"])
def test_a_release_with_another_checksum_is_refused_unread(setup: ModuleType, tmp_path: Path, checksum: str) -> None:
    release(tmp_path / "releases", setup, checksum=checksum)
    with pytest.raises(setup.SetupError, match=r"must have the SHA-256 .*; nothing of it was used"):
        setup.download_pulumi()
    assert not (tmp_path / "pulumi").exists()


def test_without_the_internet_the_release_is_built_instead(setup: ModuleType, tmp_path: Path) -> None:
    setup.PULUMI_RELEASES = (tmp_path / "nowhere").as_uri()
    assert not setup.download_pulumi()
