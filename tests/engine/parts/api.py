"""The engine's HTTP server with a small image, for tests: its containers are shell scripts."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from localcloud.engine.build import Builder
from localcloud.engine.containers import Containers
from localcloud.engine.databases import Databases
from localcloud.engine.emulator import Emulator
from localcloud.engine.images import Image, ImageStore
from localcloud.engine.postgres import Installation
from localcloud.engine.recipes import Cache
from localcloud.engine.routes_containers import ContainerRoutes
from localcloud.engine.routes_images import ImageRoutes
from localcloud.engine.server import Handler, application

Value = TypeVar("Value")

SERVE = "trap 'echo bye; exit 3' TERM; echo hi; echo there; while :; do sleep 0.01; done"
IMAGE = Image(
    config={
        "Entrypoint": ["/bin/sh", "-c"],
        "Cmd": [SERVE],
        "WorkingDir": "/app",
        "Labels": {"of": "image"},
        "ExposedPorts": {"8000/tcp": {}},
    },
    content="c",
    created="2026-01-02T03:04:05Z",
)
CREATED = 1_767_323_045  # the same in seconds


class Api:
    """Calls of the Docker API. The image `web:1` is there."""

    def __init__(self, folder: Path, emulator: Emulator | None = None) -> None:
        self.images = ImageStore(folder / "images")
        built = folder / "images/.building-x"
        (built / "root/app").mkdir(parents=True)
        self.images.add(IMAGE, built)
        self.images.tag(IMAGE, "web", "1")
        cache = Cache(folder / "cache", "poetry")
        self.containers = Containers(folder, self.images, Databases(folder / "postgres", None), Installation(cache))
        routes = ImageRoutes(self.images, Builder(self.images, cache), self.containers, emulator)
        app = application(ContainerRoutes(self.containers), routes)
        app.middlewares.insert(0, self._count)
        self.requests = 0
        self._server = TestServer(app)
        self.client: TestClient[Any, Any]

    async def __aenter__(self) -> "Api":
        self.client = TestClient(self._server)
        await self.client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.containers.stop_all()
        await self.client.__aexit__(None, None, None)

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests += 1
        return await handler(request)

    async def begin(self, request: Coroutine[Any, Any, Value]) -> "asyncio.Task[Value]":
        """A request that has reached the engine, and may wait there."""
        before, task = self.requests, asyncio.create_task(request)
        while self.requests == before:
            await asyncio.sleep(0.01)
        return task

    async def status(self, method: str, path: str, **options: Any) -> int:
        async with self.client.request(method, path, **options) as answer:
            return answer.status

    async def answer(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """The status and the JSON."""
        async with self.client.request(method, path, **options) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str) -> Any:
        status, value = await self.answer("GET", path)
        assert status == 200, value
        return value

    async def lines(self, path: str, **options: Any) -> list[Any]:
        """The lines of a progress stream."""
        async with self.client.post(path, **options) as answer:
            assert answer.status == 200 and answer.content_type == "application/json"
            return [json.loads(line) for line in (await answer.text()).splitlines()]

    async def raw(self, path: str) -> ClientResponse:
        answer = await self.client.get(path)
        await answer.read()
        return answer

    async def create(self, name: str, **body: Any) -> str:
        """A container of `web:1`; its id."""
        status, made = await self.answer("POST", f"/containers/create?name={name}", json={"Image": "web:1", **body})
        assert status == 201 and made["Warnings"] == []
        return str(made["Id"])


def run(folder: Path, work: Callable[[Api], Awaitable[Value]], emulator: Emulator | None = None) -> Value:
    async def whole() -> Value:
        async with asyncio.timeout(120), Api(folder, emulator) as api:
            return await work(api)

    return asyncio.run(whole())
