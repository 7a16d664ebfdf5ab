"""Somebody else's app in place of the project's: an API, a worker, a job, a queue, a cache and a secret, by app.yaml
alone."""

import re
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.checkout import Checkout, wait_until
from tests.e2e.development import START_SECONDS, Development
from tests.e2e.load import steady_load
from tests.unit.stack_files import PROJECT

APP = Path(__file__).parent / "apps/shop"


@pytest.fixture(scope="module")
def refused(checkout: Checkout) -> str:
    """The checkout holds the app alone; what its first `up` says, in which the app names a secret that is not there."""
    for folder in ("backend", "frontend"):
        (checkout.root / folder).rename(checkout.root / f"{folder}-of-the-project")
    shutil.copytree(APP, checkout.root / "shop")
    shutil.copytree(checkout.root / "backend-of-the-project/app/health", checkout.root / "shop/shop/health")
    (checkout.root / "shop/app.yaml").rename(checkout.root / "app.yaml")
    for file in ("pyproject.toml", "poetry.lock"):  # the same packages, so that they are installed once
        shutil.copy(checkout.root / "backend-of-the-project" / file, checkout.root / "shop")
    checkout.edit("Pulumi.local.yaml", f"(?s)  {PROJECT}:services:.*?(?=  {PROJECT}:database)", "")
    run = checkout.run("up")
    assert run.code != 0
    return run.output


@pytest.fixture(scope="module")
def shop(checkout: Checkout, refused: str) -> Checkout:
    """The app, deployed."""
    stored = checkout.ops("secret", "WORKER_NAME", given="Ada\n")
    assert stored.returncode == 0, stored.stderr
    assert "worker" in stored.stdout and "Ada" not in stored.stdout
    checkout.up()
    return checkout


def log(checkout: Checkout, service: str) -> str:
    """All that a service's tasks have printed."""
    group = checkout.outputs["services"][service]["log_group"]
    events = checkout.client("logs").filter_log_events(logGroupName=group)["events"]
    return "\n".join(event["message"] for event in events)


def test_a_secret_without_a_value_is_named_before_anything_is_made(refused: str) -> None:
    assert "WORKER_NAME: has no value; store one with `make secret NAME=WORKER_NAME STACK=local`" in refused
    assert "aws:" not in refused, "resources were made"


def test_an_order_goes_through_the_api_the_queue_the_worker_and_the_database(shop: Checkout) -> None:
    with shop.stranger() as visitor:
        assert visitor.post("/shop/orders", params={"name": "tea"}).json() == {"ordered": "tea"}
        handled = [{"name": "tea", "by": "Ada"}]
        wait_until(lambda: visitor.get("/shop/orders").json() == handled)
        assert visitor.get("/elsewhere").status_code == 404
    wait_until(lambda: "worker: handled tea" in log(shop, "worker"))


def test_health_and_self_test_are_the_folder_of_our_back_end(shop: Checkout) -> None:
    with shop.stranger() as visitor:
        assert visitor.get("/shop/health/ready").json() == {"status": "ok"}
        services = {one["name"]: one for one in visitor.get("/shop/services").json()}
        told = visitor.post("/shop/self-test").raise_for_status().json()
    assert {name: one["state"] for name, one in services.items()} == dict.fromkeys(("api", "prices", "worker"), "ok")
    assert services["api"]["tasks"][0]["version"] == shop.outputs["services"]["api"]["version"]
    assert [(step["name"], step["seen"]) for step in told["steps"]] == [
        ("database", "1 orders handled"), ("prices", "tea costs 3"),
    ]  # fmt: skip


def test_the_status_tells_how_each_part_is(shop: Checkout) -> None:
    told = shop.ops("status")
    assert told.returncode == 0, told.stdout + told.stderr
    parts = {line.split()[0]: line for line in told.stdout.splitlines()}
    assert {"api", "prices", "worker", "database", "site"} == parts.keys()
    version = shop.outputs["services"]["api"]["version"]
    assert f"{version}  1 of 1 tasks run, 1 of 1 healthy, deployed " in parts["api"]
    assert "healthy" not in parts["worker"], "nobody asks it"


def test_the_cache_counts_and_after_a_stop_it_answers_at_the_same_address_from_the_start(shop: Checkout) -> None:
    def visits() -> int:
        """0 while the cache is not reached."""
        with shop.stranger() as visitor:
            answer = visitor.post("/shop/visits")
        return int(answer.text) if answer.status_code == 200 else 0

    assert [visits(), visits()] == [1, 2]
    stopped = shop.run("stop")
    assert stopped.code == 0, stopped.output
    shop.up()
    assert shop.last_changes() == {}
    wait_until(lambda: visits() > 0)


def test_a_private_service_answers_other_services_and_nobody_else(shop: Checkout) -> None:
    with shop.stranger() as visitor:
        assert visitor.get("/shop/prices/tea").json() == 3
        assert visitor.get("/prices/tea").status_code == 404
    (balancer,) = shop.client("elbv2").describe_load_balancers()["LoadBalancers"]
    outside = httpx.get(f"{shop.place.endpoint}/prices/tea", headers={"Host": balancer["DNSName"]})
    assert outside.status_code == 403


