"""Builds an image: its stages' files and the recipes' results, arranged as the Dockerfile says."""

import asyncio
import datetime
import hashlib
import json
import os
import shlex
import shutil
import stat
import sys
import uuid
from pathlib import Path
from typing import IO

from localcloud.engine import archives, nginx_conf, versions
from localcloud.engine.built import Built
from localcloud.engine.dockerfile import Stage, parse
from localcloud.engine.errors import EngineError
from localcloud.engine.images import Image, ImageStore
from localcloud.engine.projects import check_python
from localcloud.engine.python_apps import uv_tool
from localcloud.engine.recipes import Cache, Say, run, tools
from localcloud.engine.stages import Stages

# Part of every image's name: raise it when a change of this code makes another image of the same context.
RECIPE_VERSION = "2"
PROJECT = Path(__file__).resolve().parents[2]


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
                await self._make(image, Stages(stages, work, dockerfile, self.cache, say))
            return image
        finally:
            await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)

    async def _make(self, image: Image, stages: Stages) -> None:
        for notice in notices(stages.all):
            await stages.say(notice)
        staging = self.images.folder / f".building-{uuid.uuid4().hex}"
        root = staging / "root"
        root.mkdir(parents=True)
        try:
            final = await stages.build(root)
            await self._provide(image, final, stages)
            if final.stage.is_nginx:
                await stages.say(nginx(final))
                image.path.append(str(self.images.root(image) / "usr/sbin"))
            if final.has_python:
                await asyncio.to_thread(check_python, root, final.stage.workdir)
                names = ("-s", str(root), "-p", str(self.images.root(image)))
                # By its own Python: one of another version reads no other's files.
                python = f"{image.env['VIRTUAL_ENV']}/bin/python"
                await run(stages.say, python, "-m", "compileall", "-q", *names, str(root), cwd=root)
            await asyncio.to_thread(protect, root)
            self.images.add(image, staging)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise

    async def _provide(self, image: Image, final: Built, stages: Stages) -> None:
        """Give the image what it has from shared folders: its environment, its modules, its tools."""
        here = self.images.root(image)
        if final.has_python:
            environment = await stages.environment(final)
            image.path.append(str(environment / "bin"))
            image.caches.append(str(environment))
            image.env["VIRTUAL_ENV"] = str(environment)
            if sources := [str(here / found) for found in final.sources()]:
                image.env["PYTHONPATH"] = os.pathsep.join(sources)
            if final.write_scripts():
                image.path.append(str(here / ".bin"))
        if final.uses_uv:
            image.path.append(str((await uv_tool(self.cache, stages.say)).parent))
            # `uv run` in a container: the environment is there, and is this one.
            image.env |= {"UV_NO_SYNC": "1", "UV_PROJECT_ENVIRONMENT": image.env["VIRTUAL_ENV"]}
            image.env |= {"UV_PYTHON_DOWNLOADS": "never", "UV_OFFLINE": "1"}
        for folder, modules in final.modules.items():
            final.link_modules(folder, modules)
            image.caches.append(str(modules))
        image.path += await stages.programs(final)


def notices(stages: list[Stage]) -> list[str]:
    """What to know about versions, once for each base image."""
    told = [versions.choose(stage.base, language)[1] for stage in stages for language in versions.NAMES]
    return list(dict.fromkeys(one for one in told if one))


def describe(context: Path, dockerfile: str, build_args: dict[str, str], content: str) -> tuple[Image, list[Stage]]:
    """The image that a context will give, and its stages; computed before anything is built."""
    file = context / dockerfile
    if not file.exists():
        raise EngineError(400, f"dockerfile: {dockerfile} is not in the build context; is it in .dockerignore?")
    stages = parse(file.read_text(), build_args, dockerfile)
    final = stages[-1]
    if not (final.cmd or final.entrypoint):
        raise EngineError(
            400,
            f"{dockerfile}: its final stage needs a CMD; what should the container run? {final.origin} is not here",
        )
    chosen = [versions.choose(stage.base, language)[0] for stage in stages for language in versions.NAMES]
    key = dump(RECIPE_VERSION, tools(), chosen, content, dockerfile, sorted(build_args.items()))
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Image(config=final.config(), content=hashlib.sha256(key.encode()).hexdigest(), created=created), stages


def nginx(final: Built) -> str:
    """Put our stand-in for the program `nginx` into the image; what to know about it."""
    unprivileged = "unprivileged" in final.stage.origin
    try:
        servers = nginx_conf.read(final.root, final.stage.env, unprivileged)
    except nginx_conf.ConfigurationError as problem:
        raise EngineError(400, str(problem)) from None
    program = final.root / "usr/sbin/nginx"
    program.parent.mkdir(parents=True, exist_ok=True)
    environment = f"PYTHONPATH={shlex.quote(str(PROJECT))} NGINX_UNPRIVILEGED={int(unprivileged)}"
    start = f"exec {shlex.quote(sys.executable)} -P -m localcloud.engine.nginx"
    program.write_text(f'#!/bin/sh\n{environment} {start} "$(cd "$(dirname "$0")/../.." && pwd)"\n')
    program.chmod(0o755)
    idle = ", ".join(nginx_conf.without_effect(servers))
    return f"FROM {final.stage.origin}: the local cloud's own server stands for nginx" + (
        f"; without effect here: {idle}" if idle else ""
    )


def protect(root: Path) -> None:
    """Make all files read-only."""
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
