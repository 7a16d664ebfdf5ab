"""An `up` that was interrupted, or whose cloud was killed, is finished by the next one; data survives."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import httpx
import psutil
import pytest

from localcloud import supervision
from tests.e2e.checkout import Checkout, wait_until

Interrupt = Callable[[Checkout, int], None]


def interrupt_the_command(_: Checkout, group: int) -> None:
    os.killpg(group, signal.SIGINT)


def kill_the_command(_: Checkout, group: int) -> None:
    os.killpg(group, signal.SIGKILL)


def kill_pulumi(checkout: Checkout, _: int) -> None:
    """Pulumi alone, so that its helpers stay."""
    for pid in checkout.processes():
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).name() == "pulumi":
                os.kill(pid, signal.SIGKILL)


def kill_the_emulator(checkout: Checkout, _: int) -> None:
    (pid,) = [row["pid"] for row in supervision.processes(checkout.place) if row["name"] == "emulator"]
    os.kill(pid, signal.SIGKILL)


def kill_everything(checkout: Checkout, _: int) -> None:
    """A power cut: nobody gets to clean up."""
    for pid in checkout.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_until_saved(checkout: Checkout) -> None:
    """Until the emulator has finished a save that began after this call."""
    asked = time.monotonic()

    def saved() -> bool:
        since = time.monotonic() - asked
        health = httpx.get(f"{checkout.place.endpoint}/_local/health", timeout=10).raise_for_status().json()
        # The age is rounded to a tenth of a second.
        return health["error"] is None and bool(health["saved_seconds_ago"] < since - 0.1)

    wait_until(saved)


@pytest.mark.parametrize(
    ("interrupt", "after_resources"),
    [
        (interrupt_the_command, 10),
        (interrupt_the_command, 45),
        (kill_the_command, 10),
        (kill_pulumi, 45),
        (kill_the_emulator, 25),
        (kill_everything, 30),
    ],
)
def test_next_up_finishes(checkout: Checkout, interrupt: Interrupt, after_resources: int) -> None:
    lines = []
    with checkout.start("up") as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if sum("created" in text for text in lines) >= after_resources:
                break
        assert process.poll() is None, "".join(lines)
        interrupt(checkout, process.pid)
        process.communicate(timeout=300)

    checkout.up()
    with checkout.site() as site:
        assert site.get("/api/health/ready").status_code == 200
    checkout.up()
    assert checkout.last_changes() == {}
    down = checkout.run("down")
    assert down.code == 0, down.output
    assert checkout.processes() == []


def test_data_survives_a_power_cut(checkout: Checkout) -> None:
    checkout.up()
    with checkout.site() as site:
        item = site.post("/api/items", json={"title": "kept"}).json()
    checkout.client("s3").put_object(Bucket=checkout.outputs["bucket"], Key="uploads/kept", Body=b"kept too")
    wait_until_saved(checkout)

    kill_everything(checkout, 0)
    checkout.up()

    with checkout.site() as site:
        assert site.get(f"/api/items/{item['id']}").json()["title"] == "kept"
    body = checkout.client("s3").get_object(Bucket=checkout.outputs["bucket"], Key="uploads/kept")["Body"]
    assert body.read() == b"kept too"
    refreshed = checkout.pulumi("refresh", "--stack", "local", "--yes", "--skip-preview", "--expect-no-changes")
    assert refreshed.code == 0, refreshed.output


def test_a_power_cut_right_after_an_up_costs_nothing(checkout: Checkout) -> None:
    checkout.edit("backend/app/main.py", r"\A", "# A change.\n")
    checkout.up()
    kill_everything(checkout, 0)  # before the emulator has saved the new version
    checkout.up()
    with checkout.site() as site:
        assert site.get("/api/overview").json()["version"] == checkout.outputs["services"]["backend"]["version"]
    refreshed = checkout.pulumi("refresh", "--stack", "local", "--yes", "--skip-preview", "--expect-no-changes")
    assert refreshed.code == 0, refreshed.output
