"""What changes when containers run on a real Docker engine instead of the process engine.

MiniStack expects to run in a container itself, beside those of the tasks. Here it runs on the machine, and the
containers are in a network whose gateway, 169.254.170.2, is this machine: the one address that AWS's SDKs accept for a
task's credentials besides loopback. Nothing is published beyond that address and loopback.
"""

import logging
from collections.abc import Mapping
from typing import Any

import docker
import hypercorn.asyncio
from docker.errors import DockerException
from ministack.core import container_reaper
from ministack.services import ecr, ecs, rds

from localcloud.emulator import registry
from localcloud.emulator.task_limits import limits
from localcloud.ports import port_is_free

LOOPBACK = "127.0.0.1"
RESTORE = "RestoreDBInstanceFromDBSnapshot"
NO_SNAPSHOTS = "with ENGINE=docker the local cloud keeps no data of snapshots (docs/laptop-limits.md); AWS does"
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"

logger = logging.getLogger(__name__)


def use(*, network: str, gateway: str, port: int) -> None:
    """Let ECS, ECR and RDS work with the engine at `DOCKER_HOST`. `gateway` is this machine's address in `network`."""
    listen_at(gateway, port)
    ecr._repo_uri = lambda name: f"{registry.REAL_ENGINES_HOST}:{port}/{name}"
    give_tasks(network, gateway)
    tell_who_was_out_of_memory()
    give_databases(gateway)


def listen_at(gateway: str, port: int) -> None:
    """Let MiniStack, which knows one address only, serve at this one as well."""
    serve = hypercorn.asyncio.serve

    async def serve_both(app: Any, config: Any, **options: Any) -> None:
        config.bind = [*config.bind, f"{gateway}:{port}"]
        await serve(app, config, **options)

    hypercorn.asyncio.serve = serve_both


def give_tasks(network: str, gateway: str) -> None:
    """Give each task the network, the cloud's address, and the limits of its task definition."""
    register, build, run = ecs._register_metadata, ecs._build_run_kwargs, ecs._run_docker_container

    def register_at_gateway(*arguments: Any) -> Any:
        *others, _address = arguments
        return register(*others, gateway)

    def build_in_network(
        container: Mapping[str, Any], task: Any, env: Any, _ports: Any, _network: Any, host_mode: Any,
        task_id: str, task_arn: str, _address: Any, cluster_arn: str,
    ) -> dict[str, Any]:  # fmt: skip
        # The load balancer asks the container's own address, so no port is published.
        options = build(container, task, env, {}, network, host_mode, task_id, task_arn, gateway, cluster_arn)
        return {**options, **limits(container)}

    def run_pulled(client: Any, container: Any, options: Any, **how: Any) -> Any:
        # ECS's agent pulls before each start; MiniStack does for services only.
        login = ecs._resolve_repository_credentials(container)
        return run(client, container, options, **{**how, "refresh_image": True, "auth_config": login})

    ecs._register_metadata, ecs._build_run_kwargs = register_at_gateway, build_in_network
    ecs._run_docker_container = run_pulled


def tell_who_was_out_of_memory() -> None:
    """Let a container say in ECS's words that it was killed for its memory; MiniStack knows the exit code only."""
    mark = ecs._mark_task_stopped

    def mark_with_reason(arn: str, task: dict[str, Any], reason: str, code: str, *others: Any, **named: Any) -> Any:
        if code == "EssentialContainerExited":
            for container, id_ in zip(task.get("containers", []), task.get("_docker_ids", []), strict=False):
                if was_out_of_memory(id_):
                    container["reason"] = OUT_OF_MEMORY
        return mark(arn, task, reason, code, *others, **named)

    ecs._mark_task_stopped = mark_with_reason


def was_out_of_memory(id_: str) -> bool:
    try:
        return bool(ecs._get_docker().containers.get(id_).attrs["State"]["OOMKilled"])
    except DockerException:
        return False


def give_databases(gateway: str) -> None:
    """Keep each database's address over restarts, and take its data away when it is deleted."""
    run, delete = rds._run_rds_container, rds._delete_db_instance_impl
    own = {container_reaper.INSTANCE_LABEL: container_reaper.instance_id()}

    def run_here(client: docker.DockerClient, engine: str, options: dict[str, Any], **names: Any) -> Any:
        for volume in options.get("volumes", {}):
            client.volumes.create(volume, labels=own)
        ports = {inside: [(address, outside) for address in (LOOPBACK, gateway)]
                 for inside, outside in options["ports"].items()}  # fmt: skip
        return run(client, engine, {**options, "ports": ports}, **{**names, "tls_ips": (gateway,)})

    def delete_with_data(parameters: Any) -> Any:
        instance = rds._resolve_instance(rds._p(parameters, "DBInstanceIdentifier"))
        answer = delete(parameters)
        if instance and instance.get("DBInstanceStatus") == "deleting":
            remove_volume(instance.get("_docker_volume_name"))
        return answer

    # MiniStack would make an empty database.
    rds._ACTION_MAP[RESTORE] = lambda _: rds._error("InvalidParameterCombination", NO_SNAPSHOTS, 400)
    rds._MINISTACK_HOST = gateway
    # MiniStack would find the port taken by connections of the last database that are still being closed.
    rds._is_host_port_free = lambda port: all(port_is_free(port, address) for address in (LOOPBACK, gateway))
    rds._run_rds_container, rds._delete_db_instance_impl = run_here, delete_with_data


def remove_volume(name: str | None) -> None:
    client = rds._get_docker()
    if client and name:
        try:
            client.volumes.get(name).remove()
        except DockerException as error:
            logger.warning("the volume %s was not removed (%s); `make down` tries again", name, error)
