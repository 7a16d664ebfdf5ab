"""Archives that a client sends or gets: build contexts, and files that it puts into a container or takes out of it."""

import datetime
import platform
import stat
import tarfile
from pathlib import Path
from typing import IO, Any

from localcloud.engine.errors import EngineError

GO_FOLDER = 1 << 31  # in Go's os.FileMode, which the API tells


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


def get(root: Path, path: str, archive: IO[bytes]) -> dict[str, Any]:
    """Pack a file or folder below `root`, the entries beginning with its name; returns what Docker tells of it."""
    found = root / path.lstrip("/")
    if not found.exists() or not found.resolve().is_relative_to(root.resolve()):
        raise EngineError(404, f"Could not find the file {path} in container")
    with tarfile.open(fileobj=archive, mode="w") as bundle:
        bundle.add(found, arcname=found.name or "/")
    archive.seek(0)
    state = found.lstat()
    mode = stat.S_IMODE(state.st_mode) | (GO_FOLDER if found.is_dir() else 0)
    modified = datetime.datetime.fromtimestamp(state.st_mtime, datetime.UTC).isoformat()
    return {"name": found.name, "size": state.st_size, "mode": mode, "mtime": modified, "linkTarget": ""}
