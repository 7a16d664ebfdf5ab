"""`make digests`: writes into the Dockerfiles which image stands behind each base image's tag today.

A tag such as `python:3.13-slim` moves; with the digest behind it (`python:3.13-slim@sha256:…`) a build uses the same
image on every machine, its own tag changes when the base image does, and the update bot proposes each newer digest.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from toolchain.steps import ROOT, SetupError

FROM = re.compile(r"^FROM (?P<name>[\w./-]+:[\w.-]+)(?:@sha256:[0-9a-f]{64})?(?=\s|$)", re.MULTILINE)


def digest_of(name: str) -> str:
    """What the registry has behind the tag: of all architectures together, so that any machine can use it."""
    pulled = docker("pull", "--quiet", name)
    if pulled.returncode:
        reason = pulled.stderr.strip()
        raise SetupError(f"{name}: could not be pulled ({reason}); `make digests` needs Docker and its registry")
    digests = json.loads(docker("image", "inspect", "--format", "{{json .RepoDigests}}", name).stdout or "[]")
    repository = name.partition(":")[0]
    found: set[str] = {digest.partition("@")[2] for digest in digests if digest.startswith(f"{repository}@")}
    if len(found) != 1:
        raise SetupError(f"{name}: {len(found)} digests belong to it here; `docker image rm {name}`, then try again")
    return found.pop()


def docker(*arguments: str) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SetupError("docker: not found on PATH; `make digests` needs it") from None


def pin(file: Path) -> bool:
    """Whether the file is another one now."""
    before = file.read_text()
    digests = {name: digest_of(name) for name in dict.fromkeys(found["name"] for found in FROM.finditer(before))}
    after = FROM.sub(lambda found: f"FROM {found['name']}@{digests[found['name']]}", before)
    file.write_text(after)
    return after != before


def dockerfiles(root: Path) -> list[Path]:
    """Those of the apps, whatever their folders are called."""
    return sorted(root.glob("*/Dockerfile"))


def main(root: Path = ROOT) -> None:
    try:
        for file in dockerfiles(root):
            print(f"{file.relative_to(root)}: {'newer digests' if pin(file) else 'up to date'}")
    except SetupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
