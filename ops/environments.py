"""Preview environments: a stack of its own for a pull request, on what the stack of the command has."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from infra.pure.paths import ROOT
from localcloud import stack_file
from localcloud.place import PREVIEW
from ops.errors import OperationError
from ops.target import Target

UNATTENDED = ("--yes", "--skip-preview", "--non-interactive")


def up(target: Target) -> int:
    """Make a preview environment, or bring it up to date; Pulumi's exit code."""
    there = environments(target)
    write_file(target)
    if target.name not in there:
        encrypted = stack_file.secrets_provider(target.base)
        given = ("--secrets-provider", encrypted) if encrypted else ()
        if code := run(target, "stack", "init", target.name, "--no-select", *given):
            return code
    return run(target, "up", "--stack", target.name, *UNATTENDED, "--suppress-outputs")


def down(target: Target) -> int:
    """Destroy a preview environment, and its state and file with it; Pulumi's exit code."""
    if target.name not in environments(target):
        print(f"There is no preview environment {target.preview} of {target.base}")
        return 0
    write_file(target)
    return run(target, "destroy", "--stack", target.name, *UNATTENDED, "--remove")


def listed(target: Target, days: int | None) -> Iterator[str]:
    """List the preview environments; `days`: destroy those that were not deployed for longer."""
    found = environments(target)
    if not found:
        yield f"There is no preview environment of {target.base}"
    failed = []
    for name, since in sorted(found.items()):
        preview = name.removeprefix(f"{target.base}-")
        is_old = days is not None and datetime.now(UTC) - since > timedelta(days=days)
        yield f"  {preview}  deployed {since:%Y-%m-%d %H:%M} UTC{', now destroyed' if is_old else ''}"
        if is_old and remove(target.of_preview(preview)):
            failed.append(preview)
    if failed:
        raise OperationError(f"not destroyed: {', '.join(failed)}; the messages are above")


def remove(target: Target) -> int:
    if target.place is None:
        return down(target)
    place = ["--port", str(target.place.port), "--folder", str(target.place.folder)]
    words = [sys.executable, "-m", "localcloud", *place, "--preview", str(target.preview), "down"]
    return subprocess.run(words, cwd=ROOT, check=False).returncode


def environments(target: Target) -> dict[str, datetime]:
    """The stacks of preview environments on the target's base, and when each was deployed last."""
    answer = target.told_by_pulumi("stack", "ls", "--json")
    found = {str(one["name"]).rpartition("/")[2]: one.get("lastUpdate") for one in json.loads(answer)}
    return {
        # One without an update was made a moment ago, or its first `up` failed at once.
        name: datetime.fromisoformat(last) if last else datetime.now(UTC)
        for name, last in found.items()
        if re.fullmatch(rf"{re.escape(target.base)}-{PREVIEW}", name)
    }


def write_file(target: Target) -> None:
    stack_file.write_preview(target.name, target.base, target.project)


def run(target: Target, *words: str) -> int:
    return subprocess.run(["pulumi", *words], cwd=ROOT, env=target.environment, check=False).returncode
