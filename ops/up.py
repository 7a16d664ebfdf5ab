"""Runs the stack's own `up`, for commands that change its file first."""

import subprocess
import sys

from infra.pure.paths import ROOT
from ops.target import Target


def up(target: Target, *, replace: str | None = None) -> int:
    """Pulumi's exit code; it prints by itself, and on AWS it asks whether to go on. `replace`: the URN of what is made
    anew; `**::name` stands for its end."""
    more = ["--replace", replace] if replace else []
    if target.place:
        place = ["--port", str(target.place.port), "--folder", str(target.place.folder)]
        words = [sys.executable, "-m", "localcloud", *place, "up", *more]
    else:
        words = ["pulumi", "up", "--stack", target.name, *more]
    return subprocess.run(words, cwd=ROOT, check=False).returncode
