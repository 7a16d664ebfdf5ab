"""`make rename NAME=my-shop`: gives the project another name, in every file that holds it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from toolchain.steps import ROOT, SetupError

# What Pulumi takes as a project's name and Python as a package's.
# https://www.pulumi.com/docs/iac/concepts/projects/ https://packaging.python.org/en/latest/specifications/name-normalization/
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,98}[A-Za-z0-9])?")
LINE = re.compile(r"^name: *[\"']?([\w.-]+)[\"']?", re.MULTILINE)


def deployed(root: Path, project: str) -> Iterator[str]:
    """The ports of the local clouds that hold resources of the project: Pulumi's state names them by it."""
    for state in (root / ".local").glob(f"*/pulumi/.pulumi/stacks/{project}/*.json"):
        latest = json.loads(state.read_text()).get("checkpoint", {}).get("latest") or {}
        if latest.get("resources"):
            yield state.relative_to(root / ".local").parts[0]


def old_name(root: Path) -> str:
    found = LINE.search((root / "Pulumi.yaml").read_text())
    if not found:
        raise SetupError("Pulumi.yaml: must have a line `name: <project>` and has none")
    return found[1]


def require_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise SetupError(
            "NAME: must be 1 to 100 letters, digits, - . _, and a letter or digit at both ends,"
            f" got {name!r}; write for example NAME=my-shop"
        )


def rename(root: Path, name: str) -> list[str]:
    """The names of the files that are others now."""
    require_name(name)
    old = old_name(root)
    if ports := list(deployed(root, old)):
        downs = " and ".join(f"`PORT={port} make down`" for port in ports)
        raise SetupError(f"{old}: is deployed on this machine, by its name; run {downs} first")
    changed = []
    for file in files(root):
        before = file.read_text()
        after = LINE.sub(f"name: {name}", before, count=1) if file.name == "Pulumi.yaml" else before
        after = re.sub(rf'^name = "{re.escape(old)}"$', f'name = "{name}"', after, flags=re.MULTILINE)
        after = re.sub(rf"(?<![\w.-]){re.escape(old)}:", f"{name}:", after)
        after = re.sub(rf"(?<=/){re.escape(old)}(?=/)", name, after)  # where Pulumi keeps the states
        if after != before:
            file.write_text(after)
            changed.append(str(file.relative_to(root)))
    return changed


def files(root: Path) -> list[Path]:
    """Those that may hold the project's name."""
    stacks, docs = sorted(root.glob("Pulumi.*.yaml")), sorted(root.glob("docs/*.md"))
    return [root / "Pulumi.yaml", *stacks, root / "app.yaml", *docs, root / "pyproject.toml"]


def main(arguments: list[str]) -> None:
    try:
        changed = rename(ROOT, arguments[0] if arguments else "")
    except SetupError as error:
        sys.exit(str(error))
    print(f"Renamed in: {', '.join(changed) or 'no file'}")
    print("A stack on AWS keeps the old name: destroy it first, or go back")
    if (ROOT / "tests/unit/program/snapshots").exists():
        print("What tests know of it: .venv/bin/pytest tests/unit/program --update-snapshots")


if __name__ == "__main__":
    main(sys.argv[1:])
