"""`make rename NAME=my-shop`: gives the project another name, in every file that holds it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from localcloud import stack
from localcloud.errors import LocalCloudError
from toolchain.steps import ROOT, SetupError

# https://www.pulumi.com/docs/iac/concepts/projects/
NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
LINE = re.compile(r"^name: *[\"']?[\w.-]+[\"']?", re.MULTILINE)


def deployed(root: Path, project: str) -> Iterator[str]:
    """The ports of the local clouds that hold resources of the project: Pulumi's state names them by it."""
    for state in (root / ".local").glob(f"*/pulumi/.pulumi/stacks/{project}/*.json"):
        latest = json.loads(state.read_text()).get("checkpoint", {}).get("latest") or {}
        if latest.get("resources"):
            yield state.relative_to(root / ".local").parts[0]


def rename(root: Path, name: str) -> list[str]:
    """The names of the files that are others now."""
    if not NAME.fullmatch(name):
        raise SetupError(f"NAME: must be 1 to 100 letters, digits, - . _, got {name!r}; write for example NAME=my-shop")
    old = stack.project(root)
    if ports := list(deployed(root, old)):
        downs = " and ".join(f"`PORT={port} make down`" for port in ports)
        raise SetupError(f"{old}: is deployed on this machine, by its name; run {downs} first")
    changed = []
    for file in (root / "Pulumi.yaml", *sorted(root.glob("Pulumi.*.yaml")), root / "app.yaml"):
        before = file.read_text()
        after = LINE.sub(f"name: {name}", before, count=1) if file.name == "Pulumi.yaml" else before
        after = re.sub(rf"(?<![\w.-]){re.escape(old)}:", f"{name}:", after)
        if after != before:
            file.write_text(after)
            changed.append(file.name)
    return changed


def main(arguments: list[str]) -> None:
    try:
        changed = rename(ROOT, arguments[0] if arguments else "")
    except (SetupError, LocalCloudError) as error:
        sys.exit(str(error))
    subprocess.run([sys.executable, "-m", "infra.config.docs"], cwd=ROOT, check=True)
    print(f"Renamed in: {', '.join(changed) or 'no file'}")
    print("A stack on AWS keeps the old name: destroy it first, or go back")
    print("What tests know of it: .venv/bin/pytest tests/unit/program --update-snapshots")


if __name__ == "__main__":
    main(sys.argv[1:])
