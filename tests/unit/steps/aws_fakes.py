"""AWS clients that answer from a script, for the dynamic resources."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "Operation")


class Clock:
    """Time that passes only when someone sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class FakeLogs:
    """One stream's lines; None where the stream does not exist."""

    def __init__(self, lines: list[str] | None) -> None:
        self.lines = lines
        self.silent: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    def get_log_events(self, **arguments: Any) -> dict[str, Any]:
        """The newest lines that fit into `limit`, or with `startFromHead` the oldest."""
        self.asked.append((arguments["logGroupName"], arguments["logStreamName"]))
        if self.lines is None or arguments["logStreamName"] in self.silent:
            raise refusal("ResourceNotFoundException")
        limit = arguments.get("limit", 10_000)
        lines = self.lines[:limit] if arguments.get("startFromHead") else self.lines[-limit:]
        return {"events": [{"message": f"{line}\n"} for line in lines]}


class FakeBalancer:
    """The health of the targets of every group. At the first `looks` looks, all but the first are still checked."""

    def __init__(self, *states: str, looks: int = 0) -> None:
        self.states = states
        self.looks = looks

    def describe_target_health(self, **arguments: Any) -> dict[str, Any]:
        assert arguments == {"TargetGroupArn": "arn:group"}
        self.looks -= 1
        states = self.states if self.looks < 0 else [*self.states[:1], *("initial" for _ in self.states[1:])]
        return {"TargetHealthDescriptions": [{"TargetHealth": {"State": state}} for state in states]}


class FakeEcs:
    """The cluster `cluster`. A service seen through `states`, the last of which stays; and tasks."""

    def __init__(self, states: list[dict[str, Any]] | None = None, tasks: list[dict[str, Any]] | None = None) -> None:
        self.states: Iterator[dict[str, Any]] = iter(states or [])
        self.state: dict[str, Any] | None = None
        self.tasks = tasks or []
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def called(self, name: str) -> list[dict[str, Any]]:
        return [arguments for called, arguments in self.calls if called == name]

    def describe_services(self, **arguments: Any) -> dict[str, Any]:
        assert arguments["cluster"] == "cluster"
        assert arguments["services"] == ["backend-service"]
        self.state = next(self.states, self.state)
        return {"services": [self.state] if self.state else []}

    def update_service(self, **arguments: Any) -> dict[str, Any]:
        """Starts a deployment; the states that follow show it by the id `again`."""
        assert arguments["cluster"] == "cluster"
        self.calls.append(("update_service", arguments))
        return {"service": {"deployments": [{"id": "again", "status": "PRIMARY"}]}}

    def list_tasks(self, **arguments: Any) -> dict[str, Any]:
        assert arguments["cluster"] == "cluster"
        self.calls.append(("list_tasks", arguments))
        return {"taskArns": [t["taskArn"] for t in self.tasks if t["desiredStatus"] == arguments["desiredStatus"]]}

    def describe_tasks(self, **arguments: Any) -> dict[str, Any]:
        assert arguments["cluster"] == "cluster"
        for task in self.tasks:
            task["lastStatus"] = task["statuses"].pop(0) if len(task["statuses"]) > 1 else task["statuses"][0]
        return {"tasks": [t for t in self.tasks if t["taskArn"] in arguments["tasks"]]}

    def run_task(self, **arguments: Any) -> dict[str, Any]:
        assert arguments["cluster"] == "cluster"
        self.calls.append(("run_task", arguments))
        return {"tasks": [{"taskArn": t["taskArn"]} for t in self.tasks], "failures": [] if self.tasks else ["no room"]}

    def stop_task(self, **arguments: Any) -> None:
        assert arguments["cluster"] == "cluster"
        self.calls.append(("stop_task", arguments))


def task(
    statuses: list[str],
    *,
    exit_code: int | None = None,
    reason: str = "",
    definition: str = "arn:td:2",
    desired: str = "STOPPED",
    container: str = "backend",
) -> dict[str, Any]:
    return {
        "taskArn": "arn:aws:ecs:us-east-1:123456789012:task/cluster/0123",
        "taskDefinitionArn": definition,
        "desiredStatus": desired,
        "statuses": list(statuses),
        "stoppedReason": reason,
        "containers": [{"name": container, **({} if exit_code is None else {"exitCode": exit_code})}],
    }
