"""Goes back to an earlier version of a service, and lists those that can be gone back to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.config.stack_file import own_settings
from ops.errors import OperationError
from ops.part import shown
from ops.target import Target
from ops.up import up

PRESENT = "present"  # what the folder holds, in place of a version


@dataclass(frozen=True, kw_only=True)
class Version:
    tag: str
    pushed: datetime


def versions(target: Target, service: str) -> list[Version]:
    """Those that ECR holds, the newest first."""
    repository = target.told(target.service(service), "repository")
    pages = target.client("ecr").get_paginator("describe_images").paginate(repositoryName=repository)
    found = [
        Version(tag=tag, pushed=image["imagePushedAt"])
        for page in pages
        for image in page["imageDetails"]
        for tag in image.get("imageTags", [])
    ]
    return sorted(found, key=lambda version: version.pushed, reverse=True)


def lines(target: Target, service: str) -> Iterator[str]:
    running = target.service(service)["version"]
    for version in versions(target, service):
        yield f"  {version.tag}  made {shown(version.pushed)}{'  runs now' if version.tag == running else ''}"
    yield f"`make rollback SERVICE={service} VERSION=…{target.option}` deploys one of them"


def image_of(one: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells a service's image from others."""
    return one["source"], one.get("dockerfile")


def left_empty(target: Target, section: str) -> list[str]:
    """What of the stack's file holds no key any more: it would describe a service that app.yaml may lose some day."""
    services = own_settings(target.name).get("services", {})
    empty = [name for name, keys in services.items() if not keys and keys is not None]
    return [section] if services and len(empty) == len(services) else [f"{section}.{name}" for name in empty]


def rollback(target: Target, service: str, version: str) -> int:
    """Writes the version into the stack's file, for all services that share its image, and runs `up`; its exit code."""
    known = [one.tag for one in versions(target, service)]
    if version not in (*known, PRESENT):
        raise OperationError(f"VERSION: must be one of {', '.join(known)}, or {PRESENT}, got {version!r}")
    services = target.outputs["services"]
    image = image_of(services[service])
    sharing = {name: one for name, one in services.items() if image_of(one) == image}
    section = f"{target.project}:services"
    for name in sharing:
        key = f"{section}.{name}.version"
        target.configure(*(("rm", "--path", key) if version == PRESENT else ("set", "--path", key, version)))
    for key in left_empty(target, section):
        target.configure("rm", "--path", key)
    what = "the content of its folder" if version == PRESENT else f"version {version}"
    stays = (
        "; the database stays as it is: migrations only add" if any(one["migrate"] for one in sharing.values()) else ""
    )
    print(f"{', '.join(sharing)}: {what}, by Pulumi.{target.name}.yaml{stays}", flush=True)
    return up(target)
