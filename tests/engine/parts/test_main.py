"""The engine as a program: its socket, its lock, and its end."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from localcloud.engine.images import Image, ImageStore
from tests.engine.support import CREDENTIALS, ROOT

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web"
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts engines on the folder. There is no npm on their PATH, so that none installs PostgreSQL."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> "subprocess.Popen[str]":
        folders = ("--socket", str(tmp_path / "socket"), "--state", str(tmp_path / "s"), "--cache", str(tmp_path / "c"))
        command = [sys.executable, "-m", "localcloud.engine", *folders, *options]
        environment = {**os.environ, **CREDENTIALS, "PATH": "/nowhere"}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ready(process: "subprocess.Popen[str]", folder: Path) -> docker.DockerClient:
    """A client, as soon as the socket is there."""
    deadline = time.monotonic() + 90
    while not (folder / "socket").exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return docker.DockerClient(base_url=f"unix://{folder}/socket")


def image(folder: Path) -> None:
    """An image whose program runs until it is told to stop."""
    store = ImageStore(folder / "s/images")
    made = Image(config={"Entrypoint": None, "Cmd": ["/bin/sleep", "1000"], "WorkingDir": "/"}, content="", created="")
    (folder / "s/images/.building-x/root").mkdir(parents=True)
    store.add(made, folder / "s/images/.building-x")
    store.tag(made, ECR, "1")


def test_an_engine_takes_its_state_over_and_ends_with_all_it_started(tmp_path: Path, start: Start) -> None:
    image(tmp_path)
    (tmp_path / "s/containers/of-a-killed-engine").mkdir(parents=True)
    (tmp_path / "socket.new").touch()
    process = start()
    client = ready(process, tmp_path)
    assert stat.S_IMODE((tmp_path / "socket").stat().st_mode) == 0o600
    assert not (tmp_path / "s/containers/of-a-killed-engine").exists() and not (tmp_path / "socket.new").exists()
    assert client.containers.list(all=True) == []
    container = client.containers.run(f"{ECR}:1", detach=True)
    pid = client.api.inspect_container(str(container.id))["State"]["Pid"]
    assert "started without --emulator" in client.images.push(ECR, "1")
    client.close()

    second = start()
    told, _ = second.communicate(timeout=90)
    assert second.returncode == 1
    assert told == f"--state: {tmp_path}/s belongs to an engine that is running; stop it, or take another folder\n"

    process.send_signal(signal.SIGTERM)
    log, _ = process.communicate(timeout=90)
    assert process.returncode == 0
    assert not (tmp_path / "socket").exists() and not Path(f"/proc/{pid}").exists()
    assert re.search(rf"^\d{{4}}-\S+ \S+ INFO ready on {re.escape(str(tmp_path))}/socket$", log, re.MULTILINE)
    assert "INFO stopping" in log
    assert "WARNING PostgreSQL is not installed yet" in log


def test_an_engine_pushes_to_its_emulator_and_ends_with_ctrl_c_too(tmp_path: Path, start: Start) -> None:
    image(tmp_path)
    process = start("--emulator", "http://127.0.0.1:9")
    client = ready(process, tmp_path)
    assert "push: no registry at http://127.0.0.1:9" in client.images.push(ECR, "1")
    client.close()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=90)
    assert process.returncode == 0 and not (tmp_path / "socket").exists()
