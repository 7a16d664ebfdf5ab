"""Installs the Pulumi CLI: the official release, of which the checksum is pinned, else a build from pinned sources."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tarfile
import urllib.request
from pathlib import Path, PurePosixPath

from toolchain.steps import ROOT, TOOLS, SetupError, run
from toolchain.versions import dotted, numbers, version

# Version, address and SHA-256 of the release; compare a new version's sums with `pulumi-<version>-checksums.txt` and
# with Pulumi's own Homebrew formula, from which these are.
RELEASE = ROOT / "toolchain/pulumi/release.json"
SOURCES = [
    ROOT / "toolchain" / folder / file for folder in ("pulumi", "language-host") for file in ("go.mod", "go.sum")
]
BIN = TOOLS / "pulumi" / "bin"
GO_MINIMUM = (1, 25)
CONNECT_SECONDS = 10.0
PLATFORMS = {"x86_64": "linux-x64", "aarch64": "linux-arm64"}


def wanted_version() -> str:
    return str(json.loads(RELEASE.read_text())["version"])


def is_on_path() -> bool:
    """Whether the user's own Pulumi CLI, with its Python language host, is new enough."""
    found = version("pulumi", "version")
    wanted = numbers(wanted_version())[:2]
    return found is not None and found >= wanted and shutil.which("pulumi-language-python") is not None


def install() -> None:
    shutil.rmtree(BIN, ignore_errors=True)
    BIN.mkdir(parents=True)
    if download():
        return
    go = version("go", "version")
    if go is None or go < GO_MINIMUM:
        got = "none" if go is None else dotted(go)
        raise SetupError(
            f"pulumi: not on PATH in version {wanted_version()} or newer, its release cannot be downloaded, and"
            f" building it needs Go {dotted(GO_MINIMUM)} or newer, got {got}; install one of the two"
        )
    build()


def download() -> bool:
    """Unpack the release; False where there is none for this machine or it cannot be reached."""
    release = json.loads(RELEASE.read_text())
    name = PLATFORMS.get(platform.machine())
    if name not in release["sha256"]:
        return False
    url = release["archive"].format(version=release["version"], platform=name)
    archive = TOOLS / "pulumi.tar.gz"
    try:
        found = fetch(url, archive)
        if found is None:
            return False
        if found != release["sha256"][name]:
            raise SetupError(
                f"pulumi: {url} must have the SHA-256 {release['sha256'][name]} ({RELEASE.relative_to(ROOT)}),"
                f" got {found}; it was not used. Try again; if it stays so, somebody changed it on its way"
            )
        unpack(archive, BIN)
        return True
    finally:
        archive.unlink(missing_ok=True)


def fetch(url: str, target: Path) -> str | None:
    """Save what is at the address; its SHA-256, or None where it cannot be reached."""
    sum_ = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_SECONDS) as answer, target.open("wb") as sink:  # noqa: S310
            for chunk in iter(lambda: answer.read(1 << 20), b""):
                sum_.update(chunk)
                sink.write(chunk)
    except OSError:
        return None
    return sum_.hexdigest()


def unpack(archive: Path, folder: Path) -> None:
    """The archive's programs, which are all in one folder of it."""
    with tarfile.open(archive) as members:
        for member in members:
            content = members.extractfile(member) if member.isfile() else None
            if content:
                target = folder / PurePosixPath(member.name).name
                with target.open("wb") as sink:
                    shutil.copyfileobj(content, sink)
                target.chmod(0o755)


def build() -> None:
    env = {**os.environ, "CGO_ENABLED": "0"}
    symbols = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{wanted_version()}"
    for folder, package in (
        ("language-host", "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"),
        ("pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"),
    ):
        command = ["go", "build", "-trimpath", "-ldflags", symbols, "-o", str(BIN / package.rsplit("/", 1)[1]), package]
        run(*command, cwd=ROOT / "toolchain" / folder, env=env)
    # What the language host starts: small scripts that the SDK's module carries.
    sdk = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"],
        cwd=ROOT / "toolchain/pulumi", capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        target = BIN / Path(script).name
        shutil.copyfile(Path(sdk) / "python" / script, target)
        target.chmod(0o755)
