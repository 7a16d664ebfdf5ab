"""What a deployment would do, as Markdown: the comment on a pull request."""

import subprocess
import sys

from infra.pure.paths import ROOT
from ops.errors import NO_PULUMI, OperationError
from ops.target import Target

# GitHub takes 65,536 characters; a first deployment has more.
LIMIT = 50_000


def preview(target: Target) -> tuple[str, int]:
    """Placement and cost, then each change; with the exit code of `pulumi preview`."""
    plan = run(target, sys.executable, "-E", "-m", "infra.planning", target.name)
    words = ("preview", "--diff", "--non-interactive", "--color", "never", "--stack", target.name)
    changes = run(target, "pulumi", *words)
    failed = changes.returncode or plan.returncode
    title = f"### {'The preview of' if not failed else 'No preview of'} the stack {target.name}"
    parts = [title, *block("What runs where, and what a month costs", plan), *block("What would change", changes)]
    return "\n".join(parts), failed


def run(target: Target, *command: str) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=target.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise OperationError(NO_PULUMI) from None


def block(title: str, found: "subprocess.CompletedProcess[str]") -> list[str]:
    """Folded. The fence is one that no output of these commands has."""
    text = found.stdout.strip()
    if len(text) > LIMIT:
        text = f"{text[:LIMIT]}\n… {len(text) - LIMIT} characters more: see the job's log"
    return [f"<details open><summary>{title}</summary>", "", "~~~~text", text, "~~~~", "", "</details>", ""]
