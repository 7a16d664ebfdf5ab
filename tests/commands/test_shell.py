"""`make shell`: a shell in a task, through AWS's plugin, and the exit code of a command there."""

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from ops import exec_session, shell
from ops.errors import OperationError
from ops.target import Target

# Runs the command here, as ECS's agent does in a task: its words are made by splitting, and it has a terminal.
PLUGIN = """
import json, os, shlex, subprocess, sys
notes = os.environ["NOTES"]
json.dump([sys.argv[1:], os.environ[sys.argv[1]]], open(notes, "w"))
if os.environ.get("FAILS"): sys.exit("no way: " + os.environ["FAILS"])
print("Starting session with SessionId: s-1", flush=True)
subprocess.run(shlex.split(open(notes + ".command").read()), check=False)
print("Exiting session with sessionId: s-1.")
"""
AGENT = {"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}
SESSION = {"sessionId": "s-1", "streamUrl": "wss://x", "tokenValue": "secret-token"}


class Ecs:
    def __init__(self, notes: Path, tasks: list[dict[str, Any]]) -> None:
        self.notes, self.tasks, self.asked = notes, tasks, dict[str, Any]()

    def list_tasks(self, **asked: Any) -> dict[str, Any]:
        return {"taskArns": [task["taskArn"] for task in self.tasks] if asked["serviceName"] == "api-1" else []}

    def describe_tasks(self, *, cluster: str, tasks: list[str]) -> dict[str, Any]:
        return {"tasks": [task for task in self.tasks if task["taskArn"] in tasks]}

    def execute_command(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        self.notes.with_name("notes.command").write_text(asked["command"])
        return {"session": SESSION, "ResponseMetadata": {}}


def task(name: str, started: int, *, status: str = "RUNNING", agent: Any = AGENT, **more: Any) -> dict[str, Any]:
    container = {"name": "api", "runtimeId": f"run-{name}", "managedAgents": [agent] if agent else []}
    arns = {"taskArn": f"arn:task/c/{name}", "clusterArn": "arn:cluster/c"}
    told = {"lastStatus": status, "startedAt": started, "enableExecuteCommand": True, "containers": [container]}
    return {**arns, **told, **more}


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    plugin = tmp_path / "session-manager-plugin"
    plugin.write_text(f"#!{sys.executable} -IS\n{PLUGIN}")
    plugin.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    monkeypatch.setenv("AWS_SSM_START_SESSION_RESPONSE", "")  # put back afterwards
    return tmp_path / "notes"


def stack(ecs: Any) -> Target:
    made = Target(base="prod", place=None)
    outputs = {"cluster": "c", "services": {"api": {"service": "api-1"}, "idle": {"service": "idle-1"}}}
    vars(made).update(outputs=outputs, config={"region": "eu-west-1"}, client=lambda _: ecs)
    return made


def test_a_command_runs_in_the_newest_task_and_its_output_and_exit_code_alone_come_back(
    notes: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ecs = Ecs(notes, [task("old", 1), task("new", 3), task("coming", 4, status="PENDING")])
    words = [sys.executable, "-c", "import sys; print('it\\'s', sys.argv[1:]); sys.exit(7)", "a b", "$HOME", "--", ""]
    assert shell.shell(stack(ecs), "api", words) == 7
    assert capfd.readouterr().out.splitlines() == ["it's ['a b', '$HOME', '--', '']"]
    arguments, response = json.loads(notes.read_text())
    assert arguments[1:4] == ["eu-west-1", "StartSession", ""]
    assert json.loads(arguments[4]) == {"Target": "ecs:c_new_run-new"}
    assert json.loads(response) == {"SessionId": "s-1", "StreamUrl": "wss://x", "TokenValue": "secret-token"}
    assert "secret-token" not in str(arguments)
    assert (ecs.asked["task"], ecs.asked["container"]) == ("arn:task/c/new", "api")


def test_without_a_command_the_terminal_is_the_plugins(notes: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ecs = Ecs(notes, [task("new", 3)])
    assert shell.shell(stack(ecs), "api", []) == 0
    assert ecs.asked["command"] == "/bin/sh"
    assert "Starting session" in capfd.readouterr().out


def test_a_plugin_that_fails_is_quoted(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILS", "TargetNotConnected")
    with pytest.raises(OperationError, match="ended with exit code 1: no way: TargetNotConnected"):
        shell.shell(stack(Ecs(notes, [task("new", 3)])), "api", ["true"])


def test_what_keeps_the_shell_closed_is_told_before_a_session_is_asked_for(notes: Path) -> None:
    with pytest.raises(OperationError, match="no task of idle runs; `make status STACK=prod` tells why"):
        shell.shell(stack(Ecs(notes, [])), "idle", [])
    closed = Ecs(notes, [task("new", 3, enableExecuteCommand=False)])
    with pytest.raises(OperationError, match=r"write `shell: true` into Pulumi\.prod\.yaml, and run `pulumi up -s"):
        shell.shell(stack(closed), "api", [])
    stopped = {**AGENT, "lastStatus": "STOPPED", "reason": "no disk"}
    for agent, reason in ((None, "it has not started yet"), (stopped, "no disk")):
        with pytest.raises(OperationError, match=rf"the agent of ECS Exec does not run in the task new: {reason}"):
            shell.shell(stack(Ecs(notes, [task("new", 3, agent=agent)])), "api", [])


def test_without_the_plugin_it_says_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OperationError, match=r"session-manager-plugin: not found on PATH.*docs/operations\.md"):
        shell.shell(stack(Ecs(tmp_path, [task("new", 3)])), "api", [])


@pytest.mark.parametrize("size", [1, 2, 7, 4096])
def test_output_is_told_from_the_marks_in_whatever_pieces_it_comes(size: int) -> None:
    ending = exec_session.Ending()
    token = shlex.split(ending.around(["x"]))[3]
    text = f"plugin says\n\x1e{token}\x1eone\x1etwo \x1e{token[:4]}\n\x1e{token} 42\x1eplugin again".encode()
    shown = b"".join(ending.take(text[at : at + size]) for at in range(0, len(text), size))
    assert shown == f"one\x1etwo \x1e{token[:4]}\n".encode()
    assert ending.code == 42
