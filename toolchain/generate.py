"""Writes all generated files; with --check, fails when one that is committed is stale: `make generate`, `make check`.

In order: the front end's types are made from the back end's document.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from toolchain.steps import ROOT, TOOLS

PYTHON = ROOT / ".venv/bin/python"
BACKEND_PYTHON = TOOLS / "backend/bin/python"


@dataclass(frozen=True, kw_only=True)
class Generator:
    """A command that prints or writes one file. `prints` is that file where the command prints it.

    `source`: what it is made by; where that is not here, since the app is somebody's own, there is nothing to write.
    """

    write: tuple[str, ...]
    check: tuple[str, ...]
    source: Path = ROOT
    folder: Path = ROOT
    prints: Path | None = None


def module(name: str, *write: str) -> Generator:
    return Generator(write=(str(PYTHON), "-m", name, *write), check=(str(PYTHON), "-m", name, "--check"))


GENERATORS = (
    module("infra.config.docs"),
    module("infra.planning.readme"),
    module("infra.planning.alarm_docs"),
    module("localcloud.provider.tools.limits", "--write"),
    module("localcloud.provider.tools.generate", "--write"),
    module("bootstrap.calls", "--write"),
    Generator(
        write=(str(BACKEND_PYTHON), "-m", "app.openapi"),
        check=(str(BACKEND_PYTHON), "-m", "app.openapi", "--check"),
        source=ROOT / "backend/app/openapi.py",
        folder=ROOT / "backend",
        prints=ROOT / "backend/openapi.json",
    ),
    Generator(
        write=("npm", "run", "--silent", "generate"),
        check=("npm", "run", "--silent", "generate:check"),
        source=ROOT / "frontend/scripts/generate-client.mjs",
        folder=ROOT / "frontend",
    ),
)


def write(generator: Generator) -> bool:
    run = subprocess.run(
        generator.write, cwd=generator.folder, stdout=subprocess.PIPE if generator.prints else None, check=False
    )
    if run.returncode == 0 and generator.prints:
        generator.prints.write_bytes(run.stdout)
    return run.returncode == 0


def is_fresh(generator: Generator) -> bool:
    """All are asked, so that one run names everything that is stale."""
    return subprocess.run(generator.check, cwd=generator.folder, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    here = [generator for generator in GENERATORS if generator.source.exists()]
    if arguments == ["--check"]:
        fresh = [is_fresh(generator) for generator in here]
        if not all(fresh):
            print("stale: run `make generate` and commit the result", file=sys.stderr)
        return 0 if all(fresh) else 1
    return 0 if all(write(generator) for generator in here) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
