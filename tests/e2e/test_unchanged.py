"""A second `up` changes nothing, nor does a night; what was changed behind its back is seen and restored."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.checkout import Checkout, wait_until
from tests.unit.stack_files import PROJECT


@pytest.fixture(scope="module")
def running(checkout: Checkout) -> Checkout:
    """A stack that sleeps; by its file hours after the tests have ended."""
    hour = (datetime.now(UTC).hour + 12) % 24
    hour = hour if hour > 1 else 23
    keys = f"{{at: '{hour:02}:00', until: '{hour - 1:02}:00', weekends: false}}"
    network = f"  {PROJECT}:network:"
    checkout.edit("Pulumi.local.yaml", network, f"  {PROJECT}:sleep: {keys}\n{network}")
    checkout.up()
    return checkout


def test_up_again_changes_nothing(running: Checkout) -> None:
    running.up()
    assert running.last_changes() == {}


def test_the_diagram_of_the_state_is_the_one_of_the_documents(running: Checkout) -> None:
    told = running.ops("diagram")
    assert told.returncode == 0, told.stderr
    assert told.stdout in (running.root / "docs/architecture.md").read_text(), told.stdout


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


def test_after_a_night_everything_is_as_it_was(running: Checkout) -> None:
    """It falls asleep by its schedules, for which it is time now, and a person wakes it up."""
    with running.site() as site:
        site.post("/api/items", json={"title": "Blanket"}).raise_for_status()
    scheduler = running.client("scheduler")
    schedules = [scheduler.get_schedule(Name=name) for name in running.outputs["sleep"]["sleep"]]
    kept = ("Name", "FlexibleTimeWindow", "Target", "ScheduleExpressionTimezone", "ScheduleExpression", "Description")
    for schedule in schedules:
        now = (datetime.now(UTC) + timedelta(seconds=1)).strftime("at(%Y-%m-%dT%H:%M:%S)")
        scheduler.update_schedule(**{key: schedule[key] for key in kept} | {"ScheduleExpression": now})
    with running.stranger() as visitor:
        wait_until(lambda: "It sleeps from " in visitor.get("/").text)
        assert visitor.get("/api/health/live").status_code == 503
    rds = running.client("rds")
    wait_until(lambda: rds.describe_db_instances()["DBInstances"][0]["DBInstanceStatus"] == "stopped")
    told = running.ops("status")
    assert told.returncode == 0 and "now asleep" in told.stdout, told
    refused = running.run("up")
    assert refused.code != 0
    assert "and `up` needs it awake; run `make wake STACK=local` first" in refused.output

    for schedule in schedules:
        scheduler.update_schedule(**{key: schedule[key] for key in kept})
    assert running.ops("wake").returncode == 0
    with running.stranger() as visitor:
        wait_until(lambda: visitor.get("/api/health/ready").status_code == 200)
    with running.site() as site:
        assert "Blanket" in site.get("/api/items").text
    previewed = running.pulumi("preview", "--stack", "local", "--refresh", "--expect-no-changes")
    assert previewed.code == 0, previewed.output


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
