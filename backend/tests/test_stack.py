"""What runs in the stack, as the overview tells it: ECS's and CloudWatch's answers, and what is made of them."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Request
from httpx import ASGITransport, AsyncClient

from app.health.description import Description
from app.health.jobs import LastRuns, jobs_found
from app.health.router import health_router
from app.health.self_test import Step, self_test_router
from app.health.stack import Stack, service_found, why_stopped

NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)
TOLD = Description.model_validate(
    {
        "cluster": "c",
        "services": {"api": "shop-api", "worker": "shop-worker"},
        "jobs": {"nightly": {"schedule": "cron(0 3 * * ? *)", "timezone": "UTC"}},
        "job_log_group": "/aws/events/shop/jobs",
    }
)


def service(name: str, wanted: int = 1, rollout: str = "COMPLETED") -> dict[str, Any]:
    deployments = [{"id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": rollout}]
    definition = f"arn:aws:ecs:r:1:task-definition/shop-{name}:7"
    return {
        "serviceName": f"{name}-1a",
        "taskDefinition": definition,
        "desiredCount": wanted,
        "deployments": deployments,
    }


def task(group: str, status: str = "RUNNING", code: int | None = None, **more: Any) -> dict[str, Any]:
    container = {"name": "api", "image": "host/repo:v2"} | ({} if code is None else {"exitCode": code})
    return {"taskArn": f"arn:aws:ecs:r:1:task/c/{group}", "group": group, "lastStatus": status, "createdAt": NOW,
            "startedAt": NOW, "containers": [container], **more}  # fmt: skip


class Pages:
    """A paginator that has one page."""

    def __init__(self, page: Any) -> None:
        self.page, self.asked = page, list[Any]()

    def paginate(self, **asked: Any) -> Any:
        self.asked.append(asked)
        return [self.page(asked)]


class Ecs:
    """Answers as ECS does; boto3's own emulator starts no tasks on instances."""

    def __init__(
        self, services: list[Any], tasks: list[Any], endpoint: str = "https://ecs.eu-west-1.amazonaws.com"
    ) -> None:
        self.meta = SimpleNamespace(region_name="eu-west-1", endpoint_url=endpoint)
        self.services, self.tasks = services, {one["taskArn"]: one for one in tasks}
        self.deployed, self.asked = list[tuple[datetime, str]](), list[Any]()

    def get_paginator(self, operation: str) -> Pages:
        if operation == "list_services":
            return Pages(lambda _: {"serviceArns": [one["serviceName"] for one in self.services]})
        return Pages(lambda asked: {"taskArns": self.arns(asked["desiredStatus"] == "STOPPED")})

    def arns(self, stopped: bool) -> list[str]:
        return [arn for arn, one in self.tasks.items() if (one["lastStatus"] == "STOPPED") == stopped]

    def describe_services(self, cluster: str, services: list[str]) -> Any:
        return {"services": [one for one in self.services if one["serviceName"] in services]}

    def list_service_deployments(self, **asked: Any) -> Any:
        self.asked.append(asked)
        return {"serviceDeployments": [{"createdAt": at, "status": status} for at, status in self.deployed]}

    def describe_tasks(self, cluster: str, tasks: list[str]) -> Any:
        return {"tasks": [self.tasks[arn] for arn in tasks]}


class Logs:
    def __init__(self) -> None:
        self.ends: list[tuple[datetime, int | None]] = []
        self.pages = Pages(self.page)

    def get_paginator(self, _operation: str) -> Pages:
        return self.pages

    def page(self, asked: Any) -> Any:
        since = datetime.fromtimestamp(asked["startTime"] / 1000, UTC)
        ends = [(at, code) for at, code in self.ends if at >= since]
        return {"events": [{"message": json.dumps({"detail": ended(at, code)})} for at, code in ends]}


def ended(at: datetime, code: int | None) -> Any:
    began = (at - timedelta(seconds=9)).isoformat()
    container = {} if code is None else {"exitCode": code}
    return {"startedAt": began, "stoppedAt": at.isoformat(), "containers": [container]}


@pytest.mark.parametrize(
    ("endpoint", "link"),
    [
        (
            "https://ecs.eu-west-1.amazonaws.com",
            "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/c/services/api-1a",
        ),
        ("http://localhost:4566", None),
    ],
)
def test_a_service_on_aws_leads_to_the_console(endpoint: str, link: str | None) -> None:
    api, worker = Stack(TOLD, Ecs([service("api")], [], endpoint), Logs()).look().services
    assert (api.console_url, worker.console_url) == (link, None), "the worker is not there"


def test_deployments_are_told_newest_first_and_asked_for_when_one_began_or_ended() -> None:
    ecs = Ecs([service("api")], [])
    stack, hour = Stack(TOLD, ecs, Logs()), timedelta(hours=1)
    ecs.deployed = [(NOW, "SUCCESSFUL"), (NOW + hour, "ROLLBACK_SUCCESSFUL"), (NOW + 2 * hour, "IN_PROGRESS")]
    api, worker = stack.look().services
    assert [(one.started_at - NOW, one.outcome) for one in api.deployments] == [
        (2 * hour, "running"), (hour, "failed"), (0 * hour, "worked"),
    ]  # fmt: skip
    assert worker.deployments == []
    assert stack.look().services[0].deployments == api.deployments
    (asked,) = ecs.asked
    assert (asked["cluster"], asked["service"], asked["maxResults"]) == ("c", "api-1a", 100)
    assert timedelta(days=13.9) < datetime.now(UTC) - asked["createdAt"]["after"] < timedelta(days=14.1)

    ecs.services, ecs.deployed = [service("api", rollout="FAILED")], [(NOW, "STOPPED")]
    assert [one.outcome for one in stack.look().services[0].deployments] == ["failed"]


