"""`python3 -m new <name> [<folder>]`: makes the project. It needs Python and git alone: nothing is installed for it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from toolchain.rename import old_name, rename, require_name
from toolchain.steps import ROOT, SetupError

FILES = ROOT / "new/files"
# What a project has of this one. What else is here is about our apps, or about this repository.
TAKEN = (
    *(".ci", ".gitattributes", ".github/workflows", ".gitignore", "Makefile", "__main__.py", "poetry.lock"),
    *("poetry.toml", "pyproject.toml", "Pulumi.yaml", "Pulumi.local.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"),
    *("bootstrap", "docs", "infra", "lambda", "localcloud", "ops", "preview", "toolchain"),
    *("tests/__init__.py", "tests/unit/__init__.py", "tests/unit/pure", "tests/unit/steps"),
)
LEFT_OUT = ("docs/images",)
# Of ours alone: the license is that of the copied code, and no statement about the user's.
LICENSE = "infra/LICENSE"


def tracked() -> Iterator[str]:
    """The files of this checkout that git knows and a project has, as they are now."""
    listed = git(ROOT, "ls-files", "-z", "--", *TAKEN)
    if listed.returncode:
        raise SetupError(f"{ROOT}: must be a git clone, because a project has the files that git knows; clone it")
    for name in filter(None, listed.stdout.split("\0")):
        if not any(name == one or name.startswith(f"{one}/") for one in LEFT_OUT):
            yield name


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SetupError("git: not found on PATH; install it") from None


def require_room(folder: Path) -> None:
    if folder == ROOT or ROOT in folder.parents:
        raise SetupError(f"DIR: must be outside of this checkout, got {folder}; write for example DIR=../my-shop")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SetupError(f"DIR: must be a new or an empty folder, got {folder}; name another")


def copy(folder: Path) -> None:
    names = list(tracked())
    for source, target in [
        *((ROOT / name, folder / name) for name in names),
        *((file, folder / file.relative_to(FILES)) for file in FILES.rglob("*") if of_a_project(file)),
        (ROOT / "LICENSE", folder / LICENSE),
    ]:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def of_a_project(file: Path) -> bool:
    """Not what a check or an editor left there."""
    made = {"__pycache__", "node_modules", "dist"}
    return file.is_file() and not any(part in made or part.endswith("_cache") for part in file.parts)


def adapt(folder: Path, name: str) -> None:
    """Give it its name, and take out what the stacks say of our back end."""
    old = old_name(folder)
    stack = folder / "Pulumi.local.yaml"
    stack.write_text(re.sub(rf"^  {re.escape(old)}:services:\n(    .*\n)+", "", stack.read_text(), flags=re.MULTILINE))
    for file in (folder / "README.md", folder / "frontend/index.html", folder / "frontend/src/app.tsx"):
        file.write_text(file.read_text().replace(old, name))
    rename(folder, name)


def begin_history(folder: Path) -> str:
    """A repository with a first commit, unless the folder is in one; a sentence about that."""
    if git(folder, "rev-parse", "--git-dir").returncode == 0:
        return "Its folder is in a git repository already: commit it there"
    came_from = git(ROOT, "rev-parse", "--short", "HEAD").stdout.strip()
    message = f"Made from commit {came_from} of {old_name(ROOT)}"
    for step in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", message]):
        done = git(folder, *step)
        if done.returncode:
            reason = (done.stderr.strip() or done.stdout.strip()).splitlines()
            return f"`git {step[0]}` said: {reason[-1] if reason else done.returncode}; commit its files yourself"
    return f"Its history begins with the commit: {message}"


def main(arguments: list[str]) -> None:
    name = arguments[0] if arguments else ""
    folder = Path(arguments[1] if arguments[1:] else f"../{name}").expanduser().resolve()
    try:
        require_name(name)
        require_room(folder)
        copy(folder)
        adapt(folder, name)
        history = begin_history(folder)
    except SetupError as error:
        sys.exit(str(error))
    print(f"Made {folder}. {history}.\n\n    cd {folder}\n    make up\n")


if __name__ == "__main__":
    main(sys.argv[1:])
