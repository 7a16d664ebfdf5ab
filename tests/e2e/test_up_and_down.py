"""An `up` that was interrupted, or whose cloud was killed, is finished by the next one; `down` leaves nothing.

The tests share one stack, and each goes on where the one before it ended.
"""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import psutil
import pytest

from localcloud import supervision
from localcloud.ports import port_is_free
from tests.e2e.checkout import Checkout, wait_until

Interrupt = Callable[[Checkout, int], None]

# Each asked by itself: the emulator's listing by tag knows only some services.
# (service, operation, where the list is, what is there in an empty account)
LISTS: list[tuple[str, str, str]] = [
    ("ecs", "list_clusters", "clusterArns"),
    ("ecs", "list_task_definitions", "taskDefinitionArns"),
    ("elbv2", "describe_load_balancers", "LoadBalancers"),
    ("elbv2", "describe_target_groups", "TargetGroups"),
    ("rds", "describe_db_instances", "DBInstances"),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups"),
    ("s3", "list_buckets", "Buckets"),
    ("ecr", "describe_repositories", "repositories"),
    ("lambda", "list_functions", "Functions"),
    ("logs", "describe_log_groups", "logGroups"),
    ("secretsmanager", "list_secrets", "SecretList"),
    ("sesv2", "list_email_identities", "EmailIdentities"),
    ("sesv2", "list_configuration_sets", "ConfigurationSets"),
    ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
    ("iam", "list_roles", "Roles"),
    ("iam", "list_instance_profiles", "InstanceProfiles"),
    ("ec2", "describe_vpcs", "Vpcs"),
    ("ec2", "describe_subnets", "Subnets"),
    ("ec2", "describe_security_groups", "SecurityGroups"),
    ("ec2", "describe_launch_templates", "LaunchTemplates"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints"),
    ("ec2", "describe_internet_gateways", "InternetGateways"),
    ("ec2", "describe_route_tables", "RouteTables"),
]


def inventory(checkout: Checkout) -> dict[str, int]:
    counts = {
        f"{service} {key}": len(getattr(checkout.client(service), operation)()[key])
        for service, operation, key in LISTS
    }
    distributions: Any = checkout.client("cloudfront").list_distributions()["DistributionList"]
    return {**counts, "cloudfront Distributions": len(distributions.get("Items", []))}


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
        (kill_the_command, 15),
        (kill_the_emulator, 15),
        (kill_pulumi, 20),
        (kill_everything, 15),
        (interrupt_the_command, 15),
    ],
)
def test_an_up_is_interrupted(checkout: Checkout, interrupt: Interrupt, after_resources: int) -> None:
    rest = interrupted(checkout, interrupt, after_resources)
    if interrupt is kill_pulumi:
        assert "Error: pulumi up: ended by SIGKILL; run the same command again, which goes on" in rest


def interrupted(checkout: Checkout, interrupt: Interrupt, after_resources: int) -> str:
    """An `up` that does not get to its end; what it said since the interruption."""
    lines = []
    with checkout.start("up") as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if sum("created" in text for text in lines) >= after_resources:
                break
        assert process.poll() is None, "".join(lines)
        interrupt(checkout, process.pid)
        rest, _ = process.communicate(timeout=300)
    return rest


def test_the_next_one_finishes_it(checkout: Checkout) -> None:
    checkout.up()
    with checkout.site() as site:
        assert site.get("/api/health/ready").status_code == 200
    checkout.up()
    assert checkout.last_changes() == {}


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
    assert refreshed.code == 0, refreshed.end


def test_a_power_cut_right_after_an_up_costs_nothing(checkout: Checkout) -> None:
    checkout.edit("backend/app/main.py", r"\A", "# A change.\n")
    checkout.up()
    kill_everything(checkout, 0)  # before the emulator has saved the new version
    checkout.up()
    with checkout.site() as site:
        assert site.get("/api/overview").json()["version"] == checkout.outputs["services"]["backend"]["version"]
    refreshed = checkout.pulumi("refresh", "--stack", "local", "--yes", "--skip-preview", "--expect-no-changes")
    assert refreshed.code == 0, refreshed.end


def test_down_ends_all_of_it(checkout: Checkout) -> None:
    checkout.down()
    assert checkout.processes() == []
    ports = range(checkout.port, checkout.port + 20)
    assert [port for port in ports if not port_is_free(port)] == []


def test_a_new_stack_works_and_destroy_leaves_nothing_of_it(checkout: Checkout) -> None:
    checkout.start_cloud()
    empty = inventory(checkout)
    checkout.up()
    with checkout.site() as site:
        assert site.get("/api/health/ready").status_code == 200
    bucket = checkout.outputs["bucket"]
    checkout.client("s3").put_object(Bucket=bucket, Key="uploads/kept", Body=b"x")
    checkout.client("s3").put_object(Bucket=bucket, Key="uploads/kept", Body=b"a second version")
    assert inventory(checkout) != empty

    destroyed = checkout.pulumi("destroy", "--stack", "local", "--yes", "--skip-preview")
    assert destroyed.code == 0, destroyed.end
    assert inventory(checkout) == empty


@pytest.mark.parametrize(("interrupt", "after_resources"), [(kill_pulumi, 12), (kill_everything, 20)])
def test_down_leaves_nothing_of_an_up_that_was_killed(
    checkout: Checkout, interrupt: Interrupt, after_resources: int
) -> None:
    checkout.start_cloud()
    empty = inventory(checkout)
    interrupted(checkout, interrupt, after_resources)
    checkout.down()
    checkout.start_cloud()
    assert inventory(checkout) == empty
