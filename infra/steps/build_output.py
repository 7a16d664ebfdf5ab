"""What a build or a push says: shown line by line, and the last lines kept for the message when it fails."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from infra.steps.common import fail, progress

LAST_LINES = 40
# BuildKit's housekeeping, and its counters of bytes, dozens a second.
NOISE = re.compile(r"#\d+ (\[internal\]|transferring |sha256:|extracting |resolve |naming to |writing |DONE 0\.0s)")
PLACE = re.compile(r"^([^\s:]+):\d+\b")


class Output:
    """`folder` is the image's; its name begins each line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.last: deque[str] = deque(maxlen=LAST_LINES)

    def say(self, line: str) -> None:
        if line and not NOISE.match(line):
            self.last.append(line)
            progress(self.folder.name, line)

    def follow(self, stream: Iterable[Mapping[str, Any]]) -> None:
        """Show what the engine's API answers with."""
        error = ""
        for message in stream:
            error = message.get("error") or error  # the last message: the stream is read to its end, so that it closes
            # Progress bars of layers come with an id: left out.
            text = message.get("stream") or ("" if message.get("id") else message.get("status")) or ""
            for line in text.splitlines():
                self.say(line.rstrip())
        if error:
            self.fail(error)

    def fail(self, reason: str) -> NoReturn:
        """End the step. A reason that has a place or several lines says enough; others get the last lines said."""
        enough = "\n" in reason or PLACE.match(reason)
        lines = reason.splitlines() if enough else [reason, *self.last]
        fail("\n  ".join([f"{self.folder.name}: {self.located(lines[0])}", *map(self.located, lines[1:])]))

    def located(self, line: str) -> str:
        """A line that begins with a file of the image tells its path from the project: `backend/app/main.py:3`."""
        found = PLACE.match(line)
        return f"{self.folder.name}/{line}" if found and (self.folder / found[1]).is_file() else line
