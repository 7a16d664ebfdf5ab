"""One command at a time changes a local cloud."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from localcloud.errors import LocalCloudError
from localcloud.place import Place


@contextmanager
def only_command(place: Place, name: str) -> Iterator[None]:
    """Fail while another command holds the lock of this local cloud. The kernel releases it when that one is killed."""
    place.make_folder()
    with (place.folder / "command.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read() or "another command"
            raise LocalCloudError(
                f"{name}: {holder} is at work on the local cloud of port {place.port}; wait until it has ended"
            ) from None
        file.truncate(0)
        file.write(f"`make {name}` (pid {os.getpid()})")
        file.flush()
        yield
