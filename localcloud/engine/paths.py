"""Paths in an image, and copies between the folders that stand for its file system."""

import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Ignore = Callable[[Any, list[str]], Iterable[str]]
PATHS = re.compile(r"(?<![\w./-])/(?!/)[\w.@+~/-]+")


def relocate(text: str, workdir: str, root: Path) -> str:
    """The text with each path of the image, below its WORKDIR or where else it has a file, as it is on this machine."""

    def here(found: re.Match[str]) -> str:
        path = found[0]
        inside = workdir != "/" and (path == workdir or path.startswith(workdir.rstrip("/") + "/"))
        return f"{root}{path}" if inside or os.path.lexists(f"{root}{path}") else path

    return PATHS.sub(here, text)


def joined(folder: str, path: str) -> str:
    """A path of an image, `.` and `..` followed."""
    result: list[str] = []
    for part in (path if path.startswith("/") else f"{folder}/{path}").split("/"):
        if part == "..":
            result = result[:-1]
        elif part not in ("", "."):
            result.append(part)
    return "/" + "/".join(result)


def within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def relative(path: str, folder: str) -> str:
    return path[len(folder) :].strip("/") if folder != "/" else path.strip("/")


def glob(base: Path, source: str) -> list[Path]:
    pattern = joined("/", source).lstrip("/")
    return [base] if not pattern else sorted(base.glob(pattern))


def place(found: list[Path], destination: str, target: Path, ignore: Ignore) -> None:
    """Copy as COPY does: a folder's content, and files into a folder if its name ends with `/` or there are several."""
    for path in found:
        if path.is_dir():
            shutil.copytree(path, target, symlinks=True, dirs_exist_ok=True, ignore=ignore)
        else:
            many = destination.endswith("/") or len(found) > 1 or target.is_dir()
            file = target / path.name if many else target
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, file, follow_symlinks=False)
