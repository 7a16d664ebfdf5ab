"""What a container definition asks of a Docker engine."""

from collections.abc import Mapping
from typing import Any

MEBIBYTE = 2**20
# ECS gives a container 2 CPU shares at least; 0 means no wish. 1024 are one core for both.
LEAST_SHARES = 2


def limits(container: Mapping[str, Any]) -> dict[str, Any]:
    """What a container definition asks of the engine, as ECS's agent passes it on."""
    linux = container.get("linuxParameters") or {}
    options: dict[str, Any] = {
        "init": bool(linux.get("initProcessEnabled")),
        "cpu_shares": max(container.get("cpu", 0), LEAST_SHARES),
        "read_only": bool(container.get("readonlyRootFilesystem")),
        "tmpfs": {each["containerPath"]: mount_options(each) for each in linux.get("tmpfs") or ()},
        "cap_drop": (linux.get("capabilities") or {}).get("drop") or [],
    }
    if shared := linux.get("sharedMemorySize"):
        options["shm_size"] = shared * MEBIBYTE
    if user := container.get("user"):
        options["user"] = user
    if memory := container.get("memory"):
        # No swap, as an instance of ECS has none: a task over its limit is killed.
        options |= {"mem_limit": memory * MEBIBYTE, "memswap_limit": memory * MEBIBYTE}
    if reservation := container.get("memoryReservation"):
        options["mem_reservation"] = reservation * MEBIBYTE
    return options


def mount_options(tmpfs: Mapping[str, Any]) -> str:
    return ",".join([f"size={tmpfs['size']}m", *(tmpfs.get("mountOptions") or ())])
