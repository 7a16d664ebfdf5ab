"""What a container runs: an image's program, a database, or a cache."""

import asyncio
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from localcloud.engine import postgres, valkey
from localcloud.engine.dockerfile import BASE_PATH
from localcloud.engine.errors import EngineError
from localcloud.engine.own_address import OwnAddress
from localcloud.engine.paths import relocate
from localcloud.engine.process import Process, spawn
from localcloud.engine.recipes import host_path, touch
from localcloud.engine.spec import Spec
from localcloud.ports import free_port

# The machine that runs the engine, as a container names it.
HOST_NAME = "host.docker.internal"
LOOPBACK = "127.0.0.1"


@dataclass(kw_only=True)
class Program(ABC):
    """`folder` is the container's own (home, tmp, uploaded files)."""

    spec: Spec
    folder: Path

    # Whether it is started again when it dies by itself.
    restarts = False

    @abstractmethod
    async def launch(self, address: str, output: int) -> Process: ...

    async def until_ready(self) -> str | None:
        """Returns None when a start may be answered, or the reason why it never will be.

        An image's program is not asked: whether a task serves is the load balancer's to find out.
        """
        return None

    @abstractmethod
    def listening(self, address: str) -> dict[str, tuple[str, int]]:
        """Where each port really is."""

    def uploaded(self, text: str) -> str:
        """A path that was put into the container by archive, as it is on this machine; also after `name=`."""
        name, equals, value = text.rpartition("=")
        file = self.folder / "files" / value.lstrip("/")
        return f"{name}{equals}{file}" if value.startswith("/") and file.is_file() else text


@dataclass(kw_only=True)
class ImageProgram(Program):
    """The image's files are in `root`."""

    root: Path

    async def launch(self, address: str, output: int) -> Process:
        for folder in self.spec.image.caches:
            if not touch(Path(folder)):
                raise EngineError(500, f"{self.spec.image_name}: its dependencies in {folder} are gone; build it again")
        env = self.environment(address)
        cwd = self.root / str(self.spec.body.get("WorkingDir") or self.spec.workdir).lstrip("/")
        cwd = cwd if cwd.is_dir() else self.root
        argv = [self.uploaded(self._here(part)) for part in self.spec.argv]
        return OwnAddress(address=address).spawn(argv, env=env, cwd=cwd, output=output)

    def environment(self, address: str) -> dict[str, str]:
        """The image's and the creator's variables, and what every process here is told."""
        image = dict(entry.partition("=")[::2] for entry in self.spec.image.config.get("Env") or [])
        result = {name: self._here(value) for name, value in image.items()}
        for name, value in self.spec.image.env.items():
            result[name] = f"{value}:{result[name]}" if name == "PYTHONPATH" and name in result else value
        result |= {name: value.replace(HOST_NAME, LOOPBACK) for name, value in self.spec.env.items()}
        own = [
            part
            for part in self._here(result.get("PATH", BASE_PATH)).split(os.pathsep)
            if part.startswith(str(self.root))
        ]
        result["PATH"] = os.pathsep.join([*self.spec.image.path, *own, host_path()])
        result |= {"HOME": str(self.folder / "home"), "TMPDIR": str(self.folder / "tmp")}
        result |= {"HOSTNAME": self.folder.name[:12], "HOST": address}
        if self.spec.ports:
            result.setdefault("PORT", str(self.spec.ports[0]))
        return result

    def listening(self, address: str) -> dict[str, tuple[str, int]]:
        return {f"{port}/tcp": (address, port) for port in self.spec.ports}

    def _here(self, text: str) -> str:
        return relocate(text, self.spec.workdir, self.root)


@dataclass(kw_only=True)
class ServerProgram(Program):
    """A server of the engine's own, at the port that it is published on; like AWS's, it comes back after a crash."""

    port: ClassVar[int]
    restarts = True

    def __post_init__(self) -> None:
        self._published = self.spec.published(self.port)
        if self._published == 0:
            self._published = free_port()

    def listening(self, address: str) -> dict[str, tuple[str, int]]:
        endpoint = (address, self.port) if self._published is None else (LOOPBACK, self._published)
        return {f"{self.port}/tcp": endpoint}


@dataclass(kw_only=True)
class DatabaseProgram(ServerProgram):
    """PostgreSQL on the data folder `data`."""

    data: Path
    installation: postgres.Installation
    port = postgres.PORT

    async def launch(self, address: str, output: int) -> Process:
        cluster = postgres.Cluster(programs=await self.installation.programs(), data=self.data, env=self.spec.env)
        # RDS may have changed the password while this container ran, so its variables count at its first start only.
        first = self.folder / "first-start"
        await asyncio.to_thread(cluster.prepare, set_password=not first.exists())
        first.touch()
        host, port = self.listening(address)[f"{self.port}/tcp"]
        files = self.folder / "files"
        postgres.give([files, *files.rglob("*")])
        argv = cluster.argv(host, port, postgres.arguments([self.uploaded(part) for part in self.spec.argv]))
        env = {"PATH": host_path(), "LC_ALL": "C", "TMPDIR": str(self.folder / "tmp")}
        return spawn(argv, env=env, cwd=self.data, output=output, death_signal="INT", privileges=postgres.privileges())

    async def until_ready(self) -> str | None:
        """MiniStack tells an RDS instance's address when the container has started: then it must accept connections."""
        return await postgres.until_ready(self.data)


@dataclass(kw_only=True)
class CacheProgram(ServerProgram):
    """Valkey, empty at each start."""

    port = valkey.PORT

    async def launch(self, address: str, output: int) -> Process:
        self._endpoint = self.listening(address)[f"{self.port}/tcp"]
        file = self.folder / "valkey.conf"
        file.touch(mode=0o600)
        file.write_text(valkey.configuration(*self._endpoint, self.folder / "tmp", self.spec.argv))
        env = {"PATH": host_path(), "LC_ALL": "C", "TMPDIR": str(self.folder / "tmp")}
        return spawn([str(valkey.program()), str(file)], env=env, cwd=self.folder, output=output)

    async def until_ready(self) -> str | None:
        return await valkey.until_ready(*self._endpoint)
