"""The engine as a server: the Docker Engine API's paths, as far as the local cloud uses them."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from localcloud.engine import views
from localcloud.engine.errors import EngineError
from localcloud.engine.routes_containers import ContainerRoutes
from localcloud.engine.routes_images import ImageRoutes

MAXIMUM_BODY_BYTES = 4 * 1024**3

logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as Docker writes them."""
    try:
        return await handler(request)
    except EngineError as error:
        return web.json_response({"message": error.message}, status=error.status)
    except web.HTTPNotFound:
        message = f"{request.method} {request.path}: the process engine does not have this call of the Docker API"
        return web.json_response({"message": message}, status=501)
    except web.HTTPException:
        raise
    except (ValueError, KeyError) as error:
        logger.exception("%s %s", request.method, request.path)
        return web.json_response({"message": f"bad request: {error}"}, status=400)
    except Exception as error:
        logger.exception("%s %s", request.method, request.path)
        return web.json_response({"message": f"{type(error).__name__}: {error}"}, status=500)


async def ping(request: web.Request) -> web.Response:
    headers = {"API-Version": views.API_VERSION, "Docker-Experimental": "false", "OSType": "linux"}
    return web.Response(text="OK", headers=headers)


async def version(request: web.Request) -> web.Response:
    return web.json_response(views.VERSION)


async def info(request: web.Request) -> web.Response:
    return web.json_response({"Name": "localcloud", "ServerVersion": views.VERSION["Version"], "OSType": "linux"})


async def nothing(request: web.Request) -> web.Response:
    """There are no volumes and no networks to list."""
    return web.json_response({"Volumes": [], "Warnings": []} if "volumes" in request.path else [])


def application(containers: ContainerRoutes, images: ImageRoutes) -> web.Application:
    """Every path with and without the API's version before it."""
    app = web.Application(middlewares=[answer_errors], client_max_size=MAXIMUM_BODY_BYTES)
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/_ping", ping),
        ("GET", "/version", version),
        ("GET", "/info", info),
        ("GET", "/volumes", nothing),
        ("GET", "/networks", nothing),
        *containers.table(),
        *images.table(),
    ]
    for method, path, handler in routes:
        app.router.add_route(method, path, handler)
        app.router.add_route(method, r"/v{version:[0-9.]+}" + path, handler)
    app.router.add_route("HEAD", "/_ping", ping)
    return app
