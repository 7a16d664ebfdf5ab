"""Images through the Docker SDK: build, names, what a snapshot holds."""

import contextlib
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from docker.errors import BuildError, ImageNotFound, NotFound

from infra.pure.image_tag import image_tag
from infra.steps import builder
from infra.steps.common import StepError
from tests.engine.support import APPS, Engine, endpoint, get


def test_the_same_content_is_the_same_image_and_built_once(web: Engine, tmp_path: Path) -> None:
    copy = shutil.copytree(APPS / "web", tmp_path / "elsewhere")
    (copy / "server.py").touch()
    (copy / "notes.txt").write_text("not admitted by .dockerignore")
    image, said = web.client.images.build(path=str(copy), tag="web:2")
    assert image.id == web.client.images.get("web:1").id
    assert "Using the image that this content was built to before" in str(list(said))


def test_another_content_is_another_image(web: Engine, tmp_path: Path) -> None:
    assert web.build_variant(tmp_path, "web:2", v1="v2").id != web.client.images.get("web:1").id


def test_builds_at_once_share_the_result(engine: Engine) -> None:
    found: list[str | None] = []
    threads = [
        threading.Thread(target=lambda tag=tag: found.append(engine.build(APPS / "web", tag).id))
        for tag in ("a:1", "b:1", "c:1")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1
    assert len(list((engine.state / "images").glob("*/root"))) == 1


def test_a_python_image_has_the_main_dependencies_only(web: Engine, cache: Path) -> None:
    program = "import idna, importlib.util; print(importlib.util.find_spec('iniconfig'))"
    output = web.client.containers.run("web:1", ["python", "-c", program])
    assert output.decode().strip() == "None"


def test_a_node_image_serves_what_was_built_with_production_modules_only(engine: Engine) -> None:
    engine.build(APPS / "page", "page:1")
    container = engine.serve("page:1")
    assert get(endpoint(container)) == b"<h1>built</h1>"
    (root,) = (engine.state / "images").glob("*/root/srv")
    assert sorted(path.name for path in root.iterdir()) == ["dist", "node_modules", "package.json", "server.mjs"]
    assert [path.name for path in (root / "node_modules").iterdir() if not path.name.startswith(".")] == ["mime"]
    assert (root / "server.mjs").stat().st_mode & 0o222 == 0


def test_a_failed_build_reports_its_last_lines_and_leaves_nothing(engine: Engine, tmp_path: Path, cache: Path) -> None:
    broken = shutil.copytree(APPS / "page", tmp_path / "broken")
    (broken / "build.mjs").write_text("throw new Error('no such colour')")
    with pytest.raises(BuildError, match=r"npm run build.*\n(.*\n)*.*no such colour"):
        engine.build(broken, "page:broken")
    assert list((engine.state / "images").glob("*")) == []
    assert list((cache / "builds").iterdir()) == []
    with pytest.raises(ImageNotFound):
        engine.client.images.get("page:broken")


def test_a_lock_that_does_not_fit_is_refused_though_its_environment_is_known(web: Engine, tmp_path: Path) -> None:
    stale = shutil.copytree(APPS / "web", tmp_path / "stale")
    project = stale / "pyproject.toml"
    project.write_text(project.read_text().replace('"idna (>=3,<4)"', '"idna (>=3,<4)", "six"'))
    with pytest.raises(BuildError, match="poetry lock"):
        web.build(stale, "web:stale")


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("server.py", "import os\ndef (\n", "web: web/server.py:2: invalid syntax: def ("),
        ("pyproject.toml", "[project\n", "web: web/pyproject.toml:1: Expected ']'"),
        ("poetry.lock", None, "web: web/Dockerfile:5: RUN poetry install --only main --no-root: needs poetry.lock"),
    ],
)
def test_the_program_tells_a_mistake_by_the_path_in_the_users_project(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str | None, problem: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{engine.socket}")
    app = shutil.copytree(APPS / "web", tmp_path / "web")
    if text is None:
        (app / file).unlink()
        (app / "Dockerfile").write_text((app / "Dockerfile").read_text().replace("poetry.lock ./", "./"))
    else:
        (app / file).write_text(text)
    with contextlib.closing(builder.connect()) as client, pytest.raises(StepError) as caught:
        builder.build(client, app, "web", image_tag(app), "linux/amd64", None)
    assert str(caught.value).startswith(problem)
    assert len(str(caught.value).splitlines()) == 1


def test_a_version_that_differs_from_the_dockerfiles_is_told(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{engine.socket}")
    app = shutil.copytree(APPS / "web", tmp_path / "web")
    dockerfile = (app / "Dockerfile").read_text()
    (app / "Dockerfile").write_text(dockerfile.replace("python:3.11-slim", "python:3.99-slim"))
    with contextlib.closing(builder.connect()) as client:
        builder.build(client, app, "web", image_tag(app), "linux/amd64", None)
    assert "web: FROM python:3.99-slim: runs on this machine's Python 3." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("COPY absent.txt ./", "absent.txt is neither in the build context nor made by the build"),
        ("HEALTHCHECK --every=1s CMD x", "unknown option --every"),
    ],
)
def test_a_mistake_in_the_dockerfile_is_named(engine: Engine, tmp_path: Path, line: str, problem: str) -> None:
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "Dockerfile").write_text(f'FROM scratch\nWORKDIR /x\n{line}\nCMD ["true"]')
    with pytest.raises(BuildError, match=problem):
        engine.build(tmp_path / "context", "mistake:1")


def test_an_unknown_image_is_not_found(engine: Engine) -> None:
    with pytest.raises(NotFound, match="never built here"):
        engine.client.images.pull("somewhere.example/thing", tag="1")
    with pytest.raises(NotFound, match="has PostgreSQL 18 only"):
        engine.client.images.pull("postgres", tag="12-alpine")


def test_images_and_tags_survive_the_engine(web: Engine) -> None:
    before = web.client.images.get("web:1").attrs
    web.kill()
    web.start()
    assert web.client.images.get("web:1").attrs == before


def test_the_last_tag_takes_the_image_along(web: Engine) -> None:
    image = web.client.images.get("web:1")
    image.tag("other", "1")
    web.client.images.remove("web:1")
    assert web.client.images.get("other:1").id == image.id
    web.client.images.remove("other:1")
    assert web.client.images.list() == []
    assert list((web.state / "images").glob("*/root")) == []


def test_pruning_keeps_the_environments_that_images_need(web: Engine, cache: Path) -> None:
    stray = cache / "venvs" / "0000"
    stray.mkdir()
    (stray / ".complete").touch()
    api: Any = web.client.api  # the SDK's own call cannot say `all`
    answer = api._post(api._url("/build/prune"), params={"all": "1"})
    assert str(stray) in answer.json()["CachesDeleted"]
    assert web.client.containers.run("web:1", ["python", "-c", "import idna"]) == b""
