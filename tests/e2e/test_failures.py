"""A version that does not work fails the deployment while the old one serves; the fix deploys."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.checkout import Checkout
from tests.e2e.load import steady_load

MAIN = "backend/app/main.py"
SERVICE = "infra/components/service.py"


@pytest.fixture
def backend(running: Checkout) -> Iterator[Path]:
    """The back end's folder; what the test changed in it is put back and deployed."""
    kept = {file: file.read_bytes() for file in (running.root / "backend").rglob("*") if file.is_file()}
    yield running.root / "backend"
    for file in (running.root / "backend").rglob("*"):
        if file.is_file() and file not in kept:
            file.unlink()
    for file, content in kept.items():
        file.write_bytes(content)
    running.up()
    with running.site() as site:
        assert site.get("/api/health/ready").status_code == 200


def fails_while_the_old_version_serves(running: Checkout) -> str:
    with steady_load(running.site, "/api/items", lambda response: "") as load:
        run = running.run("up")
    assert run.code != 0, run.output
    assert load.failed == {}, load.statuses
    assert "Traceback (most recent call last)" not in run.output.split("last log lines")[0]
    return run.output


def test_crash_at_start(running: Checkout, backend: Path) -> None:
    running.edit(MAIN, r"\A", "raise SystemExit('no flux capacitor')\n")
    assert "no flux capacitor" in fails_while_the_old_version_serves(running)


def test_never_healthy(running: Checkout, backend: Path) -> None:
    router = next((backend / "app/health").glob("router.py"))
    running.edit(str(router.relative_to(running.root)), r"/live", "/elsewhere")
    running.edit(SERVICE, "GRACE_SECONDS = 60", "GRACE_SECONDS = 20")  # three tasks wait for it, one after the other
    try:
        assert "health" in fails_while_the_old_version_serves(running)
    finally:
        running.edit(SERVICE, "GRACE_SECONDS = 20", "GRACE_SECONDS = 60")


def test_failing_migration(running: Checkout, backend: Path) -> None:
    latest = sorted((backend / "migrations/versions").glob("*.py"))[-1].read_text()
    head = re.findall(r'^revision: str = "(\w+)"', latest, re.MULTILINE)[0]
    broken = re.sub(r"^revision: str = .*$", 'revision: str = "broken"', latest, flags=re.MULTILINE)
    broken = re.sub(r"^(down_revision: str \| None) = .*$", rf'\1 = "{head}"', broken, flags=re.MULTILINE)
    broken = broken.replace(
        "def upgrade() -> None:\n", "def upgrade() -> None:\n    raise RuntimeError('no such era')\n"
    )
    (backend / "migrations/versions/9999_broken.py").write_text(broken)
    assert "no such era" in fails_while_the_old_version_serves(running)
