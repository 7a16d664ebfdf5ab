"""A real Docker engine for tests: the machine's own where one answers, else a dockerd started for these tests.

The one started here touches no other engine: its data, its socket and its bridge are its own. Its images stay in
`.tools/docker/`, so that the next run has them and the layers of the builds.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
import psutil
import pytest

from localcloud.docker_engine import find
from localcloud.errors import LocalCloudError
from localcloud.place import TASK_GATEWAY

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / ".tools/docker"
START_SECONDS = 60.0
STOP_SECONDS = 60.0
BRIDGE = "lctest"
NETWORK_LINKS = Path("/sys/class/net")


class NoEngineError(Exception):
    """Why this machine can run no test on a Docker engine."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """`host` is what `DOCKER_HOST` must be for any client to reach it."""

    host: str

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "DOCKER_HOST": self.host}

    @contextmanager
    def client(self) -> Iterator[docker.DockerClient]:
        with contextlib.closing(docker.DockerClient(base_url=self.host, version="auto", timeout=120)) as made:
            yield made

    def answers(self) -> bool:
        run = subprocess.run(["docker", "version"], env=self.environment, capture_output=True, check=False)
        return run.returncode == 0


def found() -> Engine | None:
    """The machine's own engine, as `ENGINE=docker make up` finds it."""
    try:
        return Engine(host=find())
    except LocalCloudError:
        return None


def remove_left_bridges() -> None:
    """Of tests that were killed: their own, named after a process that is gone; and that of the tasks' network, which
    stays behind any engine and would get the answers that are meant for the next one's."""
    left = [link.name for link in NETWORK_LINKS.glob(f"{BRIDGE}*") if not runs(link.name.removeprefix(BRIDGE))]
    if not any(process.name() == "dockerd" for process in psutil.process_iter(["name"])):
        addresses = psutil.net_if_addrs().items()
        left += [name for name, found in addresses if any(one.address == TASK_GATEWAY for one in found)]
    for name in left:
        # Tests that start at the same moment do the same.
        subprocess.run(["ip", "link", "delete", name], capture_output=True, check=False)


def runs(pid: str) -> bool:
    return not pid.isdigit() or psutil.pid_exists(int(pid))


@contextmanager
def bridge() -> Iterator[str]:
    """The network of build steps and of containers that name none; two engines must not share one."""
    remove_left_bridges()
    number = os.getpid() % 65536
    name, address = f"{BRIDGE}{os.getpid()}", f"10.{number >> 8}.{number & 255}.1/24"
    subprocess.run(["ip", "link", "add", name, "type", "bridge"], check=True)
    try:
        subprocess.run(["ip", "address", "add", address, "dev", name], check=True)
        yield name
    finally:
        subprocess.run(["ip", "link", "delete", name], check=True)


@contextmanager
def started() -> Iterator[Engine]:
    """A dockerd of these tests' own, stopped in the end."""
    if os.geteuid() != 0:
        raise NoEngineError("needs a Docker engine: start one, or run the tests as root, which starts one for them")
    if not shutil.which("dockerd"):
        raise NoEngineError("dockerd: not found on PATH; `make develop` as root installs it")
    DATA.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lc-docker-") as scratch, bridge() as name:
        folder = Path(scratch)
        engine = Engine(host=f"unix://{folder}/docker.sock")
        command = [
            "dockerd", "--data-root", str(DATA), "--exec-root", str(folder / "exec"), "-H", engine.host,
            "--pidfile", str(folder / "docker.pid"), "--bridge", name,
        ]  # fmt: skip
        log = folder / "dockerd.log"
        # setpriv ends it when the tests die, however they die.
        with log.open("wb") as sink:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command], stdout=sink, stderr=subprocess.STDOUT
            )
        try:
            wait_until_it_answers(engine, process, log)
            yield engine
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def wait_until_it_answers(engine: Engine, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not engine.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("dockerd did not start:\n" + "\n".join(log.read_text().splitlines()[-15:]))
        time.sleep(0.1)


@contextmanager
def any_engine() -> Iterator[Engine]:
    """The machine's engine or one for these tests, with the base images in it."""
    with contextlib.ExitStack() as stack:
        engine = found() or stack.enter_context(started())
        subprocess.run(
            [str(ROOT / ".venv/bin/python"), "-m", "tests.docker.base_images"],
            cwd=ROOT, env=engine.environment, check=True,
        )  # fmt: skip
        yield engine


def docker_engine_for_tests() -> Iterator[Engine]:
    """The body of the fixture: skips where there can be no engine, but never in CI."""
    try:
        with any_engine() as engine:
            yield engine
    except NoEngineError as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
