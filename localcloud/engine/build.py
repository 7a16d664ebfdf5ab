"""Builds an image: the context's files and the recipes' results, copied as the Dockerfile's final stage says."""

import asyncio
import datetime
import hashlib
import json
import os
import re
import shutil
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from localcloud.engine import archives
from localcloud.engine.dockerfile import Copy, Stage, parse
from localcloud.engine.errors import EngineError
from localcloud.engine.images import Image, ImageStore
from localcloud.engine.projects import check, check_python, read_json
from localcloud.engine.recipes import Cache, Say, base_python, differences, run, tools

# Part of every image's name: raise it when a change of this code makes another image of the same context.
RECIPE_VERSION = "1"
PROVIDED = ("node_modules", ".venv")


def unpack(archive: IO[bytes], folder: Path) -> str:
    """Unpack a build context; the hash of its paths, modes (executable or not) and contents."""
    archives.unpack(archive, folder, "build context")
    entries: list[str] = []
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            entries.append(dump(name, "link", str(path.readlink())))
        elif path.is_file():
            executable = bool(path.stat().st_mode & stat.S_IXUSR)
            path.chmod(0o755 if executable else 0o644)
            with path.open("rb") as file:
                entries.append(dump(name, executable, hashlib.file_digest(file, "sha256").hexdigest()))
    return hashlib.sha256("\n".join(sorted(entries)).encode()).hexdigest()


def dump(*values: object) -> str:
    return json.dumps(values)


class Builder:
    """Builds images. Concurrent builds of the same content wait for one build and share its result."""

    def __init__(self, images: ImageStore, cache: Cache) -> None:
        self.images = images
        self.cache = cache
        self._locks: dict[str, asyncio.Lock] = {}

    async def build(self, archive: IO[bytes], dockerfile: str, build_args: dict[str, str], say: Say) -> Image:
        """Build from a context's tar file. A failed build leaves no files."""
        work = self.cache.builds / uuid.uuid4().hex
        context = work / "context"
        context.mkdir(parents=True)
        try:
            content = await asyncio.to_thread(unpack, archive, context)
            image, stages = describe(context, dockerfile, build_args, content)
            async with self._locks.setdefault(image.id, asyncio.Lock()):
                if known := self.images.known(image.id):
                    await say("Using the image that this content was built to before")
                    return known
                await self._make(image, stages, context, say)
            return image
        finally:
            await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)

    async def _make(self, image: Image, stages: list[Stage], context: Path, say: Say) -> None:
        final = stages[-1]
        if difference := differences(origin(final)):
            await say(difference)
        staging = self.images.folder / f".building-{uuid.uuid4().hex}"
        root = staging / "root"
        root.mkdir(parents=True)
        try:
            if (context / "package-lock.json").exists():
                await self._node(image, final, context, root, say)
            if (context / "poetry.lock").exists():
                environment = await self.cache.python(context, say)
                image.path.append(str(environment / "bin"))
                image.caches.append(str(environment))
            for notice in await asyncio.to_thread(arrange, final, stages, context, root):
                await say(notice)
            if image.path:
                await asyncio.to_thread(check_python, root)
                names = ("-s", str(root), "-p", str(self.images.root(image)))
                await run(say, base_python(), "-m", "compileall", "-q", *names, str(root), cwd=root)
            await asyncio.to_thread(protect, root)
            self.images.add(image, staging)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise

    async def _node(self, image: Image, final: Stage, context: Path, root: Path, say: Say) -> None:
        package = read_json(context / "package.json")
        if "build" in package.get("scripts", {}):
            installed = await self.cache.node(context, say, production=False)
            modules = context / "node_modules"
            # Hard links: the build gets a tree of its own that takes no space and little time.
            await run(say, "cp", "-al", str(installed / "node_modules"), str(modules), cwd=context)
            await run(say, "npm", "run", "build", cwd=context)
        wants_modules = any("node_modules" in source for copy in final.copies for source in copy.sources)
        if wants_modules or any("npm ci" in step or "npm install" in step for step in final.runs):
            modules = await self.cache.node(context, say, production=True)
            (root / "node_modules").symlink_to(modules / "node_modules")
            image.caches.append(str(modules))


