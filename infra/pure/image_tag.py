"""The tag of an image: a hash of what its build can see, so the same content has the same tag everywhere."""

import hashlib
from pathlib import Path

from infra.pure.dockerignore import admitted_files

TAG_LENGTH = 16  # hexadecimal digits: 64 bits, far from a collision in one repository


def image_tag(context: Path) -> str:
    """Hash of the admitted files' relative paths, modes (executable or not) and contents.

    Raises FileNotFoundError when `context` has no Dockerfile.
    """
    if not (context / "Dockerfile").is_file():
        raise FileNotFoundError(f"image: {context.name}/ must have a Dockerfile, found none; add one")
    total = hashlib.sha256()
    for path in admitted_files(context):
        file = context / path
        if file.is_symlink():
            kind, content = "link", str(file.readlink()).encode()
        else:
            kind = "executable" if file.stat().st_mode & 0o100 else "plain"
            content = file.read_bytes()
        # Lengths first, so that no two different lists of files can hash alike.
        for part in (path.encode(), kind.encode(), content):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()[:TAG_LENGTH]
