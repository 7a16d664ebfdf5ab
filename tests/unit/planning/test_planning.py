"""What a configuration needs and costs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.config import stack_file
from infra.config.load import ConfigError
from infra.planning import cost
from infra.planning.difference import difference
from infra.planning.report import price, report, verdict
from infra.planning.stack import planned
from infra.pure.paths import ROOT


def month(**changes: object) -> float:
    return round(cost.month(planned("dev", changes)), 2)


def test_the_sum_is_that_of_the_rows_and_each_row_that_of_its_arithmetic() -> None:
    for stack in ("dev", "prod"):
        rows = list(cost.rows(planned(stack)))
        assert round(sum(row.usd or 0 for row in rows), 4) == round(cost.month(planned(stack)), 4)
        for row in rows:
            product = 1.0
            for factor in row.arithmetic.split(" × "):
                product *= float(factor)
            assert row.usd == pytest.approx(product), row


@pytest.mark.parametrize(
    ("changes", "usd"),
    [
        # A second zone's copy of the class and of its 20 GiB.
        ({"database": {"multiAz": True}}, 730 * 0.016 + 20 * 0.115),
        ({"database": {"instanceClass": "db.t4g.small"}}, 730 * 0.016),
        # Two of half the size: as much for the instances, one more disk and one more address.
        ({"cluster": {"instanceType": "t3a.micro", "minInstances": 2}}, 30 * 0.08 + 730 * 0.005),
        ({"cluster": {"volumeGib": 40}}, 10 * 0.08),
        # In place of one instance, its disk and its address: two tasks of the smallest size, each with an address.
        ({"cluster": {"launchType": "FARGATE"}}, 2 * 730 * (0.25 * 0.04048 + 0.5 * 0.004445 + 0.005) - 19.77),
        (
            {"cluster": {"launchType": "FARGATE", "instanceType": "t4g.small"}, "network": {"egress": "nat"}},
            2 * 730 * (0.25 * 0.03238 + 0.5 * 0.00356) + 36.50 - 19.77,
        ),
        ({"access": "open"}, -0.40),
        ({"domain": {"name": "shop.example.com"}}, 0),
        ({"domain": {"name": "shop.example.com", "zone": "made"}}, 0.50),
        ({"loadBalancer": {"scheme": "internet-facing"}}, 2 * 730 * 0.005),
        ({"services": {"backend": {"uses": ["database", "access", "bucket", "mail", "site", "cache"]}}}, 730 * 0.0128),
        ({"services": {"backend": {"environment": {"KEY": "${secrets.KEY}"}}}}, 0.40),
    ],
)
def test_a_change_costs_what_it_adds(changes: dict[str, object], usd: float) -> None:
    assert month(**changes) - month() == pytest.approx(usd, abs=0.011)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, None),
        ({"database": {"backupDays": 3}}, None),
        (
            {"cluster": {"minInstances": 2}},
            "+19.77 USD a month in us-east-1 without traffic: instances +16.12, addresses +3.65",
        ),
        ({"access": "open"}, "-0.40 USD a month in us-east-1 without traffic: secrets -0.40"),
        (
            {"cluster": {"network": "awsvpc", "instanceType": "t3.small"}, "network": {"egress": "nat"}},
            "+37.96 USD a month in us-east-1 without traffic: instances +1.46, NAT +36.50",
        ),
        (
            {"access": "open", "database": {"instanceClass": "db.x2g.large"}},
            "-0.40 USD a month in us-east-1 without traffic: secrets -0.40, database not known here",
        ),
    ],
)
def test_a_change_is_told_against_what_is_deployed(changes: dict[str, object], told: str | None) -> None:
    deployed = cost.parts(planned("dev"))
    assert difference(deployed, cost.parts(planned("dev", changes))) == told


def test_the_parts_are_all_of_the_sum() -> None:
    for stack in ("dev", "prod"):
        parts = cost.parts(planned(stack))
        assert sum(amount or 0 for amount in parts.values()) == pytest.approx(cost.month(planned(stack)), abs=0.001)


def test_a_class_without_a_known_price_is_said_so() -> None:
    rows = list(cost.rows(planned("dev", {"database": {"instanceClass": "db.x2g.large"}})))
    assert [(row.what, row.arithmetic) for row in rows if row.usd is None] == [
        ("database `db.x2g.large`", "not known here")
    ]


def test_what_nobody_uses_costs_nothing() -> None:
    alone = {"api": {"source": "backend", "port": 8000, "routes": ["/"], "health": "/x"}, "backend": None}
    config = planned("dev", {"services": {**alone, "frontend": None}})
    assert not [row for row in cost.rows(config) if "database" in row.what]


def test_the_verdict_is_one_line() -> None:
    assert verdict(planned("dev")) == "1 × t3a.small holds 2 tasks, and every deployment"
    larger = planned("dev", {"services": {"backend": {"memoryMib": 900}}})
    assert verdict(larger) == (
        "1 × t3a.small holds 2 tasks; a deployment of all services needs 1 instance more while it lasts"
    )
    assert re.fullmatch(
        r"about \d+\.\d\d USD in us-east-1 without traffic, \d+\.\d\d with 2 instances", price(planned("dev"))
    )


def test_on_fargate_the_report_tells_each_tasks_size_and_scaling_is_the_most() -> None:
    scaling = {"maxCount": 3, "cpuPercent": 60}
    config = planned("dev", {"cluster": {"launchType": "FARGATE"}, "services": {"backend": {"scaling": scaling}}})
    lines = list(report(config))
    assert lines[0] == "Fargate runs 2 tasks, and a deployment of all services 2 more while it lasts."
    assert "  frontend: 256 CPU units and 512 MiB (128 CPU units and 192 MiB asked for)" in lines
    assert "instance" not in "".join(lines)
    task = 730 * (0.25 * 0.04048 + 0.5 * 0.004445 + 0.005)
    assert cost.most(config) == pytest.approx(cost.month(config) + 2 * task)
    assert price(config).endswith(f"{cost.most(config):.2f} with 4 tasks")
    with pytest.raises(ConfigError, match="budget"):
        list(report(config.model_copy(update={"budget": 40})))
    assert (
        "with all of the services' scaling.maxCount a month costs"
        in list(report(config.model_copy(update={"budget": 60})))[-1]
    )


def test_spot_is_counted_as_on_demand_and_said_so() -> None:
    spot = planned("dev", {"cluster": {"spot": {}, "minInstances": 2}})
    assert cost.month(spot) == pytest.approx(month(cluster={"minInstances": 2}), abs=0.01)
    whats = [row.what for row in cost.rows(spot)][:2]
    assert whats == ["instance `t3a.small`", "instance `t3a.small` on Spot, counted as on demand"]
    assert "  t3a.small, t3.small, t3a.medium, for about a third of the price" in "\n".join(report(spot))
    one = planned("dev", {"cluster": {"spot": {}}})  # the second comes on Spot when there is need of it
    assert "Spot" not in "".join(row.what for row in cost.rows(one))


def test_a_budget_is_kept_or_the_largest_parts_are_named() -> None:
    with pytest.raises(ConfigError) as refused:
        list(report(planned("dev", {"budget": 50})))
    assert str(refused.value) == (
        "budget: must be what a month costs or more, 50.98 USD without traffic, got 50; raise it, or make the stack"
        " smaller: most of it is load balancer, and little for its capacity units (16.43) and"
        " instance t3a.small (13.72)"
    )
    assert list(report(planned("dev", {"budget": 60})))[-1] == (
        "budget: with all of cluster.maxInstances a month costs 70.75 USD, more than 60;"
        " lower maxInstances if that must not be"
    )
    assert "budget" not in "".join(report(planned("dev", {"budget": 80})))


def test_the_field_builds_the_same_for_more_than_twice_as_much() -> None:
    """Two tasks of 0.25 vCPU and 0.5 GiB, two NAT gateways, four addresses; the load balancer and the data stay."""
    field = cost.usual(planned("dev"))
    assert field["tasks"] == pytest.approx(2 * 730 * (0.25 * 0.04048 + 0.5 * 0.004445))
    assert field["NAT"] == pytest.approx(2 * 730 * 0.045)
    assert field["addresses"] == pytest.approx(4 * 730 * 0.005)
    assert sum(field.values()) > 2 * month()


def test_the_report_names_each_task_and_what_is_left() -> None:
    lines = list(report(planned("prod")))
    assert "  instance 1: backend, frontend; 1,664 CPU units and 3,192 MiB left" in lines
    assert "  instance 2: 2 × backend, 2 × frontend; 1,280 CPU units and 2,616 MiB left" in lines


def test_what_cannot_run_is_refused_with_what_would() -> None:
    with pytest.raises(ConfigError, match=r"take instanceType: t3a.medium with maxInstances: 1 \(33.50 USD a month\)"):
        planned("dev", {"cluster": {"maxInstances": 1}, "services": {"backend": {"memoryMib": 900}}})


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "infra.planning", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_answers_for_a_changed_configuration() -> None:
    answer = run("dev", "services.backend.desiredCount=2", "services.backend.memoryMib=512")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("1 × t3a.small holds 3 tasks; a deployment of all services needs 1 instance more")
    wrong = run("dev", "services.backend.desiredCount=many", "clutser.instanceType=t3.nano")
    assert wrong.returncode == 1 and wrong.stdout == ""
    assert [line.partition(":")[0] for line in wrong.stderr.splitlines()] == [
        "clutser",
        "services.backend.desiredCount",
    ]
    for half in ("services.backend", "=1", "services.backend.port=[1"):
        told = run("dev", half)
        assert told.returncode == 1
        assert told.stderr == (
            f"SET: must be key=value, got {half!r}; write for example services.backend.memoryMib=512\n"
        )
    assert run("nope").stderr == "STACK: must be a stack with a file, got 'nope'; known are dev, local, prod\n"


def test_a_stack_file_that_is_not_yaml_is_answered_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  shop:region: [\n")
    monkeypatch.setattr(stack_file, "ROOT", tmp_path)
    with pytest.raises(ConfigError, match=r"^Pulumi.dev.yaml:3:1: must be YAML: "):
        stack_file.own_settings("dev")
