"""How the services are: tasks, their health, the last deployment."""

from collections.abc import Iterator
from typing import Any

from ops.part import Part, shown
from ops.target import Target

NAMED_AT_ONCE = 10  # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html


def services(target: Target) -> Iterator[Part]:
    facts, ecs = target.outputs["services"], target.client("ecs")
    names = {one["service"]: name for name, one in facts.items()}
    asked = list(names)
    for start in range(0, len(asked), NAMED_AT_ONCE):
        answer = ecs.describe_services(cluster=target.outputs["cluster"], services=asked[start : start + NAMED_AT_ONCE])
        for described in answer["services"]:
            name = names[described["serviceName"]]
            yield service(target, name, facts[name]["version"], described)
        for missing in answer["failures"]:
            name = names[missing["arn"].rpartition("/")[2]]
            again = f"`pulumi refresh` and then `{target.up}` make it again"
            yield Part(name=name, state="missing", problems=[f"ECS has no such service ({missing['reason']}); {again}"])


def service(target: Target, name: str, version: str, described: dict[str, Any]) -> Part:
    running, wanted = described["runningCount"], described["desiredCount"]
    primary = next(one for one in described["deployments"] if one["status"] == "PRIMARY")
    healthy, checked, reasons = targets(target, described)
    state = f"{version}  {running} of {wanted} tasks run"
    state += f", {healthy} of {checked} healthy" if checked else ""
    problems = []
    look = f"`make logs SERVICE={name}{target.option}` shows what they print"
    if primary.get("rolloutState") == "IN_PROGRESS" or len(described["deployments"]) > 1:
        state += f", a deployment is under way since {shown(primary['createdAt'])}"
    else:
        state += f", deployed {shown(primary['createdAt'])}"
    if running < wanted:
        told = [event["message"] for event in described.get("events", [])[:1]]
        problems.append("; ".join([f"{wanted - running} of {wanted} tasks do not run", *told, look]))
    problems += [f"a task does not pass the load balancer's health check: {reason}; {look}" for reason in reasons]
    if primary.get("rolloutState") == "FAILED":
        problems.append(f"the last deployment failed: {primary['rolloutStateReason']}; `{target.up}` tries it again")
    return Part(name=name, state=state, problems=problems)


def targets(target: Target, described: dict[str, Any]) -> tuple[int, int, list[str]]:
    """How many are healthy, of how many; and the reasons of those that failed."""
    found = [
        one["TargetHealth"]
        for group in described["loadBalancers"]
        for one in target.client("elbv2").describe_target_health(TargetGroupArn=group["targetGroupArn"])[
            "TargetHealthDescriptions"
        ]
        if one["TargetHealth"]["State"] != "draining"
    ]
    failed = [one for one in found if one["State"] == "unhealthy"]
    healthy = sum(one["State"] == "healthy" for one in found)
    return healthy, len(found), sorted({str(one.get("Description", one["State"])) for one in failed})
