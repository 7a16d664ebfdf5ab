"""The overview: whether every part of the stack works, and what a person sees when one does not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.e2e.checkout import Checkout

PARTS = ("CloudFront", "Load balancer", "Front end", "Back end", "Database", "Bucket", "Mail", "Cache reset")
NOTICED_MS = 15_000
# ECS tells of a task's end by an event, which is logged, and the page asks again.
RECORDED_MS = 60_000


def part(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def run_self_test(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Run")).click()
    steps = page.get_by_role("list", name="Self-test")
    expect(page.get_by_role("status").filter(has_text="All steps passed")).to_be_visible(timeout=30_000)
    assert steps.get_by_role("listitem").count() >= 5
    expect(steps.get_by_text("failed")).to_have_count(0)


@contextmanager
def stopped_database(running: Checkout) -> Iterator[None]:
    with running.containers("db_id") as (container,):
        container.stop()
        try:
            yield
        finally:
            container.start()


def test_every_part_works_and_tells_the_fact_that_matters(page: Page, running: Checkout) -> None:
    page.goto("/")
    for name in PARTS:
        expect(part(page, name)).to_contain_text("Works")
    expect(part(page, "Back end")).to_contain_text(running.outputs["services"]["backend"]["version"])
    expect(part(page, "Front end")).to_contain_text(running.outputs["services"]["frontend"]["version"])
    expect(part(page, "Database")).to_contain_text("18.")
    newest = max(path.name[:4] for path in running.root.glob("backend/migrations/versions/0*.py"))
    expect(part(page, "Database")).to_contain_text(newest)
    expect(part(page, "Mail")).to_contain_text(running.outputs["mail_address"])
    expect(part(page, "CloudFront")).to_contain_text("Passed through")


def test_services_and_jobs_of_app_yaml_are_there_with_tasks_versions_and_the_last_run(
    page: Page, running: Checkout
) -> None:
    def listed(region: str, name: str) -> Locator:
        return page.get_by_role("region", name=region).get_by_role("listitem").filter(has_text=name)

    ran = running.ops("run", "--job", "nightly")
    assert ran.returncode == 0, ran.stderr
    page.goto("/")
    for name, facts in running.outputs["services"].items():
        for fact in ("Works", "1 of 1", facts["version"], "make logs SERVICE="):
            expect(listed("Services", name)).to_contain_text(fact)
    expect(listed("Jobs", "nightly")).to_contain_text("cron(0 3 1 1 ? *), UTC")
    expect(listed("Jobs", "nightly")).to_contain_text(": OK in", timeout=RECORDED_MS)


def test_the_self_test_passes_and_leaves_nothing(page: Page, running: Checkout) -> None:
    page.goto("/")
    run_self_test(page)
    with running.site() as site:
        assert site.get("/api/items").json()["total"] == 0
        assert site.get("/api/files").json()["total"] == 0
    assert "Contents" not in running.client("s3").list_objects_v2(Bucket=running.outputs["bucket"])


def test_a_stopped_database_is_seen_and_harms_nothing_else(page: Page, running: Checkout) -> None:
    page.goto("/")
    run_self_test(page)
    with stopped_database(running):
        expect(part(page, "Database")).to_contain_text("Down", timeout=NOTICED_MS)
        for name in ("CloudFront", "Load balancer", "Front end", "Back end", "Bucket", "Mail", "Cache reset"):
            expect(part(page, name)).to_contain_text("Works")
        with running.site() as site:
            answer = site.get("/api/items")
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert site.get("/api/health/live").status_code == 200
    expect(part(page, "Database")).to_contain_text("Works", timeout=NOTICED_MS)
    run_self_test(page)
