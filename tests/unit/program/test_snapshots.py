"""Every input and option of every resource, as the snapshots hold it.

What is chosen, and why: a program that declares resources is mostly values, and a test that repeats each of them says
nothing. So the values are not asserted one by one. All of them are in `snapshots/`, one property a line, and a change
of any of them shows in the diff of the commit, where a reviewer sees what it means for which stacks:

- `every_stack.txt`: what local, dev and prod have in common;
- `local.txt`, `dev.txt`, `prod.txt`: the lines that are not in all three.

`pytest tests/unit/program --update-snapshots` writes them anew. Where a value has a reason that its name does not tell,
a row of `test_reasons.py` says it: the row fails also when somebody updates the snapshot without thinking.
"""

from pathlib import Path

import pytest

from tests.unit.program.recorder import Recorded
from tests.unit.program.snapshot import lines
from tests.unit.stack_files import STACKS

FOLDER = Path(__file__).parent / "snapshots"
COMMON = FOLDER / "every_stack.txt"


def text(found: set[str]) -> str:
    return "".join(f"{line}\n" for line in sorted(found))


def shared(declared: dict[str, set[str]]) -> set[str]:
    return set.intersection(*map(set, declared.values()))


@pytest.fixture(scope="module")
def declared(stacks: dict[str, Recorded]) -> dict[str, set[str]]:
    return {name: lines(stack) for name, stack in stacks.items()}


def test_what_all_stacks_declare_is_in_the_snapshot(
    declared: dict[str, set[str]], request: pytest.FixtureRequest
) -> None:
    common = text(shared(declared))
    if request.config.getoption("--update-snapshots"):
        COMMON.write_text(common)
    assert common == COMMON.read_text()


@pytest.mark.parametrize("name", STACKS)
def test_what_a_stack_alone_declares_is_in_its_snapshot(
    declared: dict[str, set[str]], name: str, request: pytest.FixtureRequest
) -> None:
    own = text(declared[name] - shared(declared))
    file = FOLDER / f"{name}.txt"
    if request.config.getoption("--update-snapshots"):
        file.write_text(own)
    assert own == file.read_text()
