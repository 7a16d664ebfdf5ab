"""All containers of one engine. They are kept in memory only, since their processes end with the engine."""

import asyncio
import json
import logging
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from localcloud.engine.addresses import Addresses
from localcloud.engine.container import Container
from localcloud.engine.databases import Databases
from localcloud.engine.errors import EngineError
from localcloud.engine.images import ImageStore
from localcloud.engine.postgres import Installation
from localcloud.engine.process import sweep
from localcloud.engine.programs import CacheProgram, DatabaseProgram, ImageProgram, Program, ServerProgram
from localcloud.engine.spec import Spec

SHUTDOWN_SECONDS = 10

logger = logging.getLogger(__name__)


class Containers:
    """`<state>/containers/<id>`: log, home, temporary and uploaded files of each."""

    def __init__(self, state: Path, images: ImageStore, databases: Databases, postgres: Installation) -> None:
        self.folder = state / "containers"
        self.images = images
        self.databases = databases
        self.postgres = postgres
        self.addresses = Addresses(str(state))
        self._all: dict[str, Container] = {}

    def clean_up(self) -> None:
        """End the processes and remove the folders that a killed engine left."""
        self.folder.mkdir(parents=True, exist_ok=True)
        folders = [folder for folder in self.folder.iterdir() if folder.is_dir()]
        if folders:
            ended = sweep(folders)
            logger.info("a former engine left %s containers and %s processes; ended", len(folders), ended)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    def __iter__(self) -> Iterator[Container]:
        return iter(list(self._all.values()))

    def get(self, name: str) -> Container:
        """By id, name, or the start of an id."""
        for container in self:
            if name in (container.id, container.spec.name) or name == f"/{container.spec.name}":
                return container
        found = [container for container in self if container.id.startswith(name)]
        if len(found) != 1:
            raise EngineError(404, f"No such container: {name}")
        return found[0]

    def create(self, name: str | None, body: Mapping[str, Any]) -> Container:
        image_name = str(body.get("Image", ""))
        image = self.images.find(image_name)
        container_id = secrets.token_hex(32)
        name = name or f"container-{container_id[:12]}"
        for other in self:
            if other.spec.name == name:
                raise EngineError(409, f'Conflict. The container name "/{name}" is already in use by {other.id}.')
        spec = Spec(name=name, image=image, image_name=image_name, body=body)
        if not spec.argv:
            raise EngineError(400, "No command specified")
        folder = self.folder / container_id
        program: Program
        if image.postgres:
            data = self.databases.claim(spec.labels, name)
            program = DatabaseProgram(spec=spec, folder=folder, data=data, installation=self.postgres)
        elif image.valkey:
            program = CacheProgram(spec=spec, folder=folder)
        else:
            program = ImageProgram(spec=spec, folder=folder, root=self.images.root(image))
        container = Container(id=container_id, spec=spec, program=program, addresses=self.addresses)
        self._all[container_id] = container
        return container

    def root(self, container: Container) -> Path:
        """The files of its image."""
        return self.images.root(container.spec.image)

    async def remove(self, container: Container, *, force: bool, volumes: bool) -> None:
        if not container.exited.is_set():
            if not force:
                raise EngineError(409, f"cannot remove container {container.spec.name}: it is running; stop it first")
            await container.stop(0)
        program, labels = container.program, container.spec.labels
        wanted = None
        if volumes and isinstance(program, DatabaseProgram):
            wanted = await self.databases.is_wanted(labels)
        if self._all.pop(container.id, None) is None:
            return
        container.discard()
        if volumes and isinstance(program, DatabaseProgram):
            self.databases.released(program.data, labels, wanted)

    async def keep_data(self, container: Container, snapshot: str) -> None:
        """As a snapshot of the database that it runs."""
        if not isinstance(container.program, DatabaseProgram) or container.process is None:
            raise EngineError(409, f"{container.spec.name}: must be a database that runs")
        await self.databases.keep(container.program.data, container.process.pid, snapshot)

    async def stop_all(self) -> None:
        """Stop images' programs before the servers, so that no program loses its database."""
        for servers in (False, True):
            chosen = [one for one in self if isinstance(one.program, ServerProgram) == servers]
            await asyncio.gather(*(one.stop(SHUTDOWN_SECONDS) for one in chosen))
        for container in self:
            container.discard()


def parse_filters(text: str | None) -> dict[str, list[str]]:
    """`{"label": ["a=b"]}`, or the older form `{"label": {"a=b": true}}`."""
    return {key: list(values) for key, values in json.loads(text or "{}").items()}


def matches(container: Container, filters: Mapping[str, list[str]], *, show_all: bool) -> bool:
    """Whether a container passes the list call's filters: all labels, and for each other kind one of its values."""
    if not show_all and "status" not in filters and container.status != "running":
        return False
    labels = container.spec.labels
    for label in filters.get("label", []):
        name, equals, value = label.partition("=")
        if name not in labels or (equals and labels[name] != value):
            return False
    checks: dict[str, Callable[[str], bool]] = {
        "status": lambda value: value == container.status,
        "name": lambda value: value.strip("^$/") in container.spec.name,
        "id": container.id.startswith,
    }
    return all(any(check(value) for value in filters[key]) for key, check in checks.items() if key in filters)
