"""The calls below /images, and /build."""

import asyncio
import base64
import json
import logging
import tempfile
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import encode_basic_auth, web

from localcloud.engine import views
from localcloud.engine.build import Builder
from localcloud.engine.containers import Containers, parse_filters
from localcloud.engine.emulator import Emulator
from localcloud.engine.errors import EngineError
from localcloud.engine.images import Image, ImageStore, split
from localcloud.engine.routes_containers import CHUNK_BYTES, flag

KEEP_UNUSED_DAYS = 30.0

logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class JsonLines:
    """A progress stream."""

    def __init__(self, request: web.Request) -> None:
        self.request = request
        self.response = web.StreamResponse(headers={"Content-Type": "application/json"})

    async def open(self) -> None:
        await self.response.prepare(self.request)

    async def send(self, **value: Any) -> None:
        """Nothing is sent to a client that has disconnected; the work goes on."""
        if self.request.transport is not None and not self.request.transport.is_closing():
            await self.response.write(json.dumps(value).encode() + b"\r\n")

    async def say(self, line: str) -> None:
        await self.send(stream=line + "\n")

    async def fail(self, error: EngineError) -> None:
        await self.send(errorDetail={"message": error.message}, error=error.message)


def login(request: web.Request) -> dict[str, str]:
    """The header of the user and the password with which the client wants to push, as Docker's API is told."""
    try:
        given = json.loads(base64.urlsafe_b64decode(request.headers["X-Registry-Auth"]))
        return {"Authorization": encode_basic_auth(given["username"], given["password"])}
    except (ValueError, KeyError, TypeError):
        return {}


class ImageRoutes:
    def __init__(self, images: ImageStore, builder: Builder, containers: Containers, emulator: Emulator | None) -> None:
        self.images = images
        self.builder = builder
        self.containers = containers
        self.emulator = emulator

    def table(self) -> list[tuple[str, str, Handler]]:
        one = "/images/{name:.+}"
        return [
            ("POST", "/build", self.build),
            ("POST", "/build/prune", self.prune),
            ("GET", "/images/json", self.list_all),
            ("POST", "/images/create", self.pull),
            ("GET", one + "/json", self.inspect),
            ("POST", one + "/tag", self.tag),
            ("POST", one + "/push", self.push),
            ("DELETE", one, self.remove),
            ("GET", "/distribution/{name:.+}/json", self.distribution),
        ]

    def _image(self, request: web.Request) -> Image:
        return self.images.find(request.match_info["name"])

    async def list_all(self, request: web.Request) -> web.Response:
        wanted = parse_filters(request.query.get("filters")).get("reference", [])
        named = [(image, self.images.names(image)) for image in self.images]
        return web.json_response(
            [
                views.image_summary(image, names)
                for image, names in named
                if not wanted or any(reference in (name, split(name)[0]) for name in names for reference in wanted)
            ]
        )

    async def inspect(self, request: web.Request) -> web.Response:
        image = self._image(request)
        return web.json_response(views.image(image, self.images.names(image)))

    async def distribution(self, request: web.Request) -> web.Response:
        return web.json_response(views.distribution(self._image(request)))

    async def pull(self, request: web.Request) -> web.StreamResponse:
        """Nothing is downloaded: succeeds for what is here."""
        name, tag = request.query.get("fromImage", ""), request.query.get("tag", "")
        separator = "@" if tag.startswith("sha256:") else ":"
        image = self.images.find(f"{name}{separator}{tag}" if tag else name)
        lines = JsonLines(request)
        await lines.open()
        await lines.send(status=f"Digest: {image.digest}")
        await lines.send(status=f"Status: Image is up to date for {name}")
        return lines.response

    async def tag(self, request: web.Request) -> web.Response:
        self.images.tag(self._image(request), request.query["repo"], request.query.get("tag") or "latest")
        return web.Response(status=201)

    async def push(self, request: web.Request) -> web.StreamResponse:
        name, tag = request.match_info["name"], request.query.get("tag")
        name = f"{name}:{tag}" if tag else name
        image = self.images.find(name)
        lines = JsonLines(request)
        await lines.open()
        try:
            if self.emulator is None:
                raise EngineError(500, "push: this engine was started without --emulator, so it knows no registry")
            digest = await self.emulator.push(image, name, login(request))
        except EngineError as error:
            await lines.fail(error)
            return lines.response
        size = len(image.manifest)
        await lines.send(status=f"{split(name)[1]}: digest: {digest} size: {size}")
        await lines.send(progressDetail={}, aux={"Tag": split(name)[1], "Digest": digest, "Size": size})
        return lines.response

    async def remove(self, request: web.Request) -> web.Response:
        image = self._image(request)
        running = any(one.spec.image.id == image.id and not one.exited.is_set() for one in self.containers)
        return web.json_response(self.images.remove(request.match_info["name"], running))

    async def build(self, request: web.Request) -> web.StreamResponse:
        dockerfile = request.query.get("dockerfile") or "Dockerfile"
        arguments = json.loads(request.query.get("buildargs") or "{}")
        lines = JsonLines(request)
        with tempfile.TemporaryFile(dir=self.builder.cache.builds) as archive:
            async for chunk in request.content.iter_chunked(CHUNK_BYTES):
                archive.write(chunk)
            archive.seek(0)
            await lines.open()
            try:
                image = await self.builder.build(archive, dockerfile, arguments, lines.say)
            except EngineError as error:
                logger.warning("build failed: %s", error.message)
                await lines.fail(error)
                return lines.response
        for name in request.query.getall("t", []):
            self.images.tag(image, *split(name))
            await lines.say(f"Successfully tagged {name}")
        await lines.send(aux={"ID": image.id})
        await lines.say(f"Successfully built {image.id.removeprefix('sha256:')[:12]}")
        return lines.response

    async def prune(self, request: web.Request) -> web.Response:
        """Remove environments that no image here needs and nobody used for a month (`all`: at once)."""
        days = 0.0 if flag(request, "all") else KEEP_UNUSED_DAYS
        used = [folder for image in self.images for folder in image.caches]
        removed = await asyncio.to_thread(self.builder.cache.collect_garbage, used, days)
        return web.json_response({"CachesDeleted": removed, "SpaceReclaimed": 0})
