"""Opens a shell in a task of a service that runs, or runs a command there."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ops import exec_session, plugin, tasks
from ops.target import Target

SHELL = "/bin/sh"
NOT_FOUND = 127  # a shell's exit code for a program that it cannot run


def shell(target: Target, service: str, command: Sequence[str]) -> int:
    """Open a shell in the newest task of a service, or run a command there; its exit code."""
    task = tasks.newest(target, target.service(service)["service"], service)
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
    tasks.refuse_closed(target, task, container)
    ending = exec_session.Ending()
    answer = target.client("ecs").execute_command(
        cluster=task["clusterArn"],
        task=task["taskArn"],
        container=container["name"],
        interactive=True,  # ECS knows no other
        command=ending.around(command) if command else SHELL,
    )
    asked = {"Target": tasks.session_target(task, container)}
    words, variables = plugin.command(asked, target.config["region"]), plugin.environment(answer["session"])
    return exec_session.run(words, variables, ending) if command else passed_through(words, env=variables)
