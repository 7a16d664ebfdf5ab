"""Where tasks reach an internal load balancer: an address of this machine, at the ports of its listeners.

MiniStack's load balancers answer on the gateway, by their names, which nothing here resolves. So the name of an
internal one is an address: with the process engine a loopback address of its own, with a real engine this machine's
address in the tasks' network. What arrives there is passed to the gateway as it is. Ports below 1024, which are root's,
are left out.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.services import alb

LOOK_SECONDS = 0.2
FIRST_PORT = 1024
READ_BYTES = 2**16

Place = tuple[str, int]
Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

logger = logging.getLogger(__name__)


def name_by_addresses(shared: str | None) -> None:
    """Before the first request. `shared`: the one address of all, where containers have no way to loopback."""
    create = alb._ACTION_MAP["CreateLoadBalancer"]

    def created(params: Any) -> Any:
        status, headers, body = create(params)
        balancer = alb._find_lb_by_name(alb._p(params, "Name")) if status == 200 else None
        if balancer is not None and balancer["Scheme"] == "internal":
            named, balancer["DNSName"] = balancer["DNSName"], shared or address_of(balancer["LoadBalancerArn"])
            body = body.replace(named.encode(), balancer["DNSName"].encode())
        return status, headers, body

    alb._ACTION_MAP["CreateLoadBalancer"] = created


def address_of(arn: str) -> str:
    """A loopback address, not among those of the process engine's containers."""
    digest = hashlib.sha256(arn.encode()).digest()
    return f"127.{2 + digest[0] % 14}.{digest[1]}.{1 + digest[2] % 254}"


def wanted() -> set[Place]:
    addresses = {
        arn: balancer["DNSName"]
        for (*_, arn), balancer in list(alb._lbs._data.items())
        if balancer["Scheme"] == "internal"
    }
    return {
        (addresses[listener["LoadBalancerArn"]], int(listener["Port"]))
        for listener in list(alb._listeners._data.values())
        if listener["LoadBalancerArn"] in addresses and int(listener.get("Port") or 0) >= FIRST_PORT
    }


class InnerListeners:
    """Listens where the listeners of internal load balancers are, and nowhere else."""

    def __init__(self, gateway_port: int) -> None:
        self._gateway_port = gateway_port
        self._open: dict[Place, asyncio.Server] = {}
        self._refused: set[Place] = set()

    async def keep(self) -> None:
        """Until it is cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for server in self._open.values():
                server.close()

    async def look(self) -> None:
        places = wanted()
        for place in self._open.keys() - places:
            self._open.pop(place).close()
        for place in places - self._open.keys():
            try:
                self._open[place] = await asyncio.start_server(self._pass_on, *place)
            except OSError as error:
                if place not in self._refused:
                    logger.error("the load balancer's listener at %s:%d: %s", *place, error)
                self._refused.add(place)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            from_gateway, to_gateway = await asyncio.open_connection("127.0.0.1", self._gateway_port)
            await asyncio.gather(copy(reader, to_gateway), copy(from_gateway, writer))


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """All that arrives, until its end."""
    try:
        while piece := await source.read(READ_BYTES):
            target.write(piece)
            await target.drain()
    except OSError:
        pass
    finally:
        target.close()


def with_inner_listeners(inner: Asgi, gateway_port: int) -> Asgi:
    """The application, with its listeners kept while it runs."""

    async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await inner(scope, receive, send)
            return
        keeping = asyncio.create_task(InnerListeners(gateway_port).keep())
        try:
            await inner(scope, receive, send)
        finally:
            keeping.cancel()

    return answer
