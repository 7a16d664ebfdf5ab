"""Signals of these tests reach their own processes only, also when what they test is broken on purpose."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest


def is_own(pid: int) -> bool:
    """Whether a process is gone, or was started by this one or by its children."""
    if pid == os.getpid():
        return False
    try:
        while pid > 1 and pid != os.getpid():
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return True
    return pid == os.getpid()


@pytest.fixture(autouse=True)
def signals_reach_own_processes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(send: Callable[[int, int], None]) -> Callable[[int, int], None]:
        def checked(pid: int, number: int) -> None:
            assert is_own(pid), f"a signal for process {pid}, which no test started"
            send(pid, number)

        return checked

    monkeypatch.setattr(os, "kill", guarded(os.kill))
    monkeypatch.setattr(os, "killpg", guarded(os.killpg))
