"""Measures how long a command of the Makefile takes before it does anything: `make bench-commands`.

Each is compared with `python -c pass` of the same run, since seconds depend on the machine. The shortest of many runs
counts, because other work on the machine can only make a run longer.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 20
PORT = 5390  # no local cloud uses it, so the commands have nothing to do
ROOT = Path(__file__).resolve().parent.parent


def shortest(command: list[str]) -> float:
    """Milliseconds of the shortest run."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    taken = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        taken.append(time.perf_counter() - started)
    return 1000 * min(taken)


def main() -> None:
    floor = shortest([sys.executable, "-c", "pass"])

    def row(what: str, milliseconds: float) -> None:
        print(f"  {what:<28} {milliseconds:6.0f} ms   {milliseconds / floor:5.1f} ×", flush=True)

    print(f"Python {sys.version.split()[0]}; × is against `python -c pass`, the shortest of {RUNS} runs each")
    row("python -c pass", floor)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "localcloud", "--port", str(PORT), "--folder", folder]
        row("python -m localcloud url", shortest([*command, "url"]))
        row("python -m localcloud status", shortest([*command, "status"]))
    row("make url", shortest(["make", "-s", "url", f"PORT={PORT}"]))


if __name__ == "__main__":
    main()
