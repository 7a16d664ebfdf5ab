"""The calls below /containers."""

import asyncio
import base64
import io
import json
import tempfile
from collections.abc import Awaitable, Callable

from aiohttp import web

from localcloud.engine import archives, views
from localcloud.engine.container import Container
from localcloud.engine.containers import Containers, matches, parse_filters
from localcloud.engine.errors import EngineError
from localcloud.engine.spec import signal_number
from localcloud.engine.streams import frame

STOP_SECONDS = 10.0
CHUNK_BYTES = 1024 * 1024
RAW_STREAM = "application/vnd.docker.multiplexed-stream"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def flag(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").lower() in ("1", "true")


def client_is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


class ContainerRoutes:
    def __init__(self, containers: Containers) -> None:
        self.containers = containers

    def table(self) -> list[tuple[str, str, Handler]]:
        one = "/containers/{id}"
        return [
            ("GET", "/containers/json", self.list_all),
            ("POST", "/containers/create", self.create),
            ("GET", one + "/json", self.inspect),
            ("POST", one + "/start", self.start),
            ("POST", one + "/stop", self.stop),
            ("POST", one + "/restart", self.restart),
            ("POST", one + "/kill", self.kill),
            ("POST", one + "/wait", self.wait),
            ("GET", one + "/logs", self.logs),
            ("GET", one + "/archive", self.get_archive),
            ("PUT", one + "/archive", self.put_archive),
            ("DELETE", one, self.remove),
            # Not of Docker's API: the data of RDS's snapshots.
            ("PUT", one + "/snapshots/{name}", self.keep_data),
            ("DELETE", "/snapshots/{name}", self.forget_data),
        ]

    def _container(self, request: web.Request) -> Container:
        return self.containers.get(request.match_info["id"])

    async def list_all(self, request: web.Request) -> web.Response:
        filters = parse_filters(request.query.get("filters"))
        chosen = [one for one in self.containers if matches(one, filters, show_all=flag(request, "all"))]
        return web.json_response([views.container_summary(one) for one in reversed(chosen)])

    async def create(self, request: web.Request) -> web.Response:
        container = self.containers.create(request.query.get("name"), await request.json())
        return web.json_response({"Id": container.id, "Warnings": []}, status=201)

    async def inspect(self, request: web.Request) -> web.Response:
        return web.json_response(views.container(self._container(request)))

    async def start(self, request: web.Request) -> web.Response:
        return web.Response(status=204 if await self._container(request).start() else 304)

    async def stop(self, request: web.Request) -> web.Response:
        grace = float(request.query.get("t", STOP_SECONDS))
        return web.Response(status=204 if await self._container(request).stop(grace) else 304)

    async def restart(self, request: web.Request) -> web.Response:
        await self.stop(request)
        await self._container(request).start()
        return web.Response(status=204)

    async def kill(self, request: web.Request) -> web.Response:
        self._container(request).kill(signal_number(request.query.get("signal", "SIGKILL")))
        return web.Response(status=204)

    async def wait(self, request: web.Request) -> web.Response:
        container = self._container(request)
        if container.status == "created":
            while container.status == "created" and not container.removed.is_set():
                await asyncio.sleep(0.1)
        await container.exited.wait()
        if request.query.get("condition") == "removed":
            await container.removed.wait()
        return web.json_response({"StatusCode": container.exit_code})

    async def logs(self, request: web.Request) -> web.StreamResponse:
        container = self._container(request)
        if not (flag(request, "stdout") or flag(request, "stderr")):
            raise EngineError(400, "Bad parameters: you must choose at least one stream")
        tail = request.query.get("tail", "all")
        response = web.StreamResponse(headers={"Content-Type": RAW_STREAM})
        await response.prepare(request)
        if flag(request, "stdout"):
            lines = container.log.read(
                container.exited, follow=flag(request, "follow"), tail=int(tail) if tail.isdigit() else None
            )
            async for payload in lines:
                if client_is_gone(request):
                    break
                if payload:
                    await response.write(frame(payload))
        await response.write_eof()
        return response

    async def get_archive(self, request: web.Request) -> web.StreamResponse:
        """From the image: what a process changed is in folders of its own."""
        root = self.containers.root(self._container(request))
        with tempfile.TemporaryFile() as archive:
            told = await asyncio.to_thread(archives.get, root, request.query.get("path", "/"), archive)
            stat = base64.b64encode(json.dumps(told).encode()).decode()
            headers = {"Content-Type": "application/x-tar", "X-Docker-Container-Path-Stat": stat}
            response = web.StreamResponse(headers=headers)
            await response.prepare(request)
            while piece := await asyncio.to_thread(archive.read, CHUNK_BYTES):
                await response.write(piece)
        await response.write_eof()
        return response

    async def put_archive(self, request: web.Request) -> web.Response:
        container = self._container(request)
        folder, path = container.folder / "files", request.query.get("path", "/")
        await asyncio.to_thread(archives.put, io.BytesIO(await request.read()), folder, path)
        return web.Response(status=200)

    async def keep_data(self, request: web.Request) -> web.Response:
        await self.containers.keep_data(self._container(request), request.match_info["name"])
        return web.Response(status=204)

    async def forget_data(self, request: web.Request) -> web.Response:
        await self.containers.databases.forget(request.match_info["name"])
        return web.Response(status=204)

    async def remove(self, request: web.Request) -> web.Response:
        container = self._container(request)
        await self.containers.remove(container, force=flag(request, "force"), volumes=flag(request, "v"))
        return web.Response(status=204)