def test_services_are_those_of_the_description_with_their_tasks_and_versions() -> None:
    tasks = [task("service:api-1a"), task("service:other"), task("job:nightly")]
    found = Stack(TOLD, Ecs([service("api"), service("other")], tasks), Logs()).look()
    api, worker = found.services
    assert (api.name, api.state, api.wanted, [one.version for one in api.tasks]) == ("api", "ok", 1, ["v2"])
    assert (worker.state, worker.problem) == ("down", "It is in app.yaml but not in ECS. Deploy again.")
    assert [(job.name, job.running) for job in found.jobs] == [("nightly", 1)]


def test_a_service_without_tasks_says_why_the_last_one_stopped_and_where_to_look() -> None:
    stopped = task("service:api-1a", "STOPPED", code=3, stoppedReason="Essential container in task exited")
    found = Stack(TOLD, Ecs([service("api"), service("worker", 0)], [stopped]), Logs()).look()
    assert found.services[0].state == "down"
    assert found.services[0].problem == (
        "No task is running. The last one stopped: Essential container in task exited, with exit code 3."
        " `make logs SERVICE=api` shows what its tasks printed."
    )
    assert found.services[1].state == "attention"
    assert why_stopped(task("x", "STOPPED")) == "The last one stopped: ECS gives no reason."


@pytest.mark.parametrize(
    ("wanted", "rollout", "state", "deploying"),
    [(2, "COMPLETED", "attention", False), (2, "IN_PROGRESS", "ok", True), (1, "FAILED", "attention", False)],
)
def test_too_few_tasks_and_a_failed_version_ask_for_attention(
    wanted: int, rollout: str, state: str, deploying: bool
) -> None:
    found = service_found("api", service("api", wanted, rollout), [task("service:api-1a")], "")
    assert (found.state, found.deploying, bool(found.problem)) == (state, deploying, state != "ok")


def test_the_last_run_of_a_job_is_looked_for_far_back_once_and_then_among_what_is_new() -> None:
    logs = Logs()
    runs = LastRuns(logs, TOLD)
    assert runs.of("nightly") is None
    assert len(logs.pages.asked) == 5
    logs.ends = [(datetime.now(UTC), 3)]
    last = runs.of("nightly")
    assert last is not None
    assert (last.exit_code, len(logs.pages.asked)) == (3, 6)
    logs.ends = []
    assert runs.of("nightly") == last
    (job,) = jobs_found(TOLD, ["job:nightly", "job:nightly-2"], runs)
    assert (job.state, job.running) == ("attention", 1)
    assert job.problem == "The last run failed with exit code 3. `make jobs` shows where its log is."


def test_the_folder_serves_an_app_that_is_not_ours() -> None:
    busy = False

    async def check(_request: Request) -> None:
        if busy:
            raise HTTPException(503, "the queue does not answer")

    async def codes() -> list[int]:
        app = FastAPI()
        app.include_router(health_router(check), prefix="/up")
        async with AsyncClient(transport=ASGITransport(app), base_url="http://app") as client:
            return [(await client.get(f"/up/{path}")).status_code for path in ("live", "ready")]

    assert asyncio.run(codes()) == [200, 200]
    busy = True
    assert asyncio.run(codes()) == [200, 503]


def test_a_self_test_runs_every_step_and_says_nothing_of_an_error_but_its_kind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.health.self_test.LIMIT_SECONDS", 0.01)
    asked = []

    async def works() -> str:
        asked.append("works")
        return "a row in the database"

    async def fails() -> str:
        raise ValueError("postgresql://app:secret@host")

    async def hangs() -> str:
        await asyncio.Event().wait()
        return ""

    async def answer(**steps: Step) -> tuple[int, Any]:
        app = FastAPI()
        app.include_router(self_test_router(steps), prefix="/self-test")
        async with AsyncClient(transport=ASGITransport(app), base_url="http://app") as client:
            got = await client.post("/self-test")
        return got.status_code, got.json()

    code, told = asyncio.run(answer(fails=fails, hangs=hangs, works=works))
    assert (code, told["passed"], asked) == (503, False, ["works"])
    seen = {step["name"]: (step["passed"], step["seen"]) for step in told["steps"]}
    assert seen == {
        "fails": (False, "ValueError: the log tells more"),
        "hangs": (False, "TimeoutError: the log tells more"),
        "works": (True, "a row in the database"),
    }
    assert "self-test: fails failed" in caplog.text
    assert asyncio.run(answer(works=works))[0] == 200


def test_the_folder_knows_nothing_of_the_rest_of_the_app() -> None:
    """So that it can be copied."""
    files = list((Path(__file__).parents[1] / "app/health").glob("*.py"))
    assert len(files) == 8
    assert not [file.name for file in files if "from app" in file.read_text() or "import app" in file.read_text()]
