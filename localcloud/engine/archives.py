"""Archives that a client sends: build contexts, and files that it puts into a container before it starts."""

import platform
import tarfile
from pathlib import Path
from typing import IO

from localcloud.engine.errors import EngineError


def unpack(archive: IO[bytes], folder: Path, what: str) -> None:
    """Unpack files, folders and links below `folder`; refuses paths and links that lead outside of it."""
    if not hasattr(tarfile, "data_filter"):
        raise EngineError(
            500,
            f"{what}: needs Python 3.11.4 or newer to be unpacked safely, got {platform.python_version()}; update it",
        )
    try:
        with tarfile.open(fileobj=archive) as bundle:
            bundle.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise EngineError(400, f"{what}: {error}") from error


def put(archive: IO[bytes], folder: Path, path: str) -> None:
    """Unpack at a path of a container, whose files are below `folder`."""
    base = folder / path.lstrip("/")
    if not base.resolve().is_relative_to(folder.resolve()):
        raise EngineError(400, f"path: {path!r} is outside of the container")
    base.mkdir(parents=True, exist_ok=True)
    unpack(archive, base, "archive")
