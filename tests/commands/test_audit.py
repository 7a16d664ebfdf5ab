"""`make audit`: every lock file is asked about, and one bad answer is enough."""

from pathlib import Path

import pytest

from toolchain import audit
from toolchain.steps import ROOT


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[Path, list[str]]:
    """The command for each lock file; that of the front end finds something."""
    found: dict[Path, list[str]] = {}

    def is_clean(lock: Path, command: list[str]) -> bool:
        found[lock] = command
        return lock != ROOT / "frontend/package-lock.json"

    monkeypatch.setattr(audit, "is_clean", is_clean)
    monkeypatch.setattr(audit, "step", lambda *_: None)
    return found


def test_each_lock_file_is_asked_about_and_one_bad_answer_fails(asked: dict[Path, list[str]]) -> None:
    assert audit.main() == 1
    wanted = ("poetry.lock", "backend/poetry.lock", "localcloud/emulator/poetry.lock", "frontend/package-lock.json")
    assert {ROOT / name for name in wanted} < asked.keys()
    assert asked[ROOT / "frontend/package-lock.json"][0] == "npm"
    assert "--strict" in asked[ROOT / "poetry.lock"], "what PyPI does not know must not pass for clean"


def test_what_a_lock_file_pins_is_asked_with_its_version(tmp_path: Path) -> None:
    lock = tmp_path / "poetry.lock"
    lock.write_text(
        '[[package]]\nname = "jinja2"\nversion = "3.1.6"\n\n[[package]]\nname = "dnspython"\nversion = "2.9.2"\n'
    )
    assert list(audit.pins(lock)) == ["jinja2==3.1.6", "dnspython==2.9.2"]


def test_a_command_that_fails_is_no_clean_answer() -> None:
    assert audit.is_clean(ROOT / "poetry.lock", ["true"]) and not audit.is_clean(ROOT / "poetry.lock", ["false"])
