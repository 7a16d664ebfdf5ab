"""Compares this project's API with the template's in one run on one machine: `python -m benchmarks.api [--quick]`.

Installs what the comparison needs, then hands over to the back end's environment, whose tests can start PostgreSQL and
an emulated AWS.
"""

import os
import shutil
import subprocess
import sys

from toolchain.setup import poetry_install
from toolchain.steps import ROOT, TOOLS, SetupError, step

TEMPLATE = ROOT / "benchmarks/template_api"


def main() -> None:
    if not shutil.which("wrk"):
        raise SetupError("wrk: not found on PATH, and it makes the load; install it (Debian: `apt-get install wrk`)")
    step(
        "template packages", TOOLS / "template_api/bin/python", [TEMPLATE / "pyproject.toml", TEMPLATE / "poetry.lock"],
        lambda: poetry_install(TEMPLATE, TOOLS / "template_api"),
    )  # fmt: skip
    python = str(TOOLS / "backend/bin/python")
    # From the back end's folder, so that `tests` is its own and not this project's.
    command = [python, "-m", "benchmarks.api.compare", *sys.argv[1:]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    sys.exit(subprocess.run(command, cwd=ROOT / "backend", env=environment, check=False).returncode)


if __name__ == "__main__":
    try:
        main()
    except SetupError as error:
        sys.exit(str(error))
