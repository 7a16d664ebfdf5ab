"""Builds an image on the engine that is there: with BuildKit on Docker, by the engine's API on others."""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from infra.pure.build_context import DOCKERFILE, copy_context
from infra.pure.image_tag import image_tag
from infra.steps.build_output import Output
from infra.steps.common import fail

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.context import Context

# Longest silence of an engine's API, and longest build: a build step may compile for minutes without a word.
SILENCE_SECONDS = 1800
BUILD_SECONDS = 3600
# Docker 20.10 has BuildKit without experimental settings; so have clients up to 22, later ones leave it to buildx.
OLDEST_API = (1, 41)
LAST_CLIENT_WITH_BUILDKIT = 22


def connect() -> "DockerClient":
    """The engine of DOCKER_HOST, else of the docker command's context: the one that the docker command uses, too."""
    import docker  # here: the program declares the resource, and only a build needs an engine
    from docker.errors import DockerException

    place = os.environ.get("DOCKER_HOST", "")
    try:
        if place or (context := current_context()).name == "default":
            return docker.from_env(timeout=SILENCE_SECONDS, use_ssh_client=True)
        place = f"{context.Host}, the docker context {context.name}"
        return docker.DockerClient(context.Host, tls=context.TLSConfig, timeout=SILENCE_SECONDS, use_ssh_client=True)
    except DockerException as error:
        fail(
            f"image: needs a Docker engine to build, none answers at {place or 'the default socket'} ({error});"
            " start it, or set DOCKER_HOST or the docker context to another"
        )


def current_context() -> "Context":
    """As the docker command chooses it; `default` is the default socket."""
    from docker.context import ContextAPI

    name = os.environ.get("DOCKER_CONTEXT")
    context: Context | None = ContextAPI.get_context(name)
    if context is None:
        fail(f"image: the docker context {name or 'in use'} does not exist; `docker context ls` lists those that do")
    return context


def is_docker(engine: "DockerClient") -> bool:
    """Docker's API has only the classic builder. Podman's, and the local cloud's, build all that BuildKit builds."""
    about = engine.version()
    if not any(part.get("Name") == "Engine" for part in about.get("Components") or ()):
        return False
    if tuple(map(int, about["ApiVersion"].split("."))) < OLDEST_API:
        fail(f"image: needs Docker Engine 20.10 or newer, got {about['Version']}; update it")
    return True


def buildkit_command() -> list[str]:
    """The first docker command on PATH that builds with BuildKit."""
    lacking = []
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        docker = shutil.which("docker", path=folder)
        if docker is None:
            continue
        if subprocess.run([docker, "buildx", "version"], capture_output=True, check=False).returncode == 0:
            return [docker, "buildx", "build", "--load"]
        version = subprocess.run([docker, "--version"], capture_output=True, check=False, text=True).stdout.strip()
        number = re.search(r"\b(\d+)\.\d+", version)
        if number and int(number[1]) <= LAST_CLIENT_WITH_BUILDKIT:
            return [docker, "build"]
        lacking.append(f"{docker} ({version})")
    if not lacking:
        fail(
            "image: needs the docker command to build with BuildKit, found none on PATH;"
            " install Docker's client with its plugin buildx, https://docs.docker.com/engine/install/"
        )
    fail(
        f"image: needs Docker's plugin buildx, {lacking[0]} has none; install the package"
        " docker-buildx-plugin (docker-buildx in some distributions), https://docs.docker.com/go/buildx/"
    )


def check() -> None:
    """Ends the step where no image can be built, with what is missing and how to get it."""
    with closing(connect()) as engine:
        if is_docker(engine):
            buildkit_command()


def build(
    engine: "DockerClient",
    folder: Path,
    url: str,
    tag: str,
    platform: str,
    cache: str | None,
    build_args: Mapping[str, str] | None = None,
    dockerfile: str = DOCKERFILE,
) -> None:
    """Build `url:tag` from what `tag` is the hash of. `cache`: an image in the engine whose layers may fit."""
    given = dict(build_args or {})
    output, image = Output(folder), f"{url}:{tag}"
    with tempfile.TemporaryDirectory(prefix="image-") as context:
        copy_context(folder, Path(context), dockerfile)
        if image_tag(Path(context), given, platform, dockerfile) != tag:
            fail(f"{folder.name}: its files changed after `up` began; run it again")
        if is_docker(engine):
            options = ["--progress", "plain", "--platform", platform, "--tag", image]
            # The image names the steps that its layers come from, so that another machine can build upon it.
            arguments = {**given, "BUILDKIT_INLINE_CACHE": "1"}
            options += [f"--build-arg={name}={value}" for name, value in arguments.items()]
            options += ["--cache-from", cache] if cache else []
            options += ["--file", f"{context}/{dockerfile}"]
            run(output, [*buildkit_command(), *options, context])
        else:
            stream = engine.api.build(
                path=context, dockerfile=dockerfile, tag=image, platform=platform, buildargs=given, rm=True,
                forcerm=True, decode=True,
            )  # fmt: skip
            output.follow(stream)


def run(output: Output, command: list[str]) -> None:
    # Without attestations an image is one entry in ECR, whose lifecycle policy counts entries.
    environment = {**os.environ, "DOCKER_BUILDKIT": "1", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        limit = threading.Timer(BUILD_SECONDS, process.kill)
        limit.start()
        try:
            for line in process.stdout or ():
                output.say(line.rstrip())
        finally:
            limit.cancel()
            process.terminate()
    if process.returncode:
        output.fail("the build failed")
