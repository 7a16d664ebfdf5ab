"""`python -m localcloud.dev`: runs until Ctrl-C, and leaves no process."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import boto3
import click
from aiohttp import web

from localcloud import access, gateway, stack
from localcloud.dev import description, setting, site
from localcloud.dev.console import Console
from localcloud.dev.description import Host, Service
from localcloud.dev.folder import plan
from localcloud.dev.proxy import Proxy
from localcloud.dev.runner import HOST, Command, Runner
from localcloud.engine.errors import EngineError
from localcloud.engine.recipes import Cache
from localcloud.errors import LocalCloudError
from localcloud.place import TOOLS, Place
from localcloud.ports import port_is_free

CLOSE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Development:
    """`deployed` is the site's URL there, `hosts` what is at other names.

    `excepted` are the services that somebody else starts, such as a debugger.
    """

    place: Place
    services: Sequence[Service]
    deployed: str
    behaviors: Sequence[site.Behavior]
    hosts: Mapping[str, Host]
    excepted: Sequence[str]
    console: Console

    @property
    def url(self) -> str:
        return f"http://localhost:{self.place.dev_port}"

    def url_of(self, host: str) -> str:
        return f"http://{host}.localhost:{self.place.dev_port}"

    @cached_property
    def ports(self) -> dict[str, int]:
        return setting.ports(self.services, self.excepted)

    @cached_property
    def addresses(self) -> dict[str, str]:
        return setting.addresses(self.services)

    @property
    def moved(self) -> dict[str, str]:
        """The URLs that tasks are told, with those that the same has here."""
        private = {one.private_url: self.addresses[one.name] for one in self.services if one.private_url}
        return (
            {self.deployed: self.url}
            | {url: f"http://{address}:{self.place.dev_port}" for url, address in private.items()}
            | {one.url: self.url_of(host) for host, one in self.hosts.items()}
        )

    def file(self, service: Service) -> Path:
        """The variables of a service that somebody else starts."""
        return self.place.folder / "dev" / f"{service.name}.env"

    async def run(self) -> None:
        """Until cancelled."""
        cache = Cache(TOOLS / "cache", str(TOOLS / "bin/poetry"))
        async with AsyncExitStack() as opened:
            opened.callback(self._forget)
            runners = {one.name: await self._prepared(one, cache) for one in self.services}
            routes = {route: one.name for one in self.services for route in one.routes}
            whole = site.Site(routes=routes, behaviors=self.behaviors)
            named = {host: one.site for host, one in self.hosts.items()}
            await self._serve(opened, HOST, Proxy(whole, runners, named))
            for name, address in self.addresses.items():
                inner = site.Site(routes={"/": name}, behaviors=[site.UNCHANGED])
                await self._serve(opened, address, Proxy(inner, runners))
            self._describe(runners)
            async with asyncio.TaskGroup() as tasks:
                for name, runner in runners.items():
                    if name not in self.excepted:
                        tasks.create_task(runner.run())
                await asyncio.Event().wait()

    async def _serve(self, opened: AsyncExitStack, address: str, proxy: Proxy) -> None:
        serving = web.AppRunner(
            proxy.application(), access_log=None, handler_cancellation=True, shutdown_timeout=CLOSE_SECONDS
        )  # fmt: skip
        await serving.setup()
        opened.push_async_callback(serving.cleanup)
        await web.TCPSite(serving, address, self.place.dev_port).start()

    def _forget(self) -> None:
        for service in self.services:
            if service.name in self.excepted:
                self.file(service).unlink(missing_ok=True)

    async def _prepared(self, service: Service, cache: Cache) -> Runner:
        """Its packages are here and its migrations have run."""
        found = plan(service.folder, dockerfile=service.dockerfile, dev=service.dev, command=service.command)
        port = self.ports.get(service.name)
        own = setting.own_variables(service, found, port, self.moved)
        if service.name in self.excepted:
            setting.write_file(self.file(service), own)
            return Runner(command=self._command(service, [], own), port=port, reloads=True)

        async def say(line: str) -> None:
            self.console.say(service.name, line)

        path = await setting.packages(service.folder, service.dockerfile, cache, say)
        variables = setting.process_variables(own, path, coloured=self.console.coloured)
        if service.migrate:
            await self._migrate(service, self._command(service, service.migrate, variables))
        words = found.words(HOST, port or 0)
        return Runner(command=self._command(service, words, variables), port=port, reloads=found.reloads)

    def _command(self, service: Service, words: Sequence[str], variables: dict[str, str]) -> Command:
        return Command(
            name=service.name, words=words, folder=service.folder, variables=variables, console=self.console
        )  # fmt: skip

    async def _migrate(self, service: Service, command: Command) -> None:
        command.start()
        try:
            code = await command.ended()
        finally:
            await command.stop()
        if code:
            self.console.say(service.name, f"(migrate ended with exit code {code}; it runs without)")

    def _describe(self, runners: dict[str, Runner]) -> None:
        click.echo(f"\n  Site      {self.url}")
        for host in self.hosts:
            click.echo(f"            {self.url_of(host)}")
        if link := access.sign_in_link(self.place, self.url):
            click.echo(f"  Sign in   {link}")
        for one in self.services:
            if one.name in self.excepted:
                what = f"start it yourself on port {self.ports.get(one.name)}, its variables: {self.file(one)}"
            else:
                what = " ".join(runners[one.name].command.words)
            click.echo(f"  {one.name:<10}{what}")
        click.echo("  Ctrl-C ends it; `make up` deploys the same code\n")


def deploy(place: Place) -> None:
    """Let the rest of the stack run, where it does not."""
    if stack.versions(place) and gateway.answers(place.port):
        return
    click.echo("The stack does not run yet: `make up` first")
    command = [sys.executable, "-m", "localcloud", "--port", str(place.port), "--folder", str(place.folder), "up"]
    if code := subprocess.run(command, check=False).returncode:
        sys.exit(code)


def development(place: Place, excepted: Sequence[str]) -> Development:
    os.environ.update(place.aws_environment)  # this process asks the local cloud, as any program of its does
    outputs = stack.outputs(place)
    services = description.read(place, outputs, boto3.client)
    names = [one.name for one in services]
    if unknown := [name for name in excepted if name not in names]:
        raise LocalCloudError(f"EXCEPT: must name services, got {', '.join(unknown)}; known are {', '.join(names)}")
    if not port_is_free(place.dev_port):
        raise LocalCloudError(
            f"PORT: {place.dev_port} is in use, and PORT={place.port} needs it for `make dev`; is it running already?"
        )
    cloudfront = boto3.client("cloudfront")
    return Development(
        place=place, services=services, deployed=outputs["url"],
        behaviors=site.behaviors(cloudfront, outputs["distribution"]), hosts=description.hosts(outputs, cloudfront),
        excepted=excepted, console=Console(names),
    )  # fmt: skip


async def until_interrupted(made: Development) -> None:
    """A second Ctrl-C changes nothing: the end of all processes is bounded, and must not be left half-way."""
    running = asyncio.create_task(made.run())
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@click.command()
@click.option("--port", type=click.IntRange(1024, 65000), default=4566, show_default=True, help="The gateway's port.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where state is kept.  [default: .local/<port>]")
@click.option("--except", "excepted", default="", help="Services that you start yourself, with commas between them.")
def main(port: int, folder: Path | None, excepted: str) -> None:
    """Run the stack's services from their folders, with reload, at one URL."""
    place = Place.of(port, folder)
    try:
        deploy(place)
        made = development(place, [name for name in excepted.split(",") if name])
        asyncio.run(until_interrupted(made))
    except (LocalCloudError, EngineError) as error:
        raise click.ClickException(getattr(error, "message", None) or str(error)) from None


if __name__ == "__main__":
    main()
