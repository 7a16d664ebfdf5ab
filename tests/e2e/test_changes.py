"""A change deploys what it touches and nothing else, and no request is lost meanwhile."""

import re
from dataclasses import replace

import yaml
from playwright.sync_api import Page, expect

from localcloud import stack
from tests.e2e.browser import chromium
from tests.e2e.checkout import Checkout, wait_until
from tests.e2e.load import steady_load
from tests.e2e.rolling import rolling, watch
from tests.e2e.test_up_and_down import inventory

CHUNKS = ("Items", "Files", "Mail")
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


def test_the_version_before_runs_again_without_a_build_and_the_present_one_after_it(running: Checkout) -> None:
    listed = running.ops("rollback", "frontend").stdout.split()
    newest, before = [word for word in listed if re.fullmatch("[0-9a-f]{16}", word)][:2]
    assert newest == running.outputs["services"]["frontend"]["version"]
    refused = running.ops("rollback", "frontend", "0" * 16)
    assert refused.stderr.startswith("Error: VERSION: must be one of ") and newest in refused.stderr
    written = yaml.safe_load((running.root / "Pulumi.local.yaml").read_text())
    for version, changed in ((before, False), ("present", True)):
        with steady_load(running.site, "/", lambda response: "") as load:
            run = running.ops("rollback", "frontend", version, timeout=300)
        assert run.returncode == 0, run.stdout + run.stderr
        assert load.failed == {} and "building image" not in run.stdout, run.stdout
        with running.site() as site:
            assert ("!</title>" in site.get("/").text) is changed
    assert running.outputs["services"]["frontend"]["version"] == newest
    assert yaml.safe_load((running.root / "Pulumi.local.yaml").read_text()) == written


def test_no_page_lacks_a_file_while_the_front_end_is_replaced_twice(running: Checkout) -> None:
    failed: list[str] = []
    opened = 0
    with chromium() as browser, running.site() as signed_in:
        (cookie,) = signed_in.cookies.jar
        kept = {"name": cookie.name, "value": str(cookie.value), "url": running.url}
        old_tabs: list[Page] = []
        for number in (1, 2):
            tab = watch(browser.new_context(base_url=running.url).new_page(), failed)
            tab.context.add_cookies([kept])  # type: ignore[list-item] # a typed dictionary for cookies is not exported
            tab.goto("/")
            expect(tab.get_by_role("link", name="Items")).to_be_visible()
            old_tabs.append(tab)
            with rolling(running, number) as ended:
                while not ended.is_set():
                    # A context of its own has no cache.
                    page = watch(browser.new_context(base_url=running.url).new_page(), failed)
                    page.goto("/sign-in")
                    expect(page.get_by_role("heading", level=1)).to_be_visible()
                    page.context.close()
                    opened += 1
        for tab in old_tabs:
            before = tab.evaluate("performance.timeOrigin")
            for name in CHUNKS:
                tab.get_by_role("navigation").get_by_role("link", name=name).click()
                expect(tab.get_by_role("heading", name=name, exact=True, level=1)).to_be_visible()
            assert tab.evaluate("performance.timeOrigin") == before, "the tab was loaded anew"
    assert failed == []
    assert opened > 5


def test_while_the_front_end_has_no_task_the_page_comes_from_the_edge_and_works(running: Checkout) -> None:
    ecs, cluster = running.client("ecs"), running.outputs["cluster"]
    service = running.outputs["services"]["frontend"]["service"]
    with chromium() as browser, running.site() as signed_in:
        (cookie,) = signed_in.cookies.jar
        ecs.update_service(cluster=cluster, service=service, desiredCount=0)
        # A file that the bucket does not have: what only a task can answer.
        wait_until(lambda: signed_in.get("/version.json").status_code == 403)
        page = browser.new_context(base_url=running.url).new_page()
        kept = {"name": cookie.name, "value": str(cookie.value), "url": running.url}
        page.context.add_cookies([kept])  # type: ignore[list-item] # a typed dictionary for cookies is not exported
        page.goto("/items")
        expect(page.get_by_role("heading", name="No items yet")).to_be_visible()
        security = signed_in.get("/items").headers["content-security-policy"]
        ecs.update_service(cluster=cluster, service=service, desiredCount=1)
        wait_until(lambda: signed_in.get("/version.json").status_code == 200)
        assert security == signed_in.get("/items").headers["content-security-policy"]


# As the preview's own role: what another database answers, the base's above all.
INTO_THE_BASE = """
import asyncio, asyncpg, boto3, json, os
arn = os.environ["DATABASE_SECRET_ARN"]
known = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
async def ask(database):
    try:
        given = dict(host=os.environ["DATABASE_HOST"], port=os.environ["DATABASE_PORT"], ssl="require")
        one = await asyncpg.connect(user=known["username"], password=known["password"], database=database, **given)
        return await one.fetchval("select count(*) from items")
    except asyncpg.PostgresError as error:
        return type(error).__name__
print([asyncio.run(ask(one)) for one in (os.environ["DATABASE_NAME"], "app", "postgres")])
"""


def test_a_preview_environment_answers_beside_the_stack_with_data_of_its_own_and_goes_alone(running: Checkout) -> None:
    before, versions = inventory(running), stack.versions(running.place)
    beside = replace(running, preview="pr-12")
    running.edit("backend/app/main.py", r"\A", "# A change of a pull request.\n")
    with steady_load(running.site, "/api/items", lambda response: "") as load:
        made = beside.up(timeout=115)  # two minutes are the promise
        assert beside.url != running.url
        with running.site() as site, beside.site() as other:
            site.post("/api/items", json={"title": "of the stack"}).raise_for_status()
            other.post("/api/items", json={"title": "of the preview"}).raise_for_status()
            assert [one["title"] for one in other.get("/api/items").json()["items"]] == ["of the preview"]
            assert "of the preview" not in site.get("/api/items").text
            # Who asks for another stack than the address is of gets what the address is of.
            strange = {"X-Stack": "local-pr-12"}
            assert site.get("/api/overview", headers=strange).json()["version"] == versions["backend"]
            assert other.get("/api/overview").json()["version"] == stack.versions(beside.place)["backend"]
            assert "<title>" in other.get("/items").text
        asked = beside.ops("run", "--service", "backend", "--", "python", "-c", INTO_THE_BASE)
        assert "[1, 'InsufficientPrivilegeError', 'InsufficientPrivilegeError']" in asked.stdout, asked.stdout
        assert stack.versions(running.place) == versions != stack.versions(beside.place)
        assert beside.ops("status").returncode == 0
        again = beside.ops("up")  # as on AWS
        assert again.returncode == 0 and re.search(r"Resources:\s+\d+ unchanged\s", again.stdout), again.stdout
        assert re.fullmatch(r"  pr-12  deployed [\d: -]+ UTC\n", running.ops("previews").stdout)
        ended = running.ops("previews", "--older", "0")  # as `make down PREVIEW=pr-12`
    running.edit("backend/app/main.py", r"\A# A change.*\n", "")
    assert ended.returncode == 0 and "database local_pr_12 and its role are gone" in ended.stdout, ended.stdout
    assert load.failed == {}, load.statuses
    assert inventory(running) == before, made.end
    assert "There is no preview environment of local" in running.ops("previews").stdout
    assert beside.ops("down").stdout == "There is no preview environment pr-12 of local\n"


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
