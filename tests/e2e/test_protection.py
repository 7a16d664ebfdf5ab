"""Production: `destroy` deletes nothing whatever its options, until the recipe says so; and what it then leaves."""

import shlex
import time

import pytest

from localcloud import stack
from tests.e2e.checkout import SOURCE, Checkout, Run, wait_until
from tests.unit.stack_files import PROJECT

OPTIONS = [
    (),
    ("--continue-on-error",),
    ("--exclude-protected",),
    ("--target", "**frontend-definition", "--target-dependents"),
]


@pytest.fixture(scope="module")
def protected(checkout: Checkout) -> Checkout:
    """A deployed stack with the recipe of production, and a file in its bucket."""
    recipe(checkout, "disposable", "protected")
    checkout.edit("Pulumi.local.yaml", "sslMode: require", "sslMode: require\n    backupDays: 7")
    checkout.edit(
        "Pulumi.local.yaml",
        f"  {PROJECT}:network:",
        f"  {PROJECT}:alarms: {{to: [ops@example.com]}}\n  {PROJECT}:network:",
    )
    checkout.up()
    checkout.client("s3").put_object(Bucket=checkout.outputs["bucket"], Key="uploads/kept", Body=b"kept")
    return checkout


def recipe(checkout: Checkout, before: str, after: str) -> None:
    checkout.edit("Pulumi.local.yaml", f"recipe: {before}", f"recipe: {after}")


def resources(checkout: Checkout) -> set[tuple[str, str]]:
    """Without the providers: what Pulumi notes of them in its state is made anew by each run."""
    return stack.resource_ids(checkout.place)


def destroy(checkout: Checkout, *options: str) -> Run:
    return checkout.pulumi("destroy", "--stack", "local", "--yes", "--skip-preview", *options)


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_no_option_makes_destroy_delete_anything(protected: Checkout, options: tuple[str, ...]) -> None:
    there = resources(protected)
    run = destroy(protected, *options)
    assert "protected" in run.output, run.output
    assert resources(protected) == there
    with protected.site() as site:
        assert site.get("/api/health/ready").status_code == 200


def test_a_component_that_was_taken_out_of_the_program_stays(protected: Checkout) -> None:
    there = resources(protected)
    protected.edit("infra/stack/front_door.py", "        BrowserAccess\\(.*\n", "        pass\n")
    run = protected.run("up")
    assert run.code != 0 and "protected" in run.output
    assert resources(protected) == there
    (protected.root / "infra/stack/front_door.py").write_text((SOURCE / "infra/stack/front_door.py").read_text())


def test_a_new_version_still_replaces_the_old_one(protected: Checkout) -> None:
    protected.edit("Pulumi.local.yaml", "REQUESTS_PER_MINUTE: 100000", "REQUESTS_PER_MINUTE: 100001")
    protected.up()


def test_an_alarm_takes_a_deployment_back_and_one_that_was_on_before_does_not(protected: Checkout) -> None:
    protected.edit("Pulumi.local.yaml", "REQUESTS_PER_MINUTE: 100001", "REQUESTS_PER_MINUTE: 100002")
    with protected.start("up") as process:
        wait_until(lambda: is_rolling(protected, "backend"))
        ring(protected, "backend-errors")
        output, _ = process.communicate(timeout=300)
    assert "backend: an alarm went on during the deployment, the earlier version keeps serving" in output, output
    protected.up()
    with protected.site() as site:
        assert site.get("/api/health/ready").status_code == 200


def is_rolling(checkout: Checkout, name: str) -> bool:
    """Whether both versions run."""
    ecs, where = checkout.client("ecs"), checkout.outputs
    arguments = {"cluster": where["cluster"], "services": [where["services"][name]["service"]]}
    (service,) = ecs.describe_services(**arguments)["services"]
    return len([one for one in service["deployments"] if one["runningCount"]]) > 1


def ring(checkout: Checkout, name: str) -> None:
    """Put what an alarm needs: too much in each of its periods."""
    watch = checkout.client("cloudwatch")
    (alarm,) = [one for one in watch.describe_alarms()["MetricAlarms"] if name in one["AlarmName"]]
    row = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], "Value": 2 * alarm["Threshold"]}
    times = [time.time() - alarm["Period"] * number - 1 for number in range(alarm["EvaluationPeriods"])]
    watch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[{**row, "Timestamp": one} for one in times])


def test_a_restore_deletes_nothing_of_a_protected_stack_until_the_old_database_is_dropped_by_name(
    protected: Checkout,
) -> None:
    def databases() -> set[str]:
        return {one["DBInstanceIdentifier"] for one in protected.client("rds").describe_db_instances()["DBInstances"]}

    before = databases()
    assert protected.ops("backup", "--name", "rehearsal").returncode == 0
    restored = protected.ops("restore", "--snapshot", "rehearsal", timeout=600)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert before < databases()
    protected.up()
    assert protected.last_changes() == {}
    assert destroy(protected).code != 0
    (old,) = before
    assert (
        f"! {old} is the database from before a restore; `make restore DROP={old}`" in protected.ops("restore").stdout
    )
    assert protected.ops("restore", "--drop", old).returncode == 0
    assert databases() and old not in databases()
    assert f"  {old}-final  made 20" in protected.ops("restore").stdout


def test_a_released_stack_is_destroyed_and_a_new_one_has_its_files_and_its_database(protected: Checkout) -> None:
    with protected.site() as site:
        site.post("/api/items", json={"title": "kept"}).raise_for_status()
    recipe(protected, "protected", "released")
    protected.up()
    notice, bucket = protected.outputs["on_destroy"], protected.outputs["bucket"]
    run = destroy(protected)
    assert run.code == 0, run.output
    assert stack.resource_count(protected.place) == 0

    commands = [part for part in notice.split("`") if "config set" in part]
    assert len(commands) == 2
    for command in commands:
        assert protected.pulumi(*shlex.split(command)[1:], "--stack", "local").code == 0
    protected.up()
    assert protected.outputs["bucket"] == bucket
    kept = protected.client("s3").get_object(Bucket=bucket, Key="uploads/kept")
    assert kept["Body"].read() == b"kept"
    with protected.site() as site:
        assert "kept" in site.get("/api/items").text
    protected.up()
    assert protected.last_changes() == {}
