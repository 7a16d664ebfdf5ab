"""Containers and images as the Docker API shows them."""

import datetime
from typing import Any

from localcloud.engine.container import Container
from localcloud.engine.images import MANIFEST_TYPE, Image, split

NETWORK = "localcloud"
API_VERSION = "1.44"
VERSION = {
    "Version": "25.0.0",
    "ApiVersion": API_VERSION,
    "MinAPIVersion": "1.24",
    "Os": "linux",
    "Arch": "amd64",
    "Platform": {"Name": "local cloud's process engine"},
    "Components": [],
}


def networks(container: Container) -> dict[str, Any]:
    entry = {"IPAddress": container.address, "Gateway": "127.0.0.1", "NetworkID": NETWORK}
    return {NETWORK: {**entry, "Aliases": [container.spec.name]}}


def ports(container: Container) -> dict[str, list[dict[str, str]]]:
    if container.status != "running":
        return {}
    endpoints = container.program.listening(container.address)
    return {name: [{"HostIp": host, "HostPort": str(port)}] for name, (host, port) in endpoints.items()}


def container(one: Container) -> dict[str, Any]:
    """The answer to inspect."""
    spec = one.spec
    state: dict[str, Any] = {
        "Status": one.status,
        "Running": one.status == "running",
        "Paused": False,
        "Restarting": False,
        "OOMKilled": False,
        "Dead": False,
        "Pid": one.process.pid if one.process else 0,
        "ExitCode": one.exit_code,
        "Error": one.error,
        "StartedAt": one.started_at,
        "FinishedAt": one.finished_at,
    }
    config = {**spec.image.config, "Image": spec.image_name, "Hostname": one.id[:12], "Tty": False}
    config |= {"Labels": spec.labels, "Env": [f"{name}={value}" for name, value in spec.env.items()]}
    return {
        "Id": one.id,
        "Name": f"/{spec.name}",
        "Created": one.created,
        "Image": spec.image.id,
        "Path": spec.argv[0],
        "Args": spec.argv[1:],
        "State": state,
        "RestartCount": 0,
        "LogPath": str(one.log.path),
        "Config": config,
        "HostConfig": {**(spec.body.get("HostConfig") or {}), "LogConfig": {"Type": "json-file", "Config": {}}},
        "Mounts": [],
        "NetworkSettings": {"IPAddress": one.address, "Ports": ports(one), "Networks": networks(one)},
    }


def container_summary(one: Container) -> dict[str, Any]:
    """An entry of the list."""
    created = datetime.datetime.fromisoformat(one.created.replace("Z", "+00:00"))
    return {
        "Id": one.id,
        "Names": [f"/{one.spec.name}"],
        "Image": one.spec.image_name,
        "ImageID": one.spec.image.id,
        "Command": " ".join(one.spec.argv),
        "Created": int(created.timestamp()),
        "State": one.status,
        "Status": f"Exited ({one.exit_code})" if one.status == "exited" else one.status.capitalize(),
        "Labels": one.spec.labels,
        "Ports": [
            {"IP": entry["HostIp"], "PrivatePort": int(name.partition("/")[0]), "Type": "tcp"}
            for name, entries in ports(one).items()
            for entry in entries
        ],
        "NetworkSettings": {"Networks": networks(one)},
        "Mounts": [],
    }


def image(one: Image, tags: list[str]) -> dict[str, Any]:
    """The answer to inspect, and with `Created` as a number an entry of the list."""
    repositories = sorted({split(tag)[0] for tag in tags})
    return {
        "Id": one.id,
        "RepoTags": tags,
        "RepoDigests": [f"{repository}@{one.digest}" for repository in repositories],
        "Created": one.created,
        "Architecture": VERSION["Arch"],
        "Os": "linux",
        "Size": len(one.layer[1]),
        "Config": one.config,
        "RootFS": {"Type": "layers"},
        "Labels": one.config.get("Labels") or {},
    }


def image_summary(one: Image, tags: list[str]) -> dict[str, Any]:
    created = datetime.datetime.fromisoformat(one.created.replace("Z", "+00:00"))
    return {**image(one, tags), "Created": int(created.timestamp()), "ParentId": "", "Containers": -1}


def distribution(one: Image) -> dict[str, Any]:
    descriptor = {"mediaType": MANIFEST_TYPE, "digest": one.digest, "size": len(one.manifest)}
    return {"Descriptor": descriptor, "Platforms": [{"architecture": VERSION["Arch"], "os": "linux"}]}
