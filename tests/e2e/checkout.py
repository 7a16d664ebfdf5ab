"""A checkout of its own with a local cloud of its own, driven through the real commands."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import docker
import httpx
from docker.models.containers import Container

from localcloud import access, docker_engine, stack, supervision
from localcloud.place import Place

SOURCE = Path(__file__).resolve().parents[2]


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Ask until it holds; fails when it does not come to that."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.5)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a command did: its exit code and everything it printed."""

    code: int
    output: str

    @property
    def end(self) -> str:
        """Its last lines, which say why it failed: a report of a test is cut in the middle."""
        return "".join(self.output.splitlines(keepends=True)[-30:])


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A copy of the project that a test may change, and its local cloud.

    `docker_host` is the address of the real engine that it runs on; None for the process engine. `preview`: the
    environment beside the stack that commands and clients are for.
    """

    root: Path
    port: int
    docker_host: str | None = None
    preview: str | None = None

    @classmethod
    def copy(cls, root: Path, port: int, docker_host: str | None = None) -> "Checkout":
        """Copy what git tracks or would track; the installed tools are shared."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=SOURCE, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        for name in filter(None, listed.split("\0")):
            source, target = SOURCE / name, root / name
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        for shared in (".venv", ".tools"):
            (root / shared).symlink_to(SOURCE / shared)
        return cls(root=root, port=port, docker_host=docker_host)

    def own_packages(self) -> None:
        """Give it a `.venv` and stamps of its own, for commands that install other packages or another name."""
        for name in (".venv", ".tools"):
            (self.root / name).unlink()
        shutil.copytree(SOURCE / ".venv", self.root / ".venv", symlinks=True)
        (self.root / ".tools").mkdir()
        for entry in (SOURCE / ".tools").iterdir():
            if entry.name == "stamps":
                shutil.copytree(entry, self.root / ".tools/stamps")
            elif entry.is_dir():
                (self.root / ".tools" / entry.name).symlink_to(entry)

    @cached_property
    def place(self) -> Place:
        return Place.of(self.port, self.root / ".local" / str(self.port), self.preview)

    @property
    def environment(self) -> dict[str, str]:
        engine = {"DOCKER_HOST": self.docker_host} if self.docker_host else {}
        return {**os.environ, **engine, "PYTHONPATH": str(self.root)}

    def start(self, *arguments: str, cwd: Path | None = None) -> "subprocess.Popen[str]":
        """Start a localcloud command in a process group of its own."""
        place = ["--port", str(self.port), "--folder", str(self.place.folder)]
        engine = ["--engine", "docker"] if self.docker_host and arguments[0] == "up" else []
        return subprocess.Popen(
            [sys.executable, "-m", "localcloud", *place, *self.of_preview, *arguments, *engine],
            cwd=cwd or self.root, env=self.environment, text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *arguments: str, cwd: Path | None = None, timeout: float = 300) -> Run:
        with self.start(*arguments, cwd=cwd) as process:
            output, _ = process.communicate(timeout=timeout)
        return Run(code=process.returncode, output=output)

    def start_cloud(self) -> None:
        """Start the local cloud without a stack, on the engine that `up` will choose."""
        if self.docker_host:
            self.place.make_folder()
            self.place.engine_file.write_text(self.docker_host)
        supervision.start(self.place)

    def up(self, **options: Any) -> Run:
        """`up`, which must succeed."""
        run = self.run("up", **options)
        assert run.code == 0, run.end
        return run

    def down(self) -> None:
        """`down`, which must succeed."""
        run = self.run("down")
        assert run.code == 0, run.end

    def pulumi(self, *arguments: str) -> Run:
        return self.run("pulumi", "--", *arguments)

    def last_changes(self) -> dict[str, int]:
        """How many resources the last update changed, by operation; `same` left out."""
        run = self.pulumi("stack", "history", "--stack", "local", "--json", "--page-size", "1")
        start = run.output.index("[")
        changes: dict[str, int] = json.loads(run.output[start:])[0]["resourceChanges"]
        return {operation: count for operation, count in changes.items() if operation != "same"}

    def operation(self, *arguments: str) -> list[str]:
        """The words of a command about the running stack, as the Makefile runs them."""
        place = ["--port", str(self.port), "--folder", str(self.place.folder)]
        return [sys.executable, "-m", "ops", *place, *self.of_preview, *arguments]

    @property
    def of_preview(self) -> list[str]:
        return ["--preview", self.preview] if self.preview else []

    def ops(self, *arguments: str, given: str = "", timeout: float = 120) -> "subprocess.CompletedProcess[str]":
        """Run one to its end; `given`: its standard input."""
        return subprocess.run(
            self.operation(*arguments),
            cwd=self.root, env=self.environment, input=given, timeout=timeout,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    @property
    def outputs(self) -> dict[str, Any]:
        return stack.outputs(self.place)

    @property
    def url(self) -> str:
        return str(self.outputs["url"])

    def stranger(self, address: str | None = None) -> httpx.Client:
        """A client of the site, from a loopback address of its own if one is given.

        It asks by address: names below `localhost` are loopback for browsers, not for every resolver.
        """
        host = {"Host": urlsplit(self.url).netloc}
        transport = httpx.HTTPTransport(local_address=address)
        return httpx.Client(base_url=self.place.endpoint, headers=host, timeout=10, transport=transport)

    @contextmanager
    def site(self) -> Iterator[httpx.Client]:
        """A client of the site that is signed in."""
        with self.stranger() as visitor:
            visitor.post("/api/session", json={"password": access.password(self.place)}).raise_for_status()
            yield visitor

    def client(self, service: str) -> Any:
        """A boto3 client that can reach nothing but this local cloud."""
        aws = self.place.aws_environment
        return boto3.client(  # type: ignore[call-overload] # stubs know the names of services, not a variable
            service,
            endpoint_url=self.place.endpoint,
            region_name=aws["AWS_REGION"],
            aws_access_key_id=aws["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=aws["AWS_SECRET_ACCESS_KEY"],
        )

    @contextmanager
    def containers(self, label: str) -> Iterator[list[Container]]:
        """Its running containers that have this label, whichever engine they are on."""
        labels = [docker_engine.label(self.place), label]
        with closing(docker.DockerClient(base_url=self.place.docker_host)) as client:
            yield client.containers.list(filters={"label": labels})

    def edit(self, file: str, pattern: str, replacement: str) -> None:
        """Replace exactly one match in a file of this checkout."""
        path = self.root / file
        text, count = re.subn(pattern, replacement, path.read_text(), count=1)
        assert count == 1, f"{pattern!r} is not in {file}"
        path.write_text(text)

    def processes(self) -> list[int]:
        """Ids of the processes that belong to this checkout's local cloud."""
        marks = (str(self.place.folder).encode(), str(self.place.sockets).encode())
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                except OSError:
                    continue
                if any(mark in words for mark in marks):
                    found.append(int(entry.name))
        return found

    def stop(self) -> None:
        """Nothing of it stays on a real engine, which outlives the checkout."""
        stack.stop(self.place)
        if self.place.docker_engine:
            docker_engine.remove_all(self.place, self.place.docker_engine)
