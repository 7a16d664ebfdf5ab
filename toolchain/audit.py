"""`make audit`: which packages of the lock files have known vulnerabilities, as PyPI and npm's registry tell.

Both must be reached: a mirror often has packages alone. What cannot be asked fails, too.
"""

import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from toolchain.setup import make_environment
from toolchain.steps import ROOT, TOOLS, SetupError, run, step

ENVIRONMENT = TOOLS / "audit"
TOOL = ROOT / "toolchain/audit.txt"


def locks(name: str) -> list[Path]:
    found = subprocess.run(
        ["git", "ls-files", "-z", f"*{name}"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / file for file in filter(None, found.split("\0"))]


def pins(lock: Path) -> Iterator[str]:
    """What a Poetry lock file pins, as pip-audit reads it; one version each, whatever the platform."""
    for package in tomllib.loads(lock.read_text())["package"]:
        yield f"{package['name']}=={package['version']}"


def of_python(lock: Path) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(sorted(set(pins(lock)))))
        file.flush()
        # Without pip, which would install them to find out what they need: the lock file has all of that.
        command = ["-m", "pip_audit", "--strict", "--disable-pip", "--no-deps", "--progress-spinner", "off", "-r"]
        return is_clean(lock, [str(ENVIRONMENT / "bin/python"), *command, file.name])


def of_node(lock: Path) -> bool:
    return is_clean(lock, ["npm", "audit", "--package-lock-only"])


def is_clean(lock: Path, command: list[str]) -> bool:
    print(f"{lock.relative_to(ROOT)}:", flush=True)
    return subprocess.run(command, cwd=lock.parent, env={**os.environ, "NO_COLOR": "1"}, check=False).returncode == 0


def install() -> None:
    make_environment(ENVIRONMENT)
    run(str(ENVIRONMENT / "bin/python"), "-m", "pip", "install", "--quiet", "-r", str(TOOL))


def main() -> int:
    TOOLS.mkdir(exist_ok=True)
    step("pip-audit", ENVIRONMENT / "bin/python", [TOOL], install)
    clean = [*map(of_python, locks("poetry.lock")), *map(of_node, locks("package-lock.json"))]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        sys.exit(f"Error: {error}")
