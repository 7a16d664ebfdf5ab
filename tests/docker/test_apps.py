"""The folders that tests/engine/test_apps.py runs on the process engine, on a real Docker engine."""

import contextlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
from docker.models.containers import Container

from infra.pure.build_context import DOCKERFILE
from infra.pure.image_tag import image_tag
from infra.steps import builder
from tests.docker.engine import Engine
from tests.engine.support import APPS, eventually, get, repository

# Those whose base images tests/docker can make, too: of Python and of Node.js.
PORTS = {"fastapi-pip": 8000, "pnpm-page": 3000, "page": 3000, "yarn-api": 3000}
ANSWERS = {
    "fastapi-pip": b'"app":"fastapi-pip"',
    "pnpm-page": b"<h1>&#x3C;pnpm&#x3E; page</h1>",
    "page": b"/assets/",
    "yarn-api": b"text/html production /usr/src/app",
}


@pytest.fixture(scope="module")
def engine(docker_engine: Engine) -> Iterator[Engine]:
    """Found by the builder as it finds a user's engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", docker_engine.host)
        yield docker_engine


def folder_of(app: str, scratch: Path) -> Path:
    """The app's folder; `page` is the one with Vite, without its Dockerfile."""
    if app != "page":
        return APPS / app
    own = shutil.ignore_patterns("Dockerfile", ".dockerignore", "*.conf")
    return Path(shutil.copytree(APPS / "vite-nginx", scratch / app, ignore=own))


def answer(container: Container, port: int) -> bytes:
    """Empty while nothing listens."""
    container.reload()
    assert container.status == "running", container.logs().decode()
    path = "/" if port == 8000 else "/a/deep/link"
    try:
        return get(f"http://{container.attrs['NetworkSettings']['IPAddress']}:{port}{path}")
    except HTTPError:
        raise
    except (URLError, ConnectionError):
        return b""


@pytest.mark.parametrize("app", PORTS)
def test_an_app_of_the_process_engine_s_tests_runs_as_its_dockerfile_says(
    engine: Engine, tmp_path: Path, app: str
) -> None:
    assert_runs(engine, app, folder_of(app, tmp_path), DOCKERFILE)


def test_an_app_is_built_from_the_root_of_its_repository_by_a_dockerfile_in_a_folder_below(
    engine: Engine, tmp_path: Path
) -> None:
    assert_runs(engine, "fastapi-pip", repository(tmp_path), "backend/Dockerfile")


def assert_runs(engine: Engine, app: str, folder: Path, dockerfile: str) -> None:
    url, tag = f"localcloud-test/{folder.name}", image_tag(folder, dockerfile=dockerfile)
    with contextlib.closing(builder.connect()) as client, contextlib.redirect_stdout(io.StringIO()):
        builder.build(client, folder, url, tag, "linux/amd64", None, dockerfile=dockerfile)
    with engine.client() as client:
        container = client.containers.run(f"{url}:{tag}", detach=True, read_only=True, tmpfs={"/tmp": ""}, init=True)  # noqa: S108
        try:
            assert ANSWERS[app] in eventually(lambda: answer(container, PORTS[app]))
        finally:
            container.remove(force=True, v=True)
