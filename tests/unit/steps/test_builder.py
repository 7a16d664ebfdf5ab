"""The builder: which engine and which command it takes, what it says when one is missing, what it says of a build."""

import gc
import hashlib
import json
import os
import threading
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from infra.pure.image_tag import image_tag
from infra.steps import builder
from infra.steps.common import StepError

URL = "registry.example/web"


class Engine(BaseHTTPRequestHandler):
    """Answers /version only, as Docker does."""

    about: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        body = json.dumps(self.about).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def docker_engine(version: str, api: str) -> dict[str, Any]:
    return {"Version": version, "ApiVersion": api, "Components": [{"Name": "Engine"}, {"Name": "containerd"}]}


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Engine, "about", docker_engine("20.10.24", "1.41"))
    with HTTPServer(("127.0.0.1", 0), Engine) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"tcp://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine without engine, docker command or docker context."""
    for name in [name for name in os.environ if name.startswith("DOCKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.json").write_text("{}")
    yield tmp_path
    # The SDK leaves the socket open when an engine does not answer.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def install_docker(
    machine: Path, *, folder: str = "bin", version: str = "20.10.24", buildx: bool = False, script: str = ""
) -> None:
    """A docker command that tells its version, and runs the script to build."""
    command = machine / folder / "docker"
    command.write_text(f"""#!/bin/sh
case "$*" in
"buildx version") exit {0 if buildx else 1} ;;
--version) echo "Docker version {version}, build 297e128" ;;
*) {script or ":"} ;;
esac
""")
    command.chmod(0o755)


def make_context(machine: Path, name: str, host: str) -> None:
    """As `docker context create` makes it."""
    folder = machine / "config/contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
    (folder / "meta.json").write_text(json.dumps(meta))


def test_the_engine_is_that_of_docker_host(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "absent")  # the docker command prefers DOCKER_HOST, too
    monkeypatch.setenv("DOCKER_HOST", address)
    assert builder.connect().version()["Version"] == "20.10.24"


@pytest.mark.parametrize("by_variable", [True, False])
def test_else_the_engine_is_that_of_the_docker_context(
    address: str, machine: Path, monkeypatch: pytest.MonkeyPatch, by_variable: bool
) -> None:
    make_context(machine, "desktop", address)
    if by_variable:
        monkeypatch.setenv("DOCKER_CONTEXT", "desktop")
    else:
        (machine / "config/config.json").write_text('{"currentContext": "desktop"}')
    assert builder.connect().version()["Version"] == "20.10.24"


def test_an_engine_that_does_not_answer_is_named(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_context(machine, "desktop", "unix:///gone.sock")
    monkeypatch.setenv("DOCKER_CONTEXT", "desktop")
    with pytest.raises(StepError, match=r"none answers at unix:///gone.sock, the docker context desktop \("):
        builder.check()
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    with pytest.raises(StepError, match=r"none answers at unix:///nowhere.sock .*or set DOCKER_HOST or the docker"):
        builder.check()


def test_a_context_that_does_not_exist_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "absent")
    with pytest.raises(StepError, match="the docker context absent does not exist; `docker context ls` lists"):
        builder.check()


@pytest.mark.parametrize(
    ("installed", "engine", "problem"),
    [
        (None, ("28.2.2", "1.50"), "needs the docker command to build with BuildKit, found none on PATH; install"),
        ({"version": "28.2.2"}, ("28.2.2", "1.50"), "Docker version 28.2.2, build 297e128.* has none; install the"),
        ({"version": "28.2.2"}, ("19.3.1", "1.40"), "needs Docker Engine 20.10 or newer, got 19.3.1; update it"),
    ],
    ids=["no command", "no buildx", "old engine"],
)
def test_what_is_missing_on_docker_is_said_with_how_to_get_it(
    address: str,
    machine: Path,
    monkeypatch: pytest.MonkeyPatch,
    installed: dict[str, Any] | None,
    engine: tuple[str, str],
    problem: str,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)
    monkeypatch.setattr(Engine, "about", docker_engine(*engine))
    if installed:
        install_docker(machine, **installed)
    with pytest.raises(StepError, match=problem):
        builder.check()


def test_a_docker_command_without_buildkit_hides_no_other(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_docker(machine, version="28.2.2")
    monkeypatch.setenv("PATH", f"{machine}/bin:{machine}/own")
    (machine / "own").mkdir()
    install_docker(machine, folder="own", version="20.10.24")
    assert builder.buildkit_command() == [f"{machine}/own/docker", "build"]


def test_podman_and_the_local_cloud_need_no_docker_command(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)
    monkeypatch.setattr(
        Engine, "about", {"Version": "5", "ApiVersion": "1.41", "Components": [{"Name": "Podman Engine"}]}
    )
    builder.check()


@pytest.fixture
def web(machine: Path) -> Path:
    folder = machine / "web"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY app.py ./\n")
    (folder / "app.py").write_text("print()\n")
    return folder


ARGS = {"VITE_API_URL": "a b"}


def build(web: Path, address: str, monkeypatch: pytest.MonkeyPatch, cache: str | None = None) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)
    engine = builder.connect()
    builder.build(engine, web, URL, image_tag(web, ARGS), "linux/amd64", cache, ARGS)
    engine.close()


SHOW = 'echo "$DOCKER_BUILDKIT $@"; for last; do :; done; /bin/ls -l "$last"'


@pytest.mark.parametrize(
    ("installed", "command"),
    [
        ({"version": "20.10.24"}, "1 build --progress"),
        ({"version": "28.2.2", "buildx": True}, "1 buildx build --load --progress"),
    ],
    ids=["20.10", "buildx"],
)
def test_docker_builds_with_the_command_that_speaks_buildkit(
    address: str,
    machine: Path,
    web: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    installed: dict[str, Any],
    command: str,
) -> None:
    install_docker(machine, **installed, script=SHOW)
    (web / "app.py").chmod(0o600)
    build(web, address, monkeypatch, cache=f"{URL}:before")
    first, *listed = capsys.readouterr().out.splitlines()
    image = f"{URL}:{image_tag(web, ARGS)}"
    arguments = "--build-arg=VITE_API_URL=a b --build-arg=BUILDKIT_INLINE_CACHE=1"
    assert first.startswith(f"web: {command} plain --platform linux/amd64 --tag {image} {arguments}")
    assert f" --cache-from {URL}:before --file /" in first
    assert [line.split()[1] for line in listed if line.endswith("app.py")] == ["-rw-r--r--"]


def test_a_failed_build_is_told_with_its_last_lines_once(
    address: str, machine: Path, web: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        *(f"#7 0.{i} line {i}" for i in range(100)),
        "#8 transferring context: 2kB",
        "Dockerfile:2",
        "app.py:1: wrong",
    ]
    script = f"printf '%s\\n' {' '.join(map(repr, lines))}; exit 1"
    install_docker(machine, script=script)
    with pytest.raises(StepError) as caught:
        build(web, address, monkeypatch)
    first, *last = str(caught.value).splitlines()
    assert first == "web: the build failed"
    assert last == [f"  #7 0.{i} line {i}" for i in range(62, 100)] + ["  web/Dockerfile:2", "  web/app.py:1: wrong"]
    assert "transferring" not in capsys.readouterr().out
