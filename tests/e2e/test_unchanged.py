"""A second `up` changes nothing, and what was changed behind its back is seen and restored."""

import os
import re
from pathlib import Path

from tests.e2e.checkout import Checkout


def test_up_again_changes_nothing(running: Checkout) -> None:
    running.up()
    assert running.last_changes() == {}


def test_touched_files_change_nothing(running: Checkout) -> None:
    for folder in ("backend", "frontend", "infra", "lambda"):
        for file in (running.root / folder).rglob("*"):
            if file.is_file():
                os.utime(file)
    running.up()
    assert running.last_changes() == {}


def test_up_from_another_folder_changes_nothing(running: Checkout, tmp_path: Path) -> None:
    running.up(cwd=tmp_path)
    assert running.last_changes() == {}


def test_refresh_finds_no_drift(running: Checkout) -> None:
    run = running.pulumi("refresh", "--stack", "local", "--yes", "--skip-preview", "--expect-no-changes")
    assert run.code == 0, run.output


def test_a_preview_for_a_pull_request_has_placement_cost_and_that_nothing_changes(running: Checkout) -> None:
    told = running.ops("preview")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "t3a.small" in told.stdout and "USD" in told.stdout
    assert re.search(r"Resources:\n    \d+ unchanged\n", told.stdout)


def test_what_was_deleted_behind_its_back_is_restored(running: Checkout) -> None:
    ecs, cluster = running.client("ecs"), running.outputs["cluster"]
    service = running.outputs["services"]["backend"]["service"]
    ecs.delete_service(cluster=cluster, service=service, force=True)

    refreshed = running.pulumi("refresh", "--stack", "local", "--yes", "--skip-preview")
    assert refreshed.code == 0, refreshed.output
    # The service, and with it the fact that its version was deployed.
    assert running.last_changes() == {"delete": 2}

    running.up()
    with running.site() as site:
        assert site.get("/api/health/ready").status_code == 200
