"""A command in a task on AWS, and its exit code: a session of ECS Exec has none, so the task's shell prints it."""

import os
import pty
import re
import secrets
import select
import shlex
import sys
from collections.abc import Mapping, Sequence

from ops.errors import OperationError
from ops.plugin import PLUGIN

READ_BYTES = 65536
BOUND = b"\x1e"  # a control character that terminals do not show
# Prints a mark, runs the words that follow, and prints the mark with their exit code.
SCRIPT = r"""printf '\036%s\036' "$0"; "$@"; printf '\036%s %d\036' "$0" $?"""


class Ending:
    """Takes out of a session's output what the command printed, and its exit code; the rest is the plugin's.

    `said`: what came before the command, where the plugin tells what went wrong.
    """

    def __init__(self) -> None:
        self.code: int | None = None
        self.said = b""
        self._mark = secrets.token_hex(8)
        self._began = False
        self._held = b""

    def around(self, command: Sequence[str]) -> str:
        """The command as one text, from which ECS's agent makes words again as a shell does."""
        return shlex.join([*("/bin/sh", "-c", SCRIPT, self._mark), *command])

    def take(self, data: bytes) -> bytes:
        """What of it is to be shown."""
        mark = BOUND + self._mark.encode()
        self._held += data
        if not self._began:
            before, found, after = self._held.partition(mark + BOUND)
            self.said = before
            if not found:
                return b""
            self._began, self._held = True, after
        if self.code is not None:
            return b""
        if ended := re.search(re.escape(mark) + rb" (\d+)" + BOUND, self._held):
            self.code = int(ended[1])
            return self._held[: ended.start()]
        # The end of what came may be the beginning of the mark.
        at = self._held.rfind(BOUND)
        complete = len(self._held) if at < 0 or not mark.startswith(self._held[at : at + len(mark)]) else at
        shown, self._held = self._held[:complete], self._held[complete:]
        return shown


def run(words: Sequence[str], variables: Mapping[str, str], ending: Ending) -> int:
    """In a terminal of its own, without which the plugin does not start: scripts have none."""

    def read(terminal: int) -> bytes:
        shown = b""
        while not shown:  # nothing at all would mean the end
            select.select([terminal], [], [])  # it does not block
            data = os.read(terminal, READ_BYTES)
            if not data:
                return b""
            shown = ending.take(data)
        return shown

    sys.stdout.flush()
    os.environ.update(variables)  # `pty` has no other way to hand them over
    status = os.waitstatus_to_exitcode(pty.spawn(list(words), read))
    if ending.code is None:
        said = ending.said.decode(errors="replace").strip()
        raise OperationError(f"{PLUGIN}: ended with exit code {status}: {said or 'it said nothing'}")
    return ending.code
