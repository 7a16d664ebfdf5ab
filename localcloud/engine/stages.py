"""Builds a Dockerfile's stages, each in a folder that stands for its file system.

COPY is done as Docker does it. Of RUN, the commands that install packages are replaced by recipes, whose results images
share, and those that build with Node.js or Python are run; the operating system is this machine's own.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from localcloud.engine import node_apps, python_apps, versions
from localcloud.engine.built import Built, modules_in, without_modules
from localcloud.engine.commands import Command, commands
from localcloud.engine.dockerfile import Copy, Run, Stage
from localcloud.engine.errors import EngineError
from localcloud.engine.paths import glob, joined, place, relocate, within
from localcloud.engine.recipes import Cache, Say, host_path, run

# Folders that a recipe makes: never copied.
PROVIDED = ("node_modules", ".venv", "venv", "site-packages")
BUILDS = ("npm", "npx", "pnpm", "pnpx", "yarn", "node", "python", "python3")
# What needs no word: it prepares a file system, a tool or a user that a process here does not have.
SILENT = {
    *(
        "true",
        "set",
        "echo",
        "printf",
        "mkdir",
        "chmod",
        "chown",
        "rm",
        "ln",
        "touch",
        "ls",
        "cat",
        "install",
        "test",
        "[",
    ),
    *(
        "useradd",
        "groupadd",
        "adduser",
        "addgroup",
        "usermod",
        "corepack",
        ".",
        "source",
        "exit",
        "fi",
        "done",
        "export",
    ),
    *("uv", "poetry", "pip", "pip3", "find", "which", "hash", "setcap", "sleep"),
}
SYSTEM = ("apt", "apt-get", "apk", "dnf", "yum", "microdnf")
REFUSED = {
    "pipenv": "write its packages down with `pipenv requirements > requirements.txt`, and install those with pip",
    "pdm": "write its packages down with `pdm export -o requirements.txt`, and install those with pip",
    "conda": "install from requirements.txt, uv.lock or poetry.lock",
    "bun": "use npm, pnpm or Yarn, with their lock file",
    "deno": "use npm, pnpm or Yarn, with their lock file",
    **dict.fromkeys(
        ("go", "cargo", "bundle", "composer", "mvn", "gradle", "./gradlew", "./mvnw", "dotnet", "mix", "make", "gcc"),
        "the process engine runs apps in Python and Node.js; run this one with ENGINE=docker",
    ),
}


class Stages:
    """`work` has the context, and gets a folder for each stage but the last."""

    def __init__(self, stages: list[Stage], work: Path, dockerfile: str, cache: Cache, say: Say) -> None:
        self.all = stages
        self.work = work
        self.context = work / "context"
        self.dockerfile = dockerfile
        self.cache = cache
        self.say = say
        self.built: dict[int, Built] = {}

    async def build(self, root: Path) -> Built:
        """Build what the last stage needs; its files are `root`."""
        for number in sorted(self._needed(len(self.all) - 1)):
            stage = self.all[number]
            folder = root if number == len(self.all) - 1 else self.work / str(number)
            self.built[number] = await self._stage(Built(stage=stage, root=folder))
        return self.built[len(self.all) - 1]

    def _needed(self, last: int) -> set[int]:
        stage = self.all[last]
        copies = [*stage.copies, *(copy for step in stage.steps if isinstance(step, Run) for copy in step.borrowed)]
        below = {self.all.index(stage.parent)} if stage.parent else set()
        below |= {number for copy in copies if copy.stage and (number := self._number(copy.stage)) is not None}
        return {last}.union(*(self._needed(number) for number in below if number < last))

    def _number(self, name: str) -> int | None:
        for number, stage in enumerate(self.all):
            if stage.name.lower() == name.lower():
                return number
        return int(name) if name.isdigit() and int(name) < len(self.all) else None

    async def _stage(self, one: Built) -> Built:
        one.root.mkdir(parents=True, exist_ok=True)
        if one.stage.parent:
            parent = self.built[self.all.index(one.stage.parent)]
            place([parent.root], "/", one.root, without_modules(parent))
            one.take_over(parent)
            one.modules, one.path, one.has_corepack = dict(parent.modules), list(parent.path), parent.has_corepack
        for step in one.stage.steps:
            if isinstance(step, Copy):
                for notice in self._copy(step, one):
                    await self.say(notice)
                continue
            for borrowed in step.borrowed:
                list(self._copy(borrowed, one))
            for command in commands(step.text, step.workdir, step.env, one.has):
                await self._run(step, command, one)
        one.here(one.stage.workdir).mkdir(parents=True, exist_ok=True)
        return one

    def _copy(self, copy: Copy, one: Built) -> Iterator[str]:
        """Do a COPY; yields what was left out."""
        line = f"COPY {' '.join(copy.sources)} {copy.destination}"
        number = self._number(copy.stage) if copy.stage is not None else None
        if copy.stage is not None and number is None:
            if "astral-sh/uv" not in copy.stage:
                yield f"Left out: {line} (not made from this context)"
            return
        origin = self.built[number] if number is not None else None
        if origin:
            one.take_over(origin)
        for source in copy.sources:
            if "://" in source:
                raise self._error(
                    copy.line, f"ADD {source}: the local cloud downloads nothing; keep the file in the folder"
                )
            moved = modules_in(origin, joined("/", source), copy.destination) if origin else {}
            one.modules |= moved
            found = glob(origin.root if origin else self.context, source)
            if found and Path(source).name not in PROVIDED:
                ignore = without_modules(origin) if origin else shutil.ignore_patterns(*PROVIDED[:2])
                place(found, copy.destination, one.here(copy.destination), ignore)
            elif moved:
                pass
            elif Path(source).name in PROVIDED:
                yield f"Left out: {line} (the recipe provides it)"
            elif origin and (origin.installs or not within(joined("/", source), origin.stage.workdir)):
                yield f"Left out: {line} (not made from this context)"
            else:
                raise self._error(
                    copy.line, f"COPY failed: {source} is neither in the build context nor made by the build"
                )

    def _error(self, line: int, message: str) -> EngineError:
        return EngineError(400, f"{self.dockerfile}:{line}: {message}")

    async def _run(self, step: Run, command: Command, one: Built) -> None:
        words, folder = command.words, one.here(command.folder)
        program = Path(words[0]).name
        if (advice := REFUSED.get(program)) and program not in ("make", "gcc"):
            raise self._error(step.line, f"RUN {command}: the local cloud has no recipe for {program}; {advice}")
        words = (program, *words[1:])
        if install := python_apps.python_install(
            words, folder, command.env, lambda word: self._here(word, command, one)
        ):
            self._check(step, command, python_apps.missing_lock(install))
            one.installs.append(install)
            one.uses_uv = one.uses_uv or install.tool == "uv"
            if (
                not {"--no-root", "--no-install-project", "--no-install-workspace"} & set(words)
                and install.tool != "pip"
            ):
                one.projects.append(command.folder)
        elif packages := node_apps.global_packages(words):
            one.path.append(await node_apps.packages_path(self.cache, packages, self.say))
        elif modules := node_apps.node_install(words, command.env, folder):
            self._check(step, command, node_apps.problem(modules, folder))
            if not any((Path(part) / modules.tool).exists() for part in one.path):
                one.path += await node_apps.tool_path(self.cache, modules.manager, folder, self.say)
            path = [*one.path, *self._node(one)]
            one.modules[command.folder] = await node_apps.install(self.cache, modules, folder, path, self.say)
        elif program in BUILDS and not is_preparation(words):
            await self._build(command, one)
        elif program == "corepack":
            one.has_corepack = True
        elif program in SYSTEM:
            await self.say(f"Left out: RUN {command} (this machine's own system is used)")
        elif program not in SILENT and not is_preparation(words):
            await self.say(f"Left out: RUN {command} (neither an installer nor a build that the local cloud knows)")

    def _check(self, step: Run, command: Command, problem: str | None) -> None:
        if problem:
            raise self._error(step.line, f"RUN {command}: {problem}")

    def _here(self, word: str, command: Command, one: Built) -> str:
        """An absolute path of the image, as it is on this machine."""
        return relocate(word, command.folder, one.root)

    def _node(self, one: Built) -> list[str]:
        """The folder of the Dockerfile's Node.js, where it is not the one on PATH."""
        found = versions.choose(one.stage.origin, "node")[0]
        return [str(Path(found).parent)] if found else []

    async def _build(self, command: Command, one: Built) -> None:
        """Run a step that makes files, in the stage's folder, with what was installed so far."""
        for each, modules in one.modules.items():
            copy = one.here(each) / "node_modules"
            if not copy.exists():
                # Hard links: the build gets a tree of its own that takes no space and little time.
                await run(self.say, "cp", "-al", str(modules / "node_modules"), str(copy), cwd=one.root)
        path = [str(one.here(each) / "node_modules/.bin") for each in one.modules]
        path += [*one.path, *self._node(one)]
        if command.words[0].startswith("python") or one.installs:
            path.insert(0, str(await self.environment(one) / "bin"))
        env = {name: relocate(value, one.stage.workdir, one.root) for name, value in command.env.items()}
        env["PATH"] = ":".join([*path, host_path()])
        folder = one.here(command.folder)
        folder.mkdir(parents=True, exist_ok=True)
        await run(self.say, *(self._here(word, command, one) for word in command.words), cwd=folder, env=env)

    async def programs(self, one: Built) -> list[str]:
        """The folders of programs that a final stage has for Node.js."""
        manager = node_apps.said_manager(one.here(one.stage.workdir)) if one.has_corepack else None
        if manager:
            one.path += await node_apps.tool_path(self.cache, manager, one.here(one.stage.workdir), self.say)
        return list(dict.fromkeys([*one.path, *self._node(one)]))

    async def environment(self, one: Built) -> Path:
        """The virtual environment of a stage."""
        python = versions.interpreter([one.stage.origin, *(stage.base for stage in self.all)])
        return await python_apps.environment(self.cache, self.cache.poetry, python, one.installs, self.say)


def is_preparation(words: tuple[str, ...]) -> bool:
    """`npm install -g pnpm`, `python -m venv`, `npm cache clean` and their like: nothing to do here."""
    line = " ".join(words)
    return bool(
        re.match(r"(npm|pnpm|yarn) (install|i|add|cache|config|set|prune|store|update|--version|-v)\b", line)
        or re.match(r"python3? (-m (venv|compileall|pip|ensurepip)|--version)", line)
    )
