"""The rules between services and the Dockerfiles that their images are built from."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from infra.config.values import Problem
from infra.pure.build_context import DOCKERFILE, declared_arguments, lack_of_dockerfile, written_by_its_base
from infra.pure.paths import image_folder

if TYPE_CHECKING:
    from infra.config.services import ImageKey, ServiceConfig


def image_problems(services: "Mapping[str, ServiceConfig]") -> Iterator[Problem]:
    first: dict[ImageKey, str] = {}
    for name, service in services.items():
        if not service.dockerfile:
            continue  # it is wrong by itself, and told
        owner = first.setdefault(service.image, name)
        differ = {
            "buildArgs": service.build_args != services[owner].build_args,
            "version": service.version != services[owner].version,
        }
        for key in (key for key, differs in differ.items() if differs):
            yield Problem(
                key=f"services.{name}.{key}",
                rule=f"must be what {owner} has, which has the same source and Dockerfile",
                remedy="write the same for both: they share one image",
            )
        if service.dockerfile != DOCKERFILE and not image_folder(service.dockerfile_path).is_file():
            yield Problem(
                key=f"services.{name}.dockerfile",
                rule=f"must be a file in {service.source}/, got {service.dockerfile!r}",
                remedy="write it, or the path of another, such as backend/Dockerfile",
            )
            continue
        if advice := lack_of_file(service):
            yield Problem(
                key=f"services.{name}.source", rule=f"must have a Dockerfile, got {service.source!r}", remedy=advice
            )
            continue
        yield from argument_problems(name, service)
        yield from folder_problems(name, service)


def lack_of_file(service: "ServiceConfig") -> str | None:
    """What to do about a source that nothing says how to build; a source that is not there is told elsewhere."""
    folder = image_folder(service.source)
    if not service.source or not folder.is_dir() or service.dockerfile != DOCKERFILE:
        return None
    return lack_of_dockerfile(folder)


def argument_problems(name: str, service: "ServiceConfig") -> Iterator[Problem]:
    declared = declared_arguments(image_folder(service.dockerfile_path))
    for argument in service.build_args:
        if argument not in declared:
            yield Problem(
                key=f"services.{name}.buildArgs.{argument}",
                rule=f"must be declared in {service.dockerfile_path}",
                remedy=f"write ARG {argument} there, before the step that reads it; a page without a Dockerfile takes"
                " it from its .env.production",
            )


def folder_problems(name: str, service: "ServiceConfig") -> Iterator[Problem]:
    """The process engine stands in for nginx and would not show it."""
    needed = written_by_its_base(image_folder(service.dockerfile_path))
    if lacking := [folder for folder in needed if folder not in service.writable]:
        yield Problem(
            key=f"services.{name}.writable",
            rule=f"must hold {' and '.join(lacking)}, to which nginx writes",
            remedy=f"write writable: [{', '.join([*service.writable, *lacking])}]",
        )
