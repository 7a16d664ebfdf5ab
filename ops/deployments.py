"""What was deployed: when, by whom, from which commit, for how long, with which versions and outcome.

Pulumi's history of the stack has each run, its commit and its outcome. The versions, and who made them, are in ECS's
task definitions, which stay when a newer one takes their place. So nothing else has to be written down.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from infra.pure.naming import family_name
from ops.part import shown
from ops.target import Target

NEWEST = 20
CHANGES = ("create", "update", "replace", "delete")
COMMIT_LETTERS = 8


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A task definition that a run made. `by`: the principal of IAM."""

    version: str
    at: datetime
    by: str | None


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One run of Pulumi. `versions`: of the services that got another one, or other settings. `dirty`: whether files
    differed from the commit. `by`: who made the versions, by IAM; None where there are none.
    """

    began: datetime
    seconds: int
    kind: str
    outcome: str
    commit: str | None
    dirty: bool
    by: str | None
    changes: Mapping[str, int]
    versions: Mapping[str, str]


def deployments(target: Target, service: str | None) -> list[Deployment]:
    """The newest 20 runs; with `service` those of them that gave it another version."""
    if service:
        target.service(service)
    history = json.loads(target.pulumi("stack", "history", "--json", "--page-size", str(NEWEST)))
    if not history:
        return []
    oldest = moment(history[-1]["startTime"])
    made = {
        name: list(registered(target, name, oldest)) for name in ([service] if service else target.outputs["services"])
    }
    found = [deployment(told, made) for told in history]
    return [one for one in found if one.versions or not service]


def registered(target: Target, service: str, since: datetime) -> Iterator[Registered]:
    """The service's task definitions since then, the newest first."""
    ecs, family = target.client("ecs"), family_name(target.project, target.name, service)
    arns = [
        arn
        for status in ("ACTIVE", "INACTIVE")
        for arn in ecs.list_task_definitions(familyPrefix=family, status=status, sort="DESC")["taskDefinitionArns"]
        if arn.rpartition("/")[2].rpartition(":")[0] == family
    ]
    for arn in sorted(arns, key=lambda arn: int(arn.rpartition(":")[2]), reverse=True):
        told = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        if told["registeredAt"] < since:
            return
        image = next(one["image"] for one in told["containerDefinitions"] if one["name"] == service)
        yield Registered(version=image.rpartition(":")[2], at=told["registeredAt"], by=told.get("registeredBy"))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def deployment(told: Mapping[str, Any], made: Mapping[str, Sequence[Registered]]) -> Deployment:
    """`told`: an entry of Pulumi's history. `made`: each service's task definitions, the newest first."""
    began, ended = moment(told["startTime"]), moment(told.get("endTime") or told["startTime"])
    own = {name: [one for one in all_of_it if began <= one.at <= ended] for name, all_of_it in made.items()}
    newest = {name: found[0] for name, found in own.items() if found}
    around, changes = told.get("environment", {}), told.get("resourceChanges") or {}
    return Deployment(
        began=began,
        seconds=round((ended - began).total_seconds()),
        kind=told["kind"],
        outcome=told["result"],
        commit=around.get("git.head"),
        dirty=around.get("git.dirty") == "true",
        by=next((one.by for one in newest.values() if one.by), None),
        changes={kind: changes[kind] for kind in CHANGES if changes.get(kind)},
        versions={name: one.version for name, one in newest.items()},
    )


def lines(found: Sequence[Deployment]) -> Iterator[str]:
    for one in found:
        commit = f"{one.commit[:COMMIT_LETTERS]}{' and more' if one.dirty else ''}" if one.commit else "no commit"
        counted = ", ".join(f"{count} {kind}" for kind, count in one.changes.items()) or "no change"
        by = f", by {one.by.rpartition(':')[2]}" if one.by else ""
        what = "" if one.kind == "update" else f"{one.kind} "
        yield f"  {shown(one.began)}  {what}{one.outcome}, {one.seconds} s  {commit}{by}  ({counted})"
        yield from (f"      {name} {version}" for name, version in one.versions.items())


def as_json(found: Sequence[Deployment]) -> str:
    return json.dumps([{**asdict(one), "began": one.began.isoformat()} for one in found], indent=2)
