"""The two apps as their containers run them, signed in and ready for load."""

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.api.load import Request
from benchmarks.api.services import ROWS, TEMPLATE_USER, Services, ports
from toolchain.steps import ROOT, TOOLS

TEMPLATE_FOLDER = ROOT / "benchmarks/template_api"
TEMPLATE_PROGRAMS = TOOLS / "template_api/bin"
DRAFT = json.dumps({"title": "An item", "description": "What a person wrote, in a sentence of the usual length."})
PAGE = 100
START_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class App:
    urls: list[str]
    requests: Mapping[str, Request]
    """By operation: list, create."""
    workers: list[psutil.Process]

    def memory_mb(self) -> float:
        """Resident memory of the largest worker, in 10^6 bytes."""
        return max(worker.memory_info().rss for worker in self.workers) / 1e6


Start = Callable[[Services, int], AbstractContextManager[App]]


def ready(path: str, headers: dict[str, str], urls: list[str], workers: list[psutil.Process]) -> App:
    """Fails where the app does not answer with the page that is to be measured."""
    page = httpx.get(f"{urls[0]}{path}?limit={PAGE}", headers=headers).raise_for_status().json()
    if sorted(len(value) if isinstance(value, list) else value for value in page.values()) != [PAGE, ROWS]:
        raise RuntimeError(f"{path}: must be {PAGE} of {ROWS} items, got {page!r:.500}")
    json_headers = {**headers, "Content-Type": "application/json"}
    return App(
        urls=urls,
        requests={
            "list": Request(method="GET", path=f"{path}?limit={PAGE}", headers=headers),
            "create": Request(method="POST", path=path, headers=json_headers, body=DRAFT),
        },
        workers=workers,
    )


@contextmanager
def this_project(services: Services, workers: int) -> Iterator[App]:
    """A task of the service runs one process, so several workers are several tasks."""
    with ExitStack() as stack:
        tasks = [stack.enter_context(services.running_task()) for _ in range(workers)]
        processes = [psutil.Process(task.process.pid) for task in tasks]
        # Every task takes the cookie of any of them.
        cookies = "; ".join(f"{name}={value}" for name, value in tasks[0].http.cookies.items())
        yield ready("/api/items", {"Cookie": cookies}, [task.url for task in tasks], processes)


@contextmanager
def template(services: Services, workers: int) -> Iterator[App]:
    port = ports.free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(TEMPLATE_PROGRAMS / "fastapi"), "run", "--host", "127.0.0.1", "--port", str(port)]
    with tempfile.NamedTemporaryFile() as log:
        process = psutil.Popen(
            [*command, "--workers", str(workers), "app/main.py"],
            cwd=TEMPLATE_FOLDER,
            env=services.template_environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_started(Path(log.name), workers)
            answer = httpx.post(f"{url}/api/v1/login/access-token", data=TEMPLATE_USER, timeout=START_SECONDS)
            token = answer.raise_for_status().json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            yield ready("/api/v1/items/", headers, [url], worker_processes(process, workers))
        finally:
            everything = [*process.children(recursive=True), process]
            for each in everything:
                each.kill()
            psutil.wait_procs(everything)


def wait_until_started(log: Path, workers: int) -> None:
    """All workers: the first one that listens would take every connection of the load."""
    deadline = time.monotonic() + START_SECONDS
    while log.read_text().count("Application startup complete") < workers:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the template did not start: {log.read_text()}")
        time.sleep(0.05)


def worker_processes(server: Any, workers: int) -> list[psutil.Process]:
    """With one worker the server itself; else its children but for the one that only tracks shared resources."""
    if workers == 1:
        return [server]
    return [child for child in server.children() if "spawn_main" in " ".join(child.cmdline())]


def prepare_template(environment: Mapping[str, str]) -> None:
    """Makes the template's tables and its superuser."""
    python = TEMPLATE_PROGRAMS / "python"
    subprocess.run([python, "-m", "app.prepare"], cwd=TEMPLATE_FOLDER, env=environment, check=True)
