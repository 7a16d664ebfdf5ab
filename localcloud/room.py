"""Whether the disk takes what `up` writes: better one sentence before the work than a database that cannot start."""

import os
import shutil
from pathlib import Path

from localcloud.errors import LocalCloudError
from localcloud.place import TOOLS, Place

MEGABYTE = 10**6
# A new stack writes about 100 MB of state (database, images) and about 300 MB of packages for its images.
STATE_BYTES = 200 * MEGABYTE
TOOLS_BYTES = 400 * MEGABYTE


def check(place: Place) -> None:
    for folder, needed in ((place.folder, STATE_BYTES), (TOOLS, TOOLS_BYTES)):
        check_folder(folder, needed)


def check_folder(folder: Path, needed: int) -> None:
    """Also for a folder that does not exist yet."""
    found = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(found, os.W_OK | os.X_OK):
        raise LocalCloudError(f"{found}: may not be written by this user; use a checkout of your own")
    free = shutil.disk_usage(found).free
    if free < needed:
        raise LocalCloudError(
            f"{folder}: needs {needed // MEGABYTE} MB of free space, and its disk has {free // MEGABYTE} MB;"
            " make room, for example with `docker system prune` or by deleting old folders below .local/"
        )
