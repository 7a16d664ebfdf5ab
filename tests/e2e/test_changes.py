"""A change deploys what it touches and nothing else, and no request is lost meanwhile."""

import re

from tests.e2e.checkout import Checkout
from tests.e2e.load import steady_load

BACKEND_CHANGE = ("backend/app/main.py", r"\A", "# A change.\n")
CHANGED = re.compile(r"^ [+~-]+\s+(\S+)\s+(\S+)\s+(?:created|updated|replaced|creat\w+|delet\w+)", re.MULTILINE)


def invalidations(running: Checkout) -> int:
    listed = running.client("cloudfront").list_invalidations(DistributionId=running.outputs["distribution"])
    return len(listed["InvalidationList"].get("Items", []))


def changed_resources(output: str) -> set[str]:
    """`name` of each resource that an `up` created, updated, replaced or deleted."""
    return {name for _, name in CHANGED.findall(output)}


def test_backend_change_touches_only_the_back_end(running: Checkout) -> None:
    before = invalidations(running)
    running.edit(*BACKEND_CHANGE)
    with steady_load(running.site, "/api/items", lambda response: "") as load:
        run = running.up()
    assert load.failed == {}, load.statuses
    assert load.statuses["200"] > 50
    assert {name.split("-")[0] for name in changed_resources(run.output)} == {"backend"}, run.output
    assert invalidations(running) == before


def test_frontend_change_resets_the_cache_once(running: Checkout) -> None:
    before = invalidations(running)
    running.edit("frontend/index.html", r"</title>", "!</title>")
    run = running.up()
    names = {name.split("-")[0] for name in changed_resources(run.output)}
    assert "frontend" in names and "backend" not in names, run.output
    assert invalidations(running) == before + 1
    with running.site() as site:
        assert "!</title>" in site.get("/").text


def test_a_higher_count_is_done_when_every_task_answers_for_the_load_balancer(running: Checkout) -> None:
    """Three is what two of the shipped instances hold, beside the tasks that a deployment starts."""
    running.edit("Pulumi.local.yaml", r"    backend:\n", "    backend:\n      desiredCount: 3\n")
    with steady_load(running.site, "/api/items", lambda response: "") as load:
        run = running.up()
    assert load.failed == {}, load.statuses
    assert changed_resources(run.output) == {"backend-service", "backend-deployment"}, run.output
    assert "3 of 3 new tasks running, 0 failed" in run.output

    service, cluster = running.outputs["services"]["backend"]["service"], running.outputs["cluster"]
    (found,) = running.client("ecs").describe_services(cluster=cluster, services=[service])["services"]
    assert (found["desiredCount"], found["runningCount"]) == (3, 3)
    group = found["loadBalancers"][0]["targetGroupArn"]
    health = running.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert [target["TargetHealth"]["State"] for target in health] == ["healthy"] * 3
    running.up()
    assert running.last_changes() == {}
