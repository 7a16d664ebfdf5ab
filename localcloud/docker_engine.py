"""A real Docker engine under the local cloud, instead of the process engine: chosen once, kept until `down`.

It is asked through the `docker` command, which building an image needs anyway.
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Sequence

from localcloud.errors import LocalCloudError
from localcloud.place import ENGINE_LABEL, TASK_GATEWAY, TASK_NETWORK, Place

ENGINES = ("process", "docker")  # the first is the default
TASK_SUBNET = "169.254.170.0/24"
# A database writes its memory to disk before it ends.
STOP_SECONDS = 10
ANSWER_SECONDS = 120


def choose(place: Place, wanted: str | None, *, is_in_use: bool) -> None:
    """Note which engine this local cloud runs on. What exists on one engine cannot move to the other."""
    present = "docker" if place.docker_engine else "process"
    if wanted in (None, present):
        return
    if is_in_use:
        raise LocalCloudError(
            f"ENGINE: this local cloud runs on the engine `{present}`, got `{wanted}`; run `make down` first, or start"
            f" another local cloud beside it with PORT={place.port + 100}"
        )
    if wanted == "docker":
        host = find()
        prepare(host)
        place.make_folder()
        place.engine_file.write_text(host)
    else:
        place.engine_file.unlink()


def find() -> str:
    """The address of the engine that the `docker` command uses, by `DOCKER_HOST` or by its context."""
    if not shutil.which("docker"):
        raise LocalCloudError("ENGINE: docker needs the `docker` command, and it is not on PATH; install Docker")
    host = (
        os.environ.get("DOCKER_HOST") or json.loads(run(None, "context", "inspect"))[0]["Endpoints"]["docker"]["Host"]
    )
    if not host.startswith("unix://"):
        raise LocalCloudError(
            f"ENGINE: docker needs an engine on this machine, by a unix socket, got {host}; set DOCKER_HOST to one,"
            " or leave ENGINE out"
        )
    system = run(host, "version", "--format", "{{.Server.Os}} {{.Server.Version}}")
    if not system.startswith("linux"):
        raise LocalCloudError(f"ENGINE: docker needs an engine for Linux containers, got {system}")
    return str(host)


def run(host: str | None, *arguments: str) -> str:
    """The output of a `docker` command."""
    environment = {**os.environ, **({"DOCKER_HOST": host} if host else {})}
    answer = subprocess.run(
        ["docker", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=ANSWER_SECONDS
    )
    if answer.returncode:
        raise LocalCloudError(f"`docker {' '.join(arguments)}` failed: {answer.stderr.strip()}")
    return answer.stdout.strip()


def version(host: str) -> str | None:
    """The engine's version; None where it does not answer."""
    try:
        return run(host, "version", "--format", "{{.Server.Version}}")
    except LocalCloudError:
        return None


def label(place: Place) -> str:
    """What the emulator marks all that is this local cloud's with."""
    return f"ministack.instance={ENGINE_LABEL}:{place.port}"


def prepare(host: str) -> None:
    """Make the network that tasks reach this machine by. All local clouds share it: its address is fixed."""
    is_new = TASK_NETWORK not in run(host, "network", "ls", "--format", "{{.Name}}").split()
    if is_new:
        options = ("--driver", "bridge", "--subnet", TASK_SUBNET, "--gateway", TASK_GATEWAY)
        run(host, "network", "create", *options, TASK_NETWORK)
    if not is_here(TASK_GATEWAY):
        if is_new:
            run(host, "network", "rm", TASK_NETWORK)
        raise LocalCloudError(
            "ENGINE: docker needs an engine that runs on this machine itself, and the networks of the one at"
            f" {host} are elsewhere, as Docker Desktop's are in its virtual machine; install Docker Engine (in WSL 2:"
            " in the distribution) and point DOCKER_HOST or `docker context` at it, or leave ENGINE out"
        )


def is_here(address: str) -> bool:
    """Whether this machine has the address."""
    try:
        with socket.socket() as probe:
            probe.bind((address, 0))
        return True
    except OSError:
        return False


def sweep(place: Place, host: str) -> None:
    """Remove the containers that are left when the emulator has ended; databases keep their volumes."""
    found = run(host, "ps", "--all", "--quiet", "--filter", f"label={label(place)}").split()
    if found:
        run(host, "stop", "--time", str(STOP_SECONDS), *found)
        run(host, "rm", "--force", *found)


def remove_all(place: Place, host: str) -> None:
    """Remove what a local cloud has on the engine beside containers; the network if no other local cloud uses it."""
    remove(host, "volume rm", run(host, "volume", "ls", "--quiet", "--filter", f"label={label(place)}").split())
    repositories = f"reference=127.0.0.1:{place.port}/*"
    remove(host, "image rm --force", run(host, "image", "ls", "--quiet", "--filter", repositories).split())
    if run(host, "network", "ls", "--quiet", "--filter", f"name=^{TASK_NETWORK}$") and not users(host):
        run(host, "network", "rm", TASK_NETWORK)
    place.engine_file.unlink()


def remove(host: str, command: str, names: Sequence[str]) -> None:
    if names:
        run(host, *command.split(), *dict.fromkeys(names))


def users(host: str) -> bool:
    """Whether a container is in the network."""
    return bool(run(host, "ps", "--all", "--quiet", "--filter", f"network={TASK_NETWORK}"))
