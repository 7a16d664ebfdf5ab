"""What a stage of a Dockerfile has while it is built: its files, and what comes from folders that images share."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.engine import versions
from localcloud.engine.dockerfile import Stage
from localcloud.engine.paths import Ignore, joined, relative, within
from localcloud.engine.projects import read_toml
from localcloud.engine.python_apps import Install


@dataclass(kw_only=True)
class Built:
    """A stage while it is built. Paths of `modules` and `projects` are the image's."""

    stage: Stage
    root: Path
    installs: list[Install] = field(default_factory=list)
    modules: dict[str, Path] = field(default_factory=dict)
    projects: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    uses_uv: bool = False
    has_corepack: bool = False

    @property
    def has_python(self) -> bool:
        return bool(self.installs) or bool(versions.wanted(self.stage.origin, "python"))

    def here(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def has(self, folder: str, path: str) -> bool:
        """Whether a path, which may be relative to `folder`, is there."""
        return self.here(joined(folder, path)).exists()

    def take_over(self, other: "Built") -> None:
        """What was installed in a stage comes along with its files."""
        self.installs += [install for install in other.installs if install not in self.installs]
        self.projects += [project for project in other.projects if project not in self.projects]
        self.uses_uv = self.uses_uv or other.uses_uv

    def link_modules(self, folder: str, modules: Path) -> None:
        """The image's own `node_modules`: the shared ones, not those that a build worked with."""
        link = self.here(folder) / "node_modules"
        shutil.rmtree(link, ignore_errors=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(modules / "node_modules")

    def sources(self) -> list[str]:
        """Folders of projects that are installed, and keep their packages in `src`."""
        return [f"{folder}/src".lstrip("/") for folder in self.projects if (self.here(folder) / "src").is_dir()]

    def write_scripts(self) -> bool:
        """The commands that these projects define, in `.bin`."""
        folder = self.root / ".bin"
        for project in self.projects:
            file = self.here(project) / "pyproject.toml"
            told = read_toml(file) if file.is_file() else {}
            scripts = (
                told.get("project", {}).get("scripts") or told.get("tool", {}).get("poetry", {}).get("scripts") or {}
            )
            for name, target in scripts.items():
                module, _, function = str(target).partition(":")
                start = function.partition(".")[0]
                folder.mkdir(exist_ok=True)
                text = f"import sys; from {module} import {start}; sys.argv[0] = {name!r}; sys.exit({function}())"
                (folder / name).write_text(f'#!/bin/sh\nexec python -c {text!r} "$@"\n')
                (folder / name).chmod(0o755)
        return folder.is_dir()


def modules_in(origin: Built, source: str, destination: str) -> dict[str, Path]:
    """The modules that come along when `source` of a stage is copied to `destination`."""
    result = {}
    for folder, modules in origin.modules.items():
        there = joined(folder, "node_modules")
        if there == source:
            result[joined(destination, "..") if not destination.endswith("/") else joined("/", destination)] = modules
            if destination.rstrip("/").endswith("/node_modules"):
                result = {joined(destination, ".."): modules}
        elif within(there, source):
            result[joined(destination, relative(folder, source) or ".")] = modules
    return result


def without_modules(origin: Built) -> Ignore:
    """For copytree: leave out the modules that recipes installed, and no others (a build may have made some)."""
    installed = {str(origin.here(folder)) for folder in origin.modules}

    def ignore(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name == ".venv" or (name == "node_modules" and folder in installed)]

    return ignore
