"""The tag of an image: a hash of what its build can see, so the same content has the same tag everywhere."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from infra.pure.build_context import DOCKERFILE, content_of, context_files, is_executable

TAG_LENGTH = 16  # hexadecimal digits: 64 bits, far from a collision in one repository


# What images are built for where nothing else is said; it is in no hash.
USUAL_PLATFORM = "linux/amd64"


def image_tag(
    context: Path,
    build_args: Mapping[str, str] | None = None,
    platform: str = USUAL_PLATFORM,
    dockerfile: str = DOCKERFILE,
) -> str:
    """Hash of the admitted files' relative paths, modes (executable or not) and contents, and of the build's arguments
    and platform.

    `dockerfile`: its path in the context.

    Raises ContextError when `context` cannot become an image.
    """
    total = hashlib.sha256()
    for path in context_files(context, dockerfile):
        file = context / path
        if file.is_symlink():
            kind, content = "link", str(file.readlink()).encode()
        else:
            kind, content = "executable" if is_executable(file) else "plain", content_of(context, path)
        update(total, path.encode(), kind.encode(), content)
    if dockerfile != DOCKERFILE:
        update(total, dockerfile.encode(), b"dockerfile")
    for name, value in sorted((build_args or {}).items()):
        update(total, name.encode(), b"argument", value.encode())
    if platform != USUAL_PLATFORM:
        update(total, b"", b"platform", platform.encode())
    return total.hexdigest()[:TAG_LENGTH]


def update(total: "hashlib._Hash", *parts: bytes) -> None:
    """Lengths first, so that no two different lists of parts can hash alike."""
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
