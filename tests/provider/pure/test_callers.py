"""The provider serves the user who started it: what it is asked to make can be a program that runs as that user."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import grpc.aio
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from localcloud.provider.protocol import callers
from localcloud.provider.protocol.callers import Callers
from localcloud.provider.protocol.requests import AwsProvider
from localcloud.provider.protocol.server import serve
from tests.provider.pure.scripted import ENDPOINT

NOBODY = 65534


@contextmanager
def connected(address: str = "127.0.0.1") -> Iterator[tuple[Callers, str]]:
    """The callers of a port, and one that has connected from this process, in gRPC's words."""
    with socket.create_server((address, 0)) as server, socket.create_connection(server.getsockname()[:2]) as client:
        yield Callers(server.getsockname()[1]), f"ipv4:127.0.0.1:{client.getsockname()[1]}"


def test_a_process_of_this_user_is_served() -> None:
    with connected() as (known, peer):
        assert known.are_own(peer)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can connect as another user")
def test_a_process_of_another_user_is_not() -> None:
    os.seteuid(NOBODY)
    try:
        with connected() as (known, peer):
            assert not known.are_own(peer)
    finally:
        os.seteuid(0)


def test_the_user_is_asked_for_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, ...]] = []
    now = [100.0]

    def users_of(*ports: int) -> set[int]:
        asked.append(ports)
        return {os.getuid()}

    monkeypatch.setattr(callers, "users_of", users_of)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    known = Callers(4567)
    for peer, moment in (("ipv4:127.0.0.1:1", 100), ("ipv4:127.0.0.1:1", 104.9), ("ipv4:127.0.0.1:1", 105.1)):
        now[0] = moment
        assert known.are_own(peer)
    assert asked == [(1, 4567)] * 2


@pytest.mark.parametrize("users", [set[int](), {NOBODY}, {os.getuid(), NOBODY}])
def test_who_is_not_known_for_sure_is_refused(monkeypatch: pytest.MonkeyPatch, users: set[int]) -> None:
    monkeypatch.setattr(callers, "users_of", lambda *_: users)
    assert not Callers(4567).are_own("ipv4:127.0.0.1:1")


def test_a_request_of_another_user_ends_before_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "users_of", lambda *_: {NOBODY})

    async def ask() -> str:
        ports: asyncio.Queue[int] = asyncio.Queue()
        serving = asyncio.create_task(serve(AwsProvider(ENDPOINT), 0, ports.put_nowait))
        async with grpc.aio.insecure_channel(f"127.0.0.1:{await ports.get()}") as channel:
            try:
                await provider_pb2_grpc.ResourceProviderStub(channel).Create(provider_pb2.CreateRequest())
            except grpc.aio.AioRpcError as error:
                return f"{error.code().name} {error.details()}"
            finally:
                serving.cancel()
        return "served"

    assert asyncio.run(ask()) == "PERMISSION_DENIED this provider serves the user who started it"
