"""Copies the data of a server that runs, as it is at one moment: all its processes stand still meanwhile.

What the copy holds is what the disk would hold if the server were killed at that moment, from which PostgreSQL recovers
by its log. A stop of the processes is seen by the kernel only between their writes.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """`pid`: of the server's first process, which starts the others: it stops first, so no other comes."""
    stopped = [pid]
    send(signal.SIGSTOP, pid)
    try:
        for child in psutil.Process(pid).children(recursive=True):
            stopped.append(child.pid)
            send(signal.SIGSTOP, child.pid)
        yield
    finally:
        for process in reversed(stopped):
            send(signal.SIGCONT, process)


def send(number: signal.Signals, process: int) -> None:
    with suppress(ProcessLookupError):  # it has ended by itself
        os.kill(process, number)
