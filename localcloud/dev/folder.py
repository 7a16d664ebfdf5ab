"""How a service is run from its folder: by its own development command, or as its image runs it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.engine.dockerfile import parse
from localcloud.engine.node_apps import MANAGERS
from localcloud.engine.projects import read_json
from localcloud.engine.versions import interpreter

# Vite does not read $PORT.
VITE = ("--host", "$HOST", "--port", "$PORT", "--strictPort")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`reloads`: whether the command itself takes changes; otherwise it is started again after each."""

    command: tuple[str, ...]
    reloads: bool
    variables: dict[str, str] = field(default_factory=dict)

    def words(self, host: str, port: int) -> list[str]:
        return [word.replace("$HOST", host).replace("$PORT", str(port)) for word in self.command]


def plan(folder: Path, *, dockerfile: str = "Dockerfile", dev: Sequence[str], command: Sequence[str]) -> Plan:
    """`dev` is the command of that key, `command` what the task has in place of the image's own."""
    image, variables = image_of(folder, dockerfile)
    if dev:
        return Plan(command=tuple(dev), reloads=True, variables=variables)
    if found := script(folder):
        return Plan(command=found, reloads=True, variables=variables)
    return Plan(command=tuple(command) or image, reloads=False, variables=variables)


def script(folder: Path) -> tuple[str, ...] | None:
    """The script `dev` of a package.json, by the package manager whose lock file is there."""
    if not (folder / "package.json").exists():
        return None
    text = read_json(folder / "package.json").get("scripts", {}).get("dev")
    if not text:
        return None
    manager = manager_of(folder) or "npm"
    options = VITE if re.match(r"vite(\s|$)", text) else ()
    # npm keeps what comes before `--` for itself; the others pass all of it on.
    return (manager, "run", "dev", *(["--"] if options and manager == "npm" else []), *options)


def manager_of(folder: Path) -> str | None:
    """The one whose lock file is there."""
    return next((name for name, manager in MANAGERS.items() if (folder / manager.lock).exists()), None)


def outdated_packages(folder: Path) -> tuple[str, ...] | None:
    """What installs the folder's `node_modules`, where they are missing or older than the lock file."""
    if (name := manager_of(folder)) is None:
        return None
    manager = MANAGERS[name]
    modules = folder / "node_modules"
    is_fresh = modules.exists() and modules.stat().st_mtime >= (folder / manager.lock).stat().st_mtime
    return None if is_fresh else (name, *manager.develop)


def image_of(folder: Path, dockerfile: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """The command and variables of the folder's Dockerfile, its paths those of the folder; nothing without one."""
    file = folder / dockerfile
    if not file.exists():
        return (), {}
    stage = parse(file.read_text(), {})[-1]
    variables = {
        name: relocated(value, stage.workdir, folder) for name, value in stage.env.items() if name != "PATH"
    }  # fmt: skip
    return (*(stage.entrypoint or []), *(stage.cmd or [])), variables


def python_of(folder: Path, dockerfile: str) -> str:
    """The Python that its image runs on; the machine's own without a Dockerfile."""
    file = folder / dockerfile
    stages = parse(file.read_text(), {}) if file.exists() else []
    return interpreter([*(stage.origin for stage in stages[-1:]), *(stage.base for stage in stages)])


def relocated(value: str, workdir: str, folder: Path) -> str:
    """A path below the image's WORKDIR, as it is in the folder; in lists with colons each part."""
    if workdir == "/":
        return value
    return re.sub(rf"(^|:){re.escape(workdir)}(?=[/:]|$)", lambda found: f"{found[1]}{folder}", value)
