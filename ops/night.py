"""Puts a stack to sleep and wakes it up: makes the calls of its schedules now."""

import time
from collections.abc import Iterator
from typing import Any

from infra.steps.asleep import is_asleep
from localcloud import sdk_calls
from ops.errors import OperationError
from ops.lookup import database_host, database_instance
from ops.part import Part
from ops.target import Target

POLL_SECONDS = 2
DATABASE_MINUTES = 20


def sleep(target: Target) -> Iterator[str]:
    """The lines to show."""
    schedules = known(target)["sleep"]
    await_database(target, "available")
    yield from performed(target, schedules)
    yield f"The stack sleeps until its next time to wake, or `make wake{target.option}`"


def wake(target: Target) -> Iterator[str]:
    """The lines to show. Tasks start when the database answers."""
    schedules = known(target)["wake"]
    if await_database(target, "available", "stopped") == "stopped":
        yield from performed(target, schedules[:1])
        yield "Waiting for the database"
        await_database(target, "available")
    yield from performed(target, [one for one in schedules if one != database_schedule(target)])
    yield f"Its tasks start; `make status{target.option}` tells when they run"


def known(target: Target) -> dict[str, Any]:
    told: dict[str, Any] | None = target.outputs.get("sleep")
    if told is None:
        raise OperationError(
            f"the stack {target.name} is always awake; write sleep into its file, as docs/capacity.md tells, and run"
            f" `{target.up}`"
        )
    return told


def database_schedule(target: Target) -> str | None:
    return known(target)["wake"][0] if target.outputs.get("database") else None


def performed(target: Target, schedules: list[str]) -> Iterator[str]:
    for name in schedules:
        called = target.client("scheduler").get_schedule(Name=name)["Target"]
        sdk_calls.call(target.client, called["Arn"], called["Input"])
        yield f"{called['Arn'].removeprefix(sdk_calls.PREFIX)} {called['Input']}"


def await_database(target: Target, *states: str) -> str | None:
    """The state of the database, when it is one of these; None where there is none."""
    if target.outputs.get("database") is None:
        return None
    deadline = time.monotonic() + DATABASE_MINUTES * 60
    while True:
        instance = database_instance(target, database_host(target))
        state = str(instance["DBInstanceStatus"]) if instance else "missing"
        if state in states:
            return state
        if instance is None or time.monotonic() > deadline:
            raise OperationError(f"the database is {state}, and not {' or '.join(states)}; nothing more was done")
        time.sleep(POLL_SECONDS)


def night(target: Target) -> Iterator[Part]:
    """For `make status`: nothing of a stack that is always awake."""
    if told := target.outputs.get("sleep"):
        asleep = is_asleep(target.client("ecs"), target.outputs)
        now = f"asleep; `make wake{target.option}` wakes it up" if asleep else "awake"
        yield Part(name="sleep", state=f"{told['told']}, now {now}")
