"""`python -m localcloud.engine --socket S --state DIR --cache DIR`."""

import argparse
import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

from localcloud.engine.build import Builder
from localcloud.engine.containers import Containers
from localcloud.engine.databases import Databases
from localcloud.engine.emulator import Emulator
from localcloud.engine.images import ImageStore
from localcloud.engine.postgres import Installation
from localcloud.engine.recipes import Cache
from localcloud.engine.routes_containers import ContainerRoutes
from localcloud.engine.routes_images import ImageRoutes
from localcloud.engine.server import application
from localcloud.signing import Credentials

logger = logging.getLogger("localcloud.engine")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="localcloud.engine", description=__doc__)
    parser.add_argument(
        "--socket", type=Path, required=True, help="unix socket to listen on; DOCKER_HOST=unix://<path>"
    )
    parser.add_argument("--state", type=Path, required=True, help="folder of images, containers and databases")
    parser.add_argument("--cache", type=Path, required=True, help="folder of environments, shared by all engines")
    parser.add_argument("--emulator", help="address of the AWS emulator, for pushing images and asking RDS")
    parser.add_argument("--poetry", default="poetry", help="the Poetry that installs Python images (default: on PATH)")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    state, cache = options.state.resolve(), options.cache.resolve()
    emulator = Emulator(options.emulator, Credentials.of(os.environ)) if options.emulator else None
    images = ImageStore(state / "images")
    environments = Cache(cache, options.poetry)
    postgres = Installation(environments)
    containers = Containers(state, images, Databases(state / "postgres", emulator), postgres)
    await asyncio.to_thread(containers.clean_up)
    builder = Builder(images, environments)
    app = application(ContainerRoutes(containers), ImageRoutes(images, builder, containers, emulator))

    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    # The path appears when the socket accepts connections.
    unready = options.socket.with_name(options.socket.name + ".new")
    unready.unlink(missing_ok=True)
    await web.UnixSite(runner, str(unready)).start()
    unready.chmod(0o600)
    unready.rename(options.socket)
    logger.info("ready on %s", options.socket)
    early = asyncio.create_task(postgres.install_early())
    await stopping.wait()
    early.cancel()
    logger.info("stopping")
    await containers.stop_all()
    await runner.cleanup()
    options.socket.unlink(missing_ok=True)


@contextlib.contextmanager
def only_engine(state: Path) -> Iterator[None]:
    """One engine per state folder."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "engine.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"--state: {state} belongs to an engine that is running; stop it, or take another folder")
        yield


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stdout)
    options = arguments()
    with only_engine(options.state):
        asyncio.run(serve(options))


if __name__ == "__main__":
    main()
