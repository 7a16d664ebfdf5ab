"""The end of a task is waited for.

MiniStack looks at each container of a task ten times a second, and twice each time: with a handful of tasks most of
what an idle local cloud does.
"""

import functools
import time
from collections.abc import Callable
from typing import Any

import docker
from docker.errors import DockerException
from ministack.core.concurrency import spawn_background
from ministack.core.responses import request_scope
from ministack.services import ecs
from requests.exceptions import RequestException

WAIT_SECONDS = 600  # then it asks again, in case that the engine has forgotten the question
RETRY_SECONDS = 0.2
CONNECTIONS = 256  # one for each task


def wait_for_ends() -> None:
    """Before the first request."""
    ecs._watch_task_lifecycle = watch
    ecs._restore_state = with_ends(ecs._restore_state)


def with_ends(restore: Callable[[Any], None]) -> Callable[[Any], None]:
    """Tasks ended with the emulator that ran them; MiniStack would go on to list them among those that are to run."""

    def restored(data: Any) -> None:
        restore(data)
        for task in ecs._tasks._data.values():
            task["desiredStatus"] = "STOPPED"

    return restored


@functools.cache
def engine() -> docker.DockerClient:
    """One of its own: a question stays open for as long as its task runs."""
    return docker.from_env(max_pool_size=CONNECTIONS)


def watch(task: dict[str, Any], client: Any, account: str, region: str) -> None:
    """In place of MiniStack's function of the same arguments."""
    arn, cluster = task["taskArn"], ecs._cluster_name_from_arn(task.get("clusterArn", ""))
    spawn_background(follow, task, client, account, region, thread_name=f"task-{arn[-8:]}")
    kind, _, service = task.get("group", "").partition(":")
    if cluster and kind == "service":
        ecs._schedule_service_deployment_completion(cluster, f"{cluster}/{service}", account, region, healthy_task=task)


def follow(task: dict[str, Any], client: Any, account: str, region: str) -> None:
    with request_scope(account, region):
        while ecs._task_is_active(task["taskArn"], task) and task.get("lastStatus") != "STOPPED":
            await_end(task.get("_docker_ids") or ())
            ecs._maybe_mark_stopped(task, client)
            time.sleep(RETRY_SECONDS)  # for what ended before its task was told to run, and for an engine that is away


def await_end(containers: Any) -> None:
    """Of a task's one container; several would end in any order, so they are looked at again and again."""
    if len(containers) != 1:
        return
    try:
        engine().api.wait(containers[0], timeout=WAIT_SECONDS)
    except (DockerException, RequestException):
        return