def describe(context: Path, dockerfile: str, build_args: dict[str, str], content: str) -> tuple[Image, list[Stage]]:
    """The image that a context will give, and its stages; computed before anything is built."""
    file = context / dockerfile
    if not file.exists():
        raise EngineError(400, f"dockerfile: {dockerfile} is not in the build context; is it in .dockerignore?")
    stages = parse(file.read_text(), build_args, dockerfile)
    if not (stages[-1].cmd or stages[-1].entrypoint):
        base = origin(stages[-1])
        raise EngineError(
            400, f"{dockerfile}: its final stage needs a CMD; what should the container run? {base} itself is not here"
        )
    check(context)
    key = dump(RECIPE_VERSION, tools(), content, dockerfile, sorted(build_args.items()))
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Image(config=stages[-1].config(), content=hashlib.sha256(key.encode()).hexdigest(), created=created), stages


def origin(stage: Stage) -> str:
    """The image from a registry that a stage builds on, maybe by other stages."""
    return origin(stage.parent) if stage.parent else stage.base


def arrange(final: Stage, stages: list[Stage], context: Path, root: Path) -> Iterator[str]:
    """Do the COPY lines of the final stage and of the stages that it builds on, from the built context to the snapshot.

    Returns notices of what was left out. Files for places outside of the working folder belong to the container's
    operating system, and a process here uses the laptop's own.
    """
    chain = [final]
    while chain[0].parent:
        chain.insert(0, chain[0].parent)
    notices = [
        f"Left out: RUN {step} (this machine's own system is used)"
        for step in final.runs
        if re.search(r"\b(apt|apt-get|apk|dnf|yum)\b", step)
    ]
    for copy in [copy for stage in chain for copy in stage.copies]:
        line = f"COPY {' '.join(copy.sources)} {copy.destination}"
        if not within(copy.destination, final.workdir):
            notices.append(f"Left out: {line} (outside of WORKDIR {final.workdir})")
            continue
        for source in copy.sources:
            if Path(source).name in PROVIDED:
                notices.append(f"Left out: {line} (the recipe provides it)")
            elif found := sources(copy, source, stages, context):
                place(found, copy.destination, root / relative(copy.destination, final.workdir), source)
            else:
                notices.append(f"Left out: {line} (not made from this context)")
    return iter(notices)


def within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def relative(path: str, folder: str) -> str:
    return path[len(folder) :].strip("/") if folder != "/" else path.strip("/")


def sources(copy: Copy, source: str, stages: list[Stage], context: Path) -> list[Path]:
    """The files that a COPY names; none if they come from another image or from the operating system of a stage."""
    if "://" in source:
        raise EngineError(400, f"ADD {source}: the local cloud downloads nothing; keep the file in the image's folder")
    pattern = source.strip("/")
    if copy.stage is not None:
        named = [stage for stage in stages if copy.stage == stage.name]
        numbered = stages[int(copy.stage) :][:1] if copy.stage.isdigit() else []
        stage = next(iter(named or numbered), None)
        if stage is None or (source.startswith("/") and not within(source, stage.workdir)):
            return []
        pattern = relative(source, stage.workdir) if source.startswith("/") else pattern
    pattern = os.path.normpath(pattern or ".")
    found = [context] if pattern == "." else sorted(context.glob(pattern))
    if not found:
        raise EngineError(400, f"COPY failed: {source} is neither in the build context nor made by the build")
    return found


def place(found: list[Path], destination: str, target: Path, source: str) -> None:
    """Copy as COPY does: a folder's content, and files into a folder if its name ends with `/` or there are several."""
    for path in found:
        if path.is_dir():
            ignore = shutil.ignore_patterns(*PROVIDED)
            shutil.copytree(path, target, symlinks=True, dirs_exist_ok=True, ignore=ignore)
        else:
            many = destination.endswith("/") or len(found) > 1 or target.is_dir()
            file = target / path.name if many else target
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, file, follow_symlinks=False)


def protect(root: Path) -> None:
    """Make all files read-only."""
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
