"""`make deployments`: Pulumi's runs, and the versions that ECS's task definitions tell of them."""

import json
from datetime import UTC, datetime
from typing import Any

from ops.deployments import Deployment, as_json, deployments, lines
from ops.target import Target

ALICE = "arn:aws:sts::123456789012:assumed-role/deploy/alice"


class Ecs:
    """Task definitions by family and revision: minute of the registration, version."""

    def __init__(self, known: dict[str, list[tuple[int, str]]]) -> None:
        self.known, self.described = known, list[str]()

    def list_task_definitions(self, *, familyPrefix: str, status: str, sort: str) -> dict[str, Any]:  # noqa: N803
        arns = [
            f"arn:aws:ecs:r:1:task-definition/{family}:{revision}"
            for family, made in self.known.items()
            if family.startswith(familyPrefix)
            for revision in range(1, len(made) + 1)
            if (revision == len(made)) == (status == "ACTIVE")
        ]
        return {"taskDefinitionArns": sorted(arns, reverse=True)}

    def describe_task_definition(self, *, taskDefinition: str) -> dict[str, Any]:  # noqa: N803
        family, _, revision = taskDefinition.rpartition("/")[2].rpartition(":")
        minute, version = self.known[family][int(revision) - 1]
        self.described.append(f"{family}:{revision}")
        container = {"name": family.removeprefix("shop-prod-"), "image": f"1.dkr.ecr/repo:{version}"}
        told = {"registeredAt": at(minute), "registeredBy": ALICE, "containerDefinitions": [container]}
        return {"taskDefinition": told}


def at(minute: int) -> datetime:
    return datetime(2026, 11, 26, 10 + minute // 60, minute % 60, 30, tzinfo=UTC)


def ran(minute: int, result: str = "succeeded", **more: Any) -> dict[str, Any]:
    """A run of two minutes from the full minute on."""
    begin, end = (f"2026-11-26T{10 + m // 60}:{m % 60:02}:00.000Z" for m in (minute, minute + 2))
    return {"kind": "update", "startTime": begin, "endTime": end, "result": result, "environment": {}, **more}


def stack(history: list[dict[str, Any]], known: dict[str, list[tuple[int, str]]]) -> tuple[Target, Ecs]:
    ecs, target = Ecs(known), Target(base="prod", place=None)
    vars(target).update(
        outputs={"services": {"api": {}, "page": {}}},
        project="shop",
        client=lambda _: ecs,
        pulumi=lambda *words: json.dumps(history) if words[:2] == ("stack", "history") else "",
    )
    return target, ecs


HISTORY = [
    ran(90, "failed", resourceChanges={"update": 1}),
    ran(60, environment={"git.head": "abcdef0123456789", "git.dirty": "true"}, resourceChanges={"same": 80}),
    ran(30, environment={"git.head": "123456789abcdef0"}, resourceChanges={"create": 3, "replace": 1}),
]
KNOWN = {
    "shop-prod-api": [*[(1, f"old{number}") for number in range(8)], (30, "a1"), (91, "a2")],
    "shop-prod-page": [(31, "p1")],
    "shop-prod-api-worker": [(91, "of another service")],
}


def test_each_run_has_the_versions_that_were_registered_while_it_went_on() -> None:
    target, ecs = stack(HISTORY, KNOWN)
    failed, nothing, first = deployments(target, None)
    assert (failed.outcome, failed.versions, failed.by, failed.seconds) == ("failed", {"api": "a2"}, ALICE, 120)
    assert (nothing.versions, nothing.by, nothing.commit, nothing.dirty) == ({}, None, "abcdef0123456789", True)
    assert first.versions == {"api": "a1", "page": "p1"}
    assert first.changes == {"create": 3, "replace": 1}
    assert ecs.described == ["shop-prod-api:10", "shop-prod-api:9", "shop-prod-api:8", "shop-prod-page:1"]


def test_of_one_service_only_the_runs_are_listed_that_gave_it_a_version() -> None:
    found = deployments(stack(HISTORY, KNOWN)[0], "page")
    assert [(one.began, one.versions) for one in found] == [(at(30).replace(second=0), {"page": "p1"})]


def test_a_stack_without_a_run_has_no_lines() -> None:
    assert deployments(stack([], KNOWN)[0], None) == []


def test_a_run_is_told_in_a_line_with_its_versions_below_and_in_full_as_json() -> None:
    one = Deployment(
        began=at(0), seconds=55, kind="update", outcome="failed", commit="abcdef0123456789", dirty=True, by=ALICE,
        changes={"create": 3, "delete": 1}, versions={"api": "a2"},
    )  # fmt: skip
    first, second = lines([one])
    assert first.endswith("  failed, 55 s  abcdef01 and more, by assumed-role/deploy/alice  (3 create, 1 delete)")
    assert second == "      api a2"
    (told,) = json.loads(as_json([one]))
    assert (told["began"], told["by"], told["commit"]) == ("2026-11-26T10:00:30+00:00", ALICE, "abcdef0123456789")
