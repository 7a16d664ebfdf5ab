"""What a service is run with here: its port, its packages, and the variables that its deployed task has."""

import os
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from localcloud.dev.description import Service
from localcloud.dev.folder import Plan, outdated_packages, python_of
from localcloud.dev.runner import HOST
from localcloud.engine.python_apps import Install, environment
from localcloud.engine.recipes import Cache, Say, host_path, run
from localcloud.environment import harmless
from localcloud.ports import free_port, port_is_free

VERSION = "development"


def ports(services: Iterable[Service], excepted: Iterable[str]) -> dict[str, int]:
    """Where each service listens: at its own port where that is free, so that an app with a fixed one works, too.

    What somebody else starts has it in any case.
    """
    found: dict[str, int] = {}
    for one in services:
        if one.port is not None:
            is_own = one.name in excepted or (one.port not in found.values() and port_is_free(one.port))
            found[one.name] = one.port if is_own else free_port()
    return found


def addresses(services: Iterable[Service]) -> dict[str, str]:
    """Where private services are for the others: at the port of the site, each at a loopback address of its own."""
    private = [one.name for one in services if one.private_url]
    return {name: f"127.0.0.{number}" for number, name in enumerate(private, start=2)}


def own_variables(service: Service, plan: Plan, port: int | None, moved: Mapping[str, str]) -> dict[str, str]:
    """Those of the image and of the deployed task. `moved`: the URLs that are deployed, with those in their place."""
    told = dict(service.environment)
    for deployed, here in moved.items():
        told = {name: value.replace(deployed, here) for name, value in told.items()}
    listening = {"HOST": HOST, "PORT": str(port)} if port is not None else {}
    return {**plan.variables, **told, **listening, "APP_VERSION": VERSION}


def process_variables(own: Mapping[str, str], path: Iterable[Path], *, coloured: bool) -> dict[str, str]:
    """For a process of the service. Of the user's own variables it gets a few that are harmless."""
    colours = {"FORCE_COLOR": "1"} if coloured else {}
    found = os.pathsep.join([*map(str, path), host_path()])
    return {**harmless(os.environ), **colours, **own, "PATH": found}


async def packages(folder: Path, dockerfile: str, cache: Cache, say: Say) -> list[Path]:
    """Install what the folder's lock files name, where it is not here yet; the folders with its programs."""
    if command := outdated_packages(folder):
        await run(say, *command, cwd=folder)
        os.utime(folder / "node_modules")
    if wanted := python_packages(folder):
        return [await environment(cache, cache.poetry, python_of(folder, dockerfile), [wanted], say) / "bin"]
    return [own] if (own := folder / ".venv/bin").is_dir() else []


def python_packages(folder: Path) -> Install | None:
    """Those that a lock file names for what runs; None without one, and where the folder has its own environment."""
    if (folder / "poetry.lock").exists():
        return Install(tool="poetry", words=("--only", "main"), folder=folder)
    if (folder / ".venv/bin").is_dir():
        return None
    if (folder / "uv.lock").exists():
        return Install(tool="uv", words=("--no-dev",), folder=folder)
    if (folder / "requirements.txt").exists():
        return Install(tool="pip", words=("-r", "requirements.txt"), folder=folder)
    return None


def write_file(file: Path, variables: Mapping[str, str]) -> None:
    """Variables as a shell and as debuggers read them (`envFile`), for this user only: secrets are among them."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(variables.items())))