def test_with_make_dev_the_api_reaches_the_private_service_that_runs_from_its_folder(
    shop: Checkout, tmp_path: Path
) -> None:
    with Development.of(shop, tmp_path / "output") as dev:
        assert dev.site.get("/shop/prices/tea").json() == 3
        shop.edit("shop/shop/prices.py", '"tea": 3', '"tea": 5')
        try:
            wait_until(lambda: dev.site.get("/shop/prices/tea").text == "5", START_SECONDS)
        finally:
            shop.edit("shop/shop/prices.py", '"tea": 5', '"tea": 3')
        assert re.search(r"^prices +\| .*GET /prices/tea", dev.lines, re.MULTILINE), dev.lines
        assert dev.site.get("/prices/tea").status_code == 404
        dev.process.send_signal(signal.SIGINT)
        assert dev.process.wait(60) == 0, dev.lines


def test_an_update_of_a_private_service_loses_no_request(shop: Checkout) -> None:
    shop.edit("shop/shop/prices.py", '"tea": 3', '"tea": 4')
    with steady_load(shop.stranger, "/shop/prices/tea", lambda response: response.text) as load:
        shop.up()
    assert load.failed == {}, load.statuses
    assert set(load.observed) == {"3", "4"}


def test_streams_uploads_and_slow_answers_pass(shop: Checkout) -> None:
    with shop.stranger() as visitor:
        began = time.monotonic()
        with visitor.stream("GET", "/shop/events") as answer:
            arrived = [time.monotonic() - began for line in answer.iter_lines() if line]
        assert len(arrived) == 3 and arrived[2] - arrived[0] > 0.5, "the events came all at once"
        assert visitor.post("/shop/size", content=b"x" * 20_000_000).json() == 20_000_000
        assert visitor.get("/shop/slow", params={"seconds": 12}, timeout=60).json() == {"slept": 12}


def test_a_job_runs_when_it_is_due_and_when_it_is_asked_for(shop: Checkout) -> None:
    asked = shop.ops("run", "--job", "nightly")
    assert (asked.returncode, asked.stdout) == (0, "nightly: 1 orders\n"), asked.stderr
    wait_until(lambda: log(shop, "worker").count("nightly: 1 orders") >= 2, 100)
    wait_until(lambda: " s: ok\n" in told_of(shop, "nightly"))


def told_of(checkout: Checkout, job: str) -> str:
    """What `make jobs` says about it and those after it."""
    return checkout.ops("jobs").stdout.partition(f"{job}: ")[2]


def test_a_run_that_fails_tells_its_exit_code_and_where_its_log_is(shop: Checkout) -> None:
    assert shop.ops("run", "--job", "broken").returncode == 3
    wait_until(lambda: "failed with exit code 3" in told_of(shop, "broken"))
    told = told_of(shop, "broken")
    assert told.startswith("cron(0 3 1 1 ? *), Europe/Berlin\n  next:   20")
    assert ", by hand, " in told and "/local/worker, stream worker/worker/" in told, told


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--service", "worker", "--", "python", "-c", "print(6 * 7); raise SystemExit(3)"], 3, "42\n"),
        (["--service", "api", "--", "no-such-program"], 127, None),
        (["--service", "web", "--", "true"], 1, "SERVICE: must be a service of the stack, got 'web'; known are api,"),
        (["--job", "daily"], 1, "JOB: must be a job of app.yaml, got 'daily'; known are nightly, broken"),
        (["--service", "api"], 1, 'CMD: is required; write for example CMD="python -m app.seed"'),
    ],
)
def test_a_command_runs_once_with_its_output_and_its_exit_code(
    shop: Checkout, arguments: list[str], code: int, told: str | None
) -> None:
    run = shop.ops("run", *arguments)
    assert run.returncode == code, run.stderr
    assert told is None or told in run.stdout + run.stderr


def test_nothing_new_changes_nothing_and_a_new_secret_starts_what_names_it_anew(shop: Checkout) -> None:
    shop.up()
    assert shop.last_changes() == {}
    assert shop.ops("secret", "WORKER_NAME", given="Grace").returncode == 0
    shop.up()
    changed: dict[str, Any] = shop.last_changes()
    assert changed, "nothing changed"
    with shop.stranger() as visitor:
        visitor.post("/shop/orders", params={"name": "rice"}).raise_for_status()
        wait_until(lambda: {"name": "rice", "by": "Grace"} in visitor.get("/shop/orders").json())


def test_a_worker_that_ends_at_once_fails_the_up_and_the_version_before_works_on(shop: Checkout) -> None:
    shop.edit("app.yaml", "shop.worker", "shop.missing")
    run = shop.run("up")
    assert run.code != 0
    assert "the service is put back to the earlier version" in run.output, run.output
    assert "No module named shop.missing" in run.output
    shop.edit("app.yaml", "shop.missing", "shop.worker")
    with shop.stranger() as visitor:
        visitor.post("/shop/orders", params={"name": "salt"}).raise_for_status()
        # The version before may be starting anew, on a busy machine.
        wait_until(lambda: {"name": "salt", "by": "Grace"} in visitor.get("/shop/orders").json(), seconds=180)
    shop.up()


def test_destroy_takes_the_secrets_too(shop: Checkout) -> None:
    manager = shop.client("secretsmanager")
    names = [secret["Name"] for secret in manager.list_secrets()["SecretList"]]
    assert any(name.endswith("/local/WORKER_NAME") for name in names)
    run = shop.pulumi("destroy", "--stack", "local", "--yes", "--skip-preview")
    assert run.code == 0, run.output
    assert manager.list_secrets()["SecretList"] == []
