"""Apps as their authors have them, with the Dockerfiles of the usual guides: each runs here unchanged."""

import contextlib
import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from docker.models.containers import Container

from infra.pure.image_tag import image_tag
from infra.steps import builder
from tests.engine.support import APPS, Engine, endpoint, eventually, get, repository


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("apps")
    made = Engine(folder=folder, cache=cache, log=folder / "engine.log")
    try:
        made.start()
        yield made
    finally:
        made.stop()


def served(engine: Engine, app: str) -> Container:
    """A container of the app, once it answers."""
    engine.build(APPS / app, f"{app}:1")
    container = engine.run(f"{app}:1")
    eventually(lambda: answers(container))
    return container


def answers(container: Container) -> bool:
    container.reload()
    assert container.status == "running", container.logs().decode()
    try:
        return bool(get(endpoint(container)))
    except HTTPError:
        return True
    except OSError:
        return False


def text(container: Container, path: str = "") -> str:
    return get(endpoint(container) + path).decode()


def test_fastapi_as_its_documentation_has_it_with_pip_and_a_fixed_port(engine: Engine) -> None:
    first = served(engine, "fastapi-pip")
    second = engine.run("fastapi-pip:1")
    eventually(lambda: answers(second))
    assert [json.loads(text(one))["app"] for one in (first, second)] == ["fastapi-pip"] * 2
    assert "/venvs/" in json.loads(text(first))["prefix"]


def test_a_uv_project_with_a_package_in_src_and_a_command_of_its_own(engine: Engine) -> None:
    container = served(engine, "uv-package")
    assert json.loads(text(container)) == {"app": "xn--mnchen-3ya.example", "dev": False, "greeting": "hello"}
    said = engine.client.containers.run("uv-package:1", ["uv", "run", "python", "-c", "import hello, idna; print(1)"])
    assert said.decode().split()[-1] == "1"


def test_a_page_that_pnpm_builds_and_serve_serves(engine: Engine) -> None:
    container = served(engine, "pnpm-page")
    page = "<h1>&#x3C;pnpm&#x3E; page</h1>"
    assert (text(container), text(container, "/a/deep/link"), text(container, "/assets/app.js")) == (
        page,
        page,
        "console.log(1)",
    )
    (modules,) = (engine.state / "images").glob("*/root/app/node_modules")
    assert {path.name for path in modules.iterdir() if not path.name.startswith(".")} == {"serve"}


def test_an_api_with_yarn_an_entry_point_and_a_command_for_the_shell(engine: Engine) -> None:
    container = served(engine, "yarn-api")
    said, folder = text(container).rsplit(" ", 1)
    assert said == "text/html production" and folder.endswith("/usr/src/app")
    assert "before the start" in container.logs().decode()


def test_a_page_that_vite_builds_behind_nginx_with_a_configuration(engine: Engine) -> None:
    container = served(engine, "vite-nginx")
    page = text(container, "/a/deep/link")
    assert page == text(container) and 'src="/assets/' in page
    with urllib.request.urlopen(endpoint(container) + page.split('src="')[1].split('"')[0]) as asset:  # noqa: S310
        assert "the API is at ${" not in (script := asset.read().decode()) and "/api" in script
        assert (asset.headers["Cache-Control"], asset.headers["X-Kind"]) == ("max-age=31536000", "asset")
    with pytest.raises(HTTPError, match="404"):
        text(container, "/api/items")
    assert '"GET /a/deep/link HTTP/1.1" 200' in container.logs().decode()
    container.stop(timeout=20)
    container.reload()
    assert container.attrs["State"]["ExitCode"] == 0


def test_a_page_without_a_dockerfile_is_built_and_served(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{engine.socket}")
    own = shutil.ignore_patterns("Dockerfile", ".dockerignore", "*.conf")
    page = Path(shutil.copytree(APPS / "vite-nginx", tmp_path / "page", ignore=own))
    tag = image_tag(page)
    with contextlib.closing(builder.connect()) as client:
        builder.build(client, page, "page", tag, "linux/amd64", None)
    container = engine.run(f"page:{tag}")
    eventually(lambda: answers(container))
    assert text(container, "/a/deep/link") == text(container, "/index.html") == text(container)
    assert 'src="/assets/' in text(container)
    with pytest.raises(HTTPError, match="404"):
        text(container, "/assets/absent.js")


def test_an_app_is_built_from_the_root_of_its_repository_by_a_dockerfile_in_a_folder_below(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{engine.socket}")
    shop = repository(tmp_path)
    tag = image_tag(shop, dockerfile="backend/Dockerfile")
    with contextlib.closing(builder.connect()) as client:
        builder.build(client, shop, "shop", tag, "linux/amd64", None, dockerfile="backend/Dockerfile")
    container = engine.run(f"shop:{tag}")
    eventually(lambda: answers(container))
    assert json.loads(text(container))["app"] == "fastapi-pip"
