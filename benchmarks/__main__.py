"""Measures the commands that a developer waits for, on a checkout and a local cloud of their own.

Seconds depend on the machine, so each comes with its ratio to `up` of an empty Pulumi program in the same run:
the part that no project can avoid. `--cold` (`make bench COLD=1`) also measures set-up from nothing, with empty caches:
minutes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil

from tests.e2e.checkout import Checkout

PORT = 5400
REPEATS = 3


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def empty_environment(folder: Path) -> Path:
    """A virtual environment as `pulumi new python` makes it, with the Pulumi SDK that the project has."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin/pip", "install", "--quiet", f"pulumi=={version('pulumi')}"], check=True)
    return folder / "bin"


def empty_program(checkout: Checkout) -> float:
    """Median seconds of an `up` that has nothing to do, of a program without resources."""
    variables = checkout.place.pulumi_environment
    path = f"{empty_environment(checkout.root.parent / 'empty')}{os.pathsep}{variables['PATH']}"
    environment = {**os.environ, **variables, "PATH": path}
    folder = checkout.root / "benchmarks/empty"

    def pulumi(*arguments: str) -> None:
        subprocess.run(["pulumi", *arguments], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)

    (checkout.place.folder / "pulumi").mkdir(parents=True, exist_ok=True)
    pulumi("stack", "init", "empty")
    up = ("up", "--stack", "empty", "--yes", "--skip-preview")
    pulumi(*up)
    return median(seconds(lambda: pulumi(*up)) for _ in range(REPEATS))


def change_backend(checkout: Checkout, serial: int) -> None:
    main = checkout.root / "backend/app/main.py"
    main.write_text(f"{main.read_text()}\n# Change {serial}.\n")
    checkout.up()
    with checkout.site() as site:
        site.get("/api/health/ready").raise_for_status()


def memory_mib(checkout: Checkout) -> float:
    """Proportional memory of all local processes: what is shared between them counts once."""
    total = sum(psutil.Process(pid).memory_full_info().pss for pid in checkout.processes())
    return float(total) / 2**20


def cold(folder: Path) -> float:
    """Seconds of the first `make up` after a clone, with nothing installed and nothing cached."""
    checkout = Checkout.copy(folder / "project", PORT + 50)
    for shared in (".venv", ".tools"):
        (checkout.root / shared).unlink()
    home = folder / "home"
    home.mkdir()
    caches = {name: str(home / name.lower()) for name in ("GOPATH", "GOCACHE", "XDG_CACHE_HOME", "NPM_CONFIG_CACHE")}
    environment = {**os.environ, **caches, "GOFLAGS": "-modcacherw"}
    command = ["make", "up", f"PORT={checkout.port}"]
    taken = seconds(lambda: subprocess.run(command, cwd=checkout.root, env=environment, check=True))
    subprocess.run(["make", "down", f"PORT={checkout.port}"], cwd=checkout.root, env=environment, check=True)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--cold", action="store_true", help="also measure set-up from nothing")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        measure(Path(name), with_cold=parser.parse_args().cold)


def measure(folder: Path, *, with_cold: bool) -> None:
    checkout = Checkout.copy(folder / "checkout", PORT)
    try:
        first = seconds(checkout.up)
        floor = empty_program(checkout)

        def row(what: str, value: float) -> None:
            print(f"  {what:<44} {value:7.1f} s   {value / floor:6.1f} ×", flush=True)

        print(
            f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; × is against `up` of an empty program",
            flush=True,
        )
        row("empty program, up", floor)
        row("first up, tools installed", first)
        row("up without changes", median(seconds(checkout.up) for _ in range(REPEATS)))
        changes = [seconds(partial(change_backend, checkout, serial)) for serial in range(REPEATS)]
        row("back-end change to serving", median(changes))
        print(f"  {'memory of all local processes':<44} {memory_mib(checkout):7.0f} MiB")
        checkout.stop()
        row("up with everything stopped", seconds(checkout.up))
        row("down", seconds(lambda: checkout.run("down")))
        if with_cold:
            row("make up from nothing, caches empty", cold(folder / "cold"))
    finally:
        checkout.stop()


if __name__ == "__main__":
    main()
