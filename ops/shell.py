"""Opens a shell in a task of a service that runs, or runs a command there."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ops import exec_session, plugin
from ops.errors import OperationError
from ops.target import Target

SHELL = "/bin/sh"
NOT_FOUND = 127  # a shell's exit code for a program that it cannot run
AGENT = "ExecuteCommandAgent"  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html


def shell(target: Target, service: str, command: Sequence[str]) -> int:
    """Open a shell in the newest task of a service, or run a command there; its exit code."""
    task = newest_task(target, target.service(service)["service"], service)
    (container,) = [one for one in task["containers"] if one["name"] == service]
    if target.place is None:
        return on_aws(target, task, container, command)
    words = list(command) or [SHELL]
    if host := target.place.docker_engine:
        terminal = ["--tty"] if sys.stdin.isatty() else []
        words = ["docker", "--host", host, "exec", "--interactive", *terminal, container["runtimeId"], *words]
        return passed_through(words)
    process = Path("/proc") / str(process_of(target.place.docker_host, container["runtimeId"]))
    variables = (entry.partition("=") for entry in (process / "environ").read_text().split("\0") if entry)
    return passed_through(words, env={name: value for name, _, value in variables}, cwd=process / "cwd")


def newest_task(target: Target, service: str, name: str) -> dict[str, Any]:
    """The one that was started last, of those that run."""
    ecs, cluster = target.client("ecs"), target.outputs["cluster"]
    arns = ecs.list_tasks(cluster=cluster, serviceName=service, desiredStatus="RUNNING")["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    running = [task for task in tasks if task["lastStatus"] == "RUNNING"]
    if not running:
        raise OperationError(f"no task of {name} runs; `make status{target.option}` tells why")
    newest: dict[str, Any] = max(running, key=lambda task: task["startedAt"])
    return newest


def process_of(engine: str, container: str) -> int:
    """The process that the process engine runs as a container."""
    import docker  # here: it takes longer than telling a wrong argument

    with closing(docker.DockerClient(base_url=engine)) as client:
        return int(client.containers.get(container).attrs["State"]["Pid"])


def passed_through(words: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> int:
    """Run a program with this terminal; its exit code. Ctrl-C is for the program alone."""
    if not shutil.which(words[0], path=(env or {}).get("PATH")):
        print(f"{words[0]}: not found in the task", file=sys.stderr)
        return NOT_FOUND
    before = signal.signal(signal.SIGINT, lambda *_: None)  # not ignored, which the program would inherit
    try:
        code = subprocess.run(words, env=env, cwd=cwd, check=False).returncode
        return 128 - code if code < 0 else code
    finally:
        signal.signal(signal.SIGINT, before)


def on_aws(target: Target, task: Mapping[str, Any], container: Mapping[str, Any], command: Sequence[str]) -> int:
    """Through ECS Exec, which opens no port: the agent in the task calls AWS."""
    plugin.need("opens the shell")
    refuse_closed(target, task, container)
    ending = exec_session.Ending()
    answer = target.client("ecs").execute_command(
        cluster=task["clusterArn"],
        task=task["taskArn"],
        container=container["name"],
        interactive=True,  # ECS knows no other
        command=ending.around(command) if command else SHELL,
    )
    cluster, task_id = (arn.rpartition("/")[2] for arn in (task["clusterArn"], task["taskArn"]))
    asked = {"Target": f"ecs:{cluster}_{task_id}_{container['runtimeId']}"}
    words, variables = plugin.command(asked, target.config["region"]), plugin.environment(answer["session"])
    return exec_session.run(words, variables, ending) if command else passed_through(words, env=variables)


def refuse_closed(target: Target, task: Mapping[str, Any], container: Mapping[str, Any]) -> None:
    """Say what ECS would say only as "execute command failed"."""
    if not task.get("enableExecuteCommand"):
        raise OperationError(
            f"tasks of {container['name']} were started without ECS Exec; write `shell: true` into"
            f" Pulumi.{target.name}.yaml, and run `{target.up}`"
        )
    agents = [one for one in container.get("managedAgents", []) if one["name"] == AGENT]
    if not any(agent["lastStatus"] == "RUNNING" for agent in agents):
        reason = next((one["reason"] for one in agents if one.get("reason")), "it has not started yet")
        raise OperationError(
            f"the agent of ECS Exec does not run in the task {task['taskArn'].rpartition('/')[2]}: {reason}; try again"
            " in a minute, and when it stays so, stop that task (`aws ecs stop-task`): ECS starts another one"
        )
