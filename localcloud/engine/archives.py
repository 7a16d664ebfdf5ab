"""Files that a client puts into a container before it starts."""

import io
import tarfile
from pathlib import Path

from localcloud.engine.errors import EngineError


def put(archive: bytes, folder: Path, path: str) -> None:
    """Unpack files and folders below `folder`, with their modes."""
    base = folder / path.lstrip("/")
    with tarfile.open(fileobj=io.BytesIO(archive)) as bundle:
        for member in bundle:
            if ".." in Path(member.name).parts:
                raise EngineError(400, f"archive: {member.name!r} is outside of it")
            target = base / member.name.lstrip("/")
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
            elif member.isfile() and (source := bundle.extractfile(member)):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.touch(mode=0o600)
                target.write_bytes(source.read())
            else:
                raise EngineError(400, f"archive: {member.name!r} is neither a file nor a folder")
            target.chmod(member.mode & 0o777)
