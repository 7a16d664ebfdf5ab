"""Caches of ElastiCache that answer, at an address that stays. MiniStack starts a container for each, but publishes it
beyond this machine, tells an address where nothing listens when the start failed, and starts it at another port after a
restart: not before somebody asks ElastiCache, and twice.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from docker.errors import DockerException
from ministack.services import elasticache

from localcloud.ports import port_is_free

LOOPBACK = "127.0.0.1"
ENGINE_SECONDS = 60.0
POLL_SECONDS = 0.1
NO_TLS = "a cache here speaks no TLS; write `cache: {tls: false}` in this stack's file"

logger = logging.getLogger(__name__)
_starting = threading.Lock()


class CacheError(Exception):
    """Why a cache cannot be started, for the person who asked for it."""


def serve(*, host: str, addresses: Sequence[str]) -> None:
    """Let each cache be told at `host`, and listen at the addresses of this machine."""

    def start(
        name: str, engine: str, engine_version: str, labels: Mapping[str, str],
        transit: bool = False, auth_token: str | None = None,
    ) -> tuple[str, int, str | None]:  # fmt: skip
        client = elasticache._get_docker()
        image, inside = elasticache._engine_image_and_port(engine, engine_version)
        if client is None:  # the emulator alone: recorded
            return elasticache.REDIS_DEFAULT_HOST, inside, None
        if transit:
            raise CacheError(NO_TLS)
        command = elasticache._node_server_args(inside, False, auth_token)
        with _starting:  # one at a time: the next one sees which port is taken
            port = known_port(labels) or new_port(addresses)
            published = {f"{inside}/tcp": [(address, port) for address in addresses]}
            try:
                container = client.containers.run(
                    image, command=command or None, detach=True, ports=published, name=name, labels=labels
                )
            except DockerException as error:
                raise CacheError(f"{image} could not be started: {error}") from error
        return host, port, str(container.id)

    elasticache._spawn_redis_container = start
    for operation in ("_create_replication_group", "_create_cache_cluster"):
        setattr(elasticache, operation, refusing(getattr(elasticache, operation)))
    load = elasticache.load_persisted_state

    def load_and_start(data: Any) -> None:
        load(data)
        threading.Thread(target=start_again, name="start-caches", daemon=True).start()

    elasticache.load_persisted_state = load_and_start
    elasticache._ensure_live_containers = lambda: None  # done by the thread


def refusing(create: Any) -> Any:
    def create_or_refuse(parameters: Any) -> Any:
        try:
            return create(parameters)
        except CacheError as error:
            return elasticache._error("InvalidParameterCombination", escape(str(error)), 400)

    return create_or_refuse


def endpoints() -> Iterator[tuple[Mapping[str, str], int]]:
    """The labels that a cache's container has, and its port."""
    for (account, region, name), group in elasticache._replication_groups.all_items():
        for nodes in group["NodeGroups"]:
            owner = {"account_id": account, "region": region, "rg_id": name, "node_group": nodes["NodeGroupId"]}
            yield owner, nodes["PrimaryEndpoint"]["Port"]
    for (account, region, name), cluster in elasticache._clusters.all_items():
        for node in cluster["CacheNodes"]:
            yield {"account_id": account, "region": region, "cluster_id": name}, node["Endpoint"]["Port"]


def known_port(labels: Mapping[str, str]) -> int | None:
    """Where a cache was before a restart: what services were told."""
    return next((port for owner, port in endpoints() if owner.items() <= labels.items()), None)


def new_port(addresses: Sequence[str]) -> int:
    taken = {port for _, port in endpoints()}
    port: int = elasticache.BASE_PORT
    while port in taken or not all(port_is_free(port, address) for address in addresses):
        port += 1
    return port


def start_again() -> None:
    """Start what ran when the emulator ended."""
    for account, region, name in list(elasticache._pending_cluster_respawn):
        cluster = elasticache._clusters.get_scoped(account, region, name)
        if cluster and cluster.get("ReplicationGroupId"):  # the group's container is its one
            elasticache._pending_cluster_respawn.discard((account, region, name))
    if not (elasticache._pending_cluster_respawn or elasticache._pending_rg_respawn):
        return
    deadline = time.monotonic() + ENGINE_SECONDS
    while elasticache._get_docker() is None and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    elasticache._ensure_live_containers_locked()
