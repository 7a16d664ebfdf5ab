"""The files that an image is built from, alike on every machine: the tag is their hash, the builder gets a copy."""

import os
import re
import stat
from pathlib import Path

from infra.pure.dockerignore import admitted_files
from infra.pure.page_image import LEFT_OUT, MANAGERS, default_dockerfile

DOCKERFILE = "Dockerfile"
KINDS = {stat.S_IFSOCK: "a socket", stat.S_IFIFO: "a named pipe", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


class ContextError(Exception):
    """The folder cannot become an image. The text names all files at fault, and what to do."""


def context_files(folder: Path, dockerfile: str = DOCKERFILE) -> list[str]:
    """Relative paths of the files that the build gets, sorted; raises ContextError for what no image can hold."""
    default = is_page(folder, dockerfile)
    if dockerfile != DOCKERFILE and not (folder / dockerfile).is_file():
        raise ContextError(
            f"image: {folder.name}/{dockerfile} must be a Dockerfile, found none; write it, or name another"
        )
    if advice := lack_of_dockerfile(folder, dockerfile):
        raise ContextError(f"image: {folder.name}/ must have a Dockerfile, found none; {advice}")
    files = admitted_files(folder, LEFT_OUT if default else (), dockerfile)
    if problems := [f"{shown(folder, path)} {fault}" for path in files if (fault := fault_of(folder, path))]:
        advice = f"change or remove it, or keep it out with a line in {folder.name}/.dockerignore"
        raise ContextError("\n".join(f"image: {problem}; {advice}" for problem in problems))
    return sorted([*files, DOCKERFILE]) if default else files


def lack_of_dockerfile(folder: Path, dockerfile: str = DOCKERFILE) -> str | None:
    """What to do about a folder that nothing says how to build; None where something does."""
    if is_page(folder, dockerfile) or (folder / dockerfile).is_file():
        return None
    return f"add one, or for a page a package.json with a script `build` and a lock file ({', '.join(MANAGERS)})"


def is_page(folder: Path, dockerfile: str = DOCKERFILE) -> bool:
    """Whether the folder has no Dockerfile, and gets the project's for pages."""
    return dockerfile == DOCKERFILE and not (folder / DOCKERFILE).exists() and default_dockerfile(folder) is not None


def declared_arguments(dockerfile: Path) -> set[str]:
    """The names that it takes values for."""
    try:
        text = dockerfile.read_text()
    except OSError:
        return set()
    lines = re.findall(r"^\s*ARG\s+(.*)", text, re.MULTILINE | re.IGNORECASE)
    return {word.partition("=")[0] for line in lines for word in line.split()}


def written_by_its_base(dockerfile: Path) -> tuple[str, ...]:
    """Where the program of the base image writes to. https://hub.docker.com/_/nginx, "in read-only mode"."""
    try:
        text = dockerfile.read_text()
    except OSError:
        return ()
    bases = re.findall(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)", text, re.MULTILINE | re.IGNORECASE)
    is_nginx = bases and re.fullmatch(r"(docker\.io/)?(library/)?nginx([:@].*)?", bases[-1])
    return ("/var/cache/nginx", "/run") if is_nginx else ()


def content_of(folder: Path, path: str) -> bytes:
    """What a file of the context holds."""
    if path == DOCKERFILE and not (folder / path).exists():
        return (default_dockerfile(folder) or "").encode()
    return (folder / path).read_bytes()


def shown(folder: Path, path: str) -> str:
    """A path below the project's folder; bytes that are no text as `\\xe9`."""
    return f"{folder.name}/{path}".encode(errors="surrogateescape").decode(errors="backslashreplace")


def fault_of(folder: Path, path: str) -> str | None:
    """Why no image can hold the file; None for a good one."""
    file = folder / path
    try:
        path.encode()
        str(file.readlink() if file.is_symlink() else "").encode()
    except UnicodeEncodeError:
        return "has a name or a target that is not UTF-8"
    if file.is_symlink():
        return link_fault(folder, file)
    mode = file.stat().st_mode
    if not stat.S_ISREG(mode):
        return f"is {KINDS.get(stat.S_IFMT(mode), 'no file')}"
    return None if os.access(file, os.R_OK) else "cannot be read by you"


def link_fault(folder: Path, file: Path) -> str | None:
    """A link may lead to what the image holds too: by a relative path, and not out of the folder."""
    target = file.readlink()
    if target.is_absolute():
        return f"is a link to {target}, an absolute path, which leads elsewhere in an image"
    if not file.resolve().is_relative_to(folder.resolve()):
        return f"is a link to {target}, which is outside of {folder.name}/ and so not in an image"
    return None


def is_executable(file: Path) -> bool:
    return file.exists() and bool(file.stat().st_mode & stat.S_IXUSR)


def copy_context(folder: Path, target: Path, dockerfile: str = DOCKERFILE) -> None:
    """Copy what the build gets, with the modes that the tag knows: what a process of another user may read and run.

    A file's own mode may depend on the machine (umask 077 gives 600), and the images' processes are not its owner.
    """
    for path in context_files(folder, dockerfile):
        source, copy = folder / path, target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            copy.symlink_to(source.readlink())
        else:
            copy.write_bytes(content_of(folder, path))
            copy.chmod(0o755 if is_executable(source) else 0o644)
    for inner, _, _ in os.walk(target):
        Path(inner).chmod(0o755)  # a copy of source code
